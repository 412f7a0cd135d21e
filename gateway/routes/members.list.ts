import { Type } from 'typebox'
import { OrganisationIdText } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { idCursor } from '../schemas/cursor.ts'
import { MemberAnswer, memberAnswer } from '../schemas/member.ts'
import { pageOf } from '../schemas/page.ts'
import { pageFields } from '../schemas/read-query.ts'
import { listResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

/** GET /members: members and staff, of all organisations or of one. */
export function listMembers(app: GatewayApp, services: ReadServices): void {
  const { registry } = services.projection
  app.get(
    '/members',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List members and staff',
        tags: ['registry'],
        querystring: Type.Object(
          { ...pageFields, organisation: Type.Optional(OrganisationIdText) },
          { additionalProperties: false },
        ),
        response: listResponses(MemberAnswer),
      },
    },
    (request) =>
      readAsOf(services, request.query, () =>
        pageOf(request.query, {
          kind: idCursor('members'),
          read: (after = '', limit) =>
            registry.actors({ after, limit }, request.query.organisation),
          keyOf: ({ id }) => id,
          toItem: (actor) => memberAnswer(actor, registry.accountsOf(actor.id)),
        }),
      ),
  )
}
