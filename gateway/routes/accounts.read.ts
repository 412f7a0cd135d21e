import { Type } from 'typebox'
import type { BusinessDate } from '../../ledger/index.ts'
import { AccountIdText, LedgerError, lotTotals, mergeLots } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { HeldLots } from '../projection/queries/holding-queries.ts'
import type { ReadServices } from '../read-services.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { Amount, readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const HoldingAnswer = Type.Object({
  asset: Type.String(),
  available: Amount,
  pending: Amount,
  expired: Amount,
  owed: Type.Optional(
    Type.String({ description: 'out of what is earned next, for goods that came back' }),
  ),
  lots: Type.Array(
    Type.Object({
      expires: Type.String({ description: 'the last day on which it can be spent, or never' }),
      availableFrom: Type.Optional(Type.String()),
      amount: Amount,
    }),
  ),
})

/** GET /accounts/{id}: what an account holds, as of the ledger's business date. */
export function readAccount(app: GatewayApp, services: ReadServices): void {
  const { projection } = services
  app.get(
    '/accounts/:id',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read what an account holds',
        tags: ['accounts'],
        params: Type.Object({ id: AccountIdText }, { additionalProperties: false }),
        querystring: ReadQuery,
        response: readResponses({
          id: Type.String(),
          owner: Type.String(),
          home: Type.String(),
          holdings: Type.Array(HoldingAnswer),
        }),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { id } = request.params
        const account = projection.account(id)
        if (account === undefined) throw new LedgerError('NOT_FOUND', { id })
        const today = projection.ledger()?.cycle.date ?? ''
        const held = projection.holdings.ofAccount(id)
        return {
          ...account,
          holdings: held.map((holding) => ({
            ...holdingAnswer(holding, today),
            ...owedOf(projection.registry.owed(id, holding.asset)),
          })),
        }
      }),
  )
}

function owedOf(amount: bigint): { readonly owed?: string } {
  return amount === 0n ? {} : { owed: String(amount) }
}

function holdingAnswer({ asset, lots }: HeldLots, today: BusinessDate) {
  const { available, pending, expired } = lotTotals(lots, today)
  return {
    asset,
    available: String(available),
    pending: String(pending),
    expired: String(expired),
    lots: mergeLots(lots, today).map((lot) => ({ ...lot, amount: String(lot.amount) })),
  }
}
