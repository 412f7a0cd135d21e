import { Type } from 'typebox'
import { capOn, cycleName, netDebitBound } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { Amount, readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const capFields = {
  items: Type.Array(
    Type.Object({
      organisation: Type.String(),
      microYuan: Type.Optional(Amount),
      left: Type.Optional(
        Type.String({ description: 'what it may still come to owe in this cycle, over all lanes' }),
      ),
      next: Type.Optional(
        Type.Object({ validFrom: Type.String(), microYuan: Type.Optional(Amount) }),
      ),
    }),
  ),
}

/** GET /net-debit-caps: what each organisation may come to owe, net, in the cycle that is open. */
export function listNetDebitCaps(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/net-debit-caps',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List the caps on net debit',
        tags: ['settlement'],
        querystring: ReadQuery,
        response: readResponses(capFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { registry } = services.projection
        const now = registry.ledger()?.cycle
        if (now === undefined) return { items: [] }
        return {
          items: registry.organisationIds().flatMap((organisation) => {
            const cap = registry.netDebitCap(organisation)
            if (cap === undefined) return []
            const amount = capOn(cap, now.date)
            const bound = netDebitBound(organisation, cycleName(now))
            const isUntouched = !registry.hasQuota(bound)
            const left = registry.budgetLeft(bound) + (isUntouched ? (amount ?? 0n) : 0n)
            const { validFrom, microYuan } = cap
            return {
              organisation,
              ...(amount !== undefined && { microYuan: String(amount), left: String(left) }),
              ...(validFrom > now.date && {
                next: {
                  validFrom,
                  ...(microYuan !== undefined && { microYuan: String(microYuan) }),
                },
              }),
            }
          }),
        }
      }),
  )
}
