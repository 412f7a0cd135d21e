import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { idCursor } from '../schemas/cursor.ts'
import { pageOf } from '../schemas/page.ts'
import { ProgrammeAnswer, programmeAnswer } from '../schemas/programme.ts'
import { PageQuery } from '../schemas/read-query.ts'
import { listResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

/** GET /programmes: all points programmes with their terms. */
export function listProgrammes(app: GatewayApp, services: ReadServices): void {
  const { registry } = services.projection
  app.get(
    '/programmes',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List points programmes',
        tags: ['registry'],
        querystring: PageQuery,
        response: listResponses(ProgrammeAnswer),
      },
    },
    (request) =>
      readAsOf(services, request.query, () =>
        pageOf(request.query, {
          kind: idCursor('programmes'),
          read: (after = '', limit) => registry.programmes({ after, limit }),
          keyOf: ({ id }) => id,
          toItem: (programme) => programmeAnswer(programme, registry.budgetLeft(programme.id)),
        }),
      ),
  )
}
