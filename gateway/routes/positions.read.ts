import { Type } from 'typebox'
import type { CyclePositions } from '../../ledger/index.ts'
import { cycleName, cyclePositions } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import { trialBalance } from '../projection/trial-balance.ts'
import type { ReadServices } from '../read-services.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { Amount, readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const EntriesLink = Type.String({
  description: 'the entries that the figures are made of, at this gateway',
})

const positionsFields = {
  cycle: Type.String(),
  isOpen: Type.Boolean({ description: 'more may be posted to it: the ledger has not rolled on' }),
  pairs: Type.Array(
    Type.Object({
      debtor: Type.String(),
      creditor: Type.String(),
      owedByDebtor: Amount,
      owedByCreditor: Amount,
      netFen: Type.String({ description: 'what is left to pay, rounded down to fen once' }),
      roundedDown: Type.String({ description: 'what that leaves unpaid, in micro-yuan' }),
      entries: EntriesLink,
    }),
    { description: 'bilateral: gross in micro-yuan, net in fen' },
  ),
  nets: Type.Array(
    Type.Object({
      organisation: Type.String(),
      toGet: Amount,
      toPay: Amount,
      netFen: Type.String({ description: 'below zero: to pay. All of them sum to zero' }),
    }),
    { description: 'multilateral: each organisation towards all others' },
  ),
  payments: Type.Array(
    Type.Object({ debtor: Type.String(), creditor: Type.String(), fen: Amount }),
    { description: 'who pays whom, so that all net positions are settled by few payments' },
  ),
}

const Query = Type.Object(
  {
    ...ReadQuery.properties,
    cycle: Type.Optional(
      Type.String({
        pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}\\.[1-9][0-9]{0,2}$',
        description: 'the cycle that the ledger is in, unless given',
        examples: ['2026-12-01.1'],
      }),
    ),
  },
  { additionalProperties: false },
)

/** GET /positions: what organisations owe each other in a cycle, gross, net, and how to settle it. */
export function readPositions(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/positions',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Draw up the positions of a cycle',
        tags: ['books'],
        querystring: Query,
        response: readResponses(positionsFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { projection } = services
        const now = projection.ledger()?.cycle
        const current = now === undefined ? '' : cycleName(now)
        const { cycle = current } = request.query
        const { detail } = trialBalance(projection.books)
        const positions = cyclePositions(detail.filter((row) => row.cycle === cycle))
        return { cycle, isOpen: cycle === current, ...positionsAnswer(positions, cycle) }
      }),
  )
}

function positionsAnswer({ pairs, nets, payments }: CyclePositions, cycle: string) {
  return {
    pairs: pairs.map((pair) => ({
      ...pair,
      owedByDebtor: String(pair.owedByDebtor),
      owedByCreditor: String(pair.owedByCreditor),
      netFen: String(pair.netFen),
      roundedDown: String(pair.roundedDown),
      entries: `/entries?account=3001/${pair.creditor}/${pair.debtor}/${cycle}`,
    })),
    nets: nets.map((net) => ({
      ...net,
      toGet: String(net.toGet),
      toPay: String(net.toPay),
      netFen: String(net.netFen),
    })),
    payments: payments.map((payment) => ({ ...payment, fen: String(payment.fen) })),
  }
}
