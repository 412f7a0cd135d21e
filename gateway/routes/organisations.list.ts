import { Type } from 'typebox'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { idCursor } from '../schemas/cursor.ts'
import { pageOf } from '../schemas/page.ts'
import { PageQuery } from '../schemas/read-query.ts'
import { listResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

/** GET /organisations: the members of the consortium. */
export function listOrganisations(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/organisations',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List the organisations of the consortium',
        tags: ['registry'],
        querystring: PageQuery,
        response: listResponses(Type.Object({ id: Type.String(), name: Type.String() })),
      },
    },
    (request) =>
      readAsOf(services, request.query, () =>
        pageOf(request.query, {
          kind: idCursor('organisations'),
          read: (after = '', limit) => services.projection.registry.organisations({ after, limit }),
          keyOf: ({ id }) => id,
          toItem: (organisation) => organisation,
        }),
      ),
  )
}
