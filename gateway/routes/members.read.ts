import { Type } from 'typebox'
import { LedgerError, PersonIdText } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { memberAnswer, memberFields } from '../schemas/member.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

/** GET /members/{id}: a member or one of the staff, with keys and accounts. */
export function readMember(app: GatewayApp, services: ReadServices): void {
  const { registry } = services.projection
  app.get(
    '/members/:id',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read a member or one of the staff',
        tags: ['registry'],
        params: Type.Object({ id: PersonIdText }, { additionalProperties: false }),
        querystring: ReadQuery,
        response: readResponses(memberFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { id } = request.params
        const actor = registry.actor(id)
        if (actor === undefined) throw new LedgerError('NOT_FOUND', { id })
        return memberAnswer(actor, registry.accountsOf(id))
      }),
  )
}
