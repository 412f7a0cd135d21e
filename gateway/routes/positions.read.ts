import { Type } from 'typebox'
import type {
  ClearingTurnover,
  CyclePositions,
  PairPosition,
  Position,
} from '../../ledger/index.ts'
import {
  clearingPath,
  cycleName,
  cyclePositions,
  positionId,
  positionKey,
} from '../../ledger/index.ts'
import { openPayments } from '../projection/open-payments.ts'
import type { Projection } from '../projection/projection.ts'
import { CycleText } from '../schemas/cycle.ts'
import type { GatewayApp } from '../gateway-app.ts'
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
  status: Type.String({
    description:
      'open; closing: a pair has not signed; closed; instructed: payments are open; settled',
  }),
  pairs: Type.Array(
    Type.Object({
      debtor: Type.String(),
      creditor: Type.String(),
      owedByDebtor: Amount,
      owedByCreditor: Amount,
      netFen: Type.String({ description: 'what is left to pay, rounded down to fen once' }),
      roundedDown: Type.String({ description: 'what that leaves unpaid, in micro-yuan' }),
      status: Type.String({ description: 'open, closed (both have signed it) or instructed' }),
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
    cycle: Type.Optional(CycleText),
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
        const closed = closedPositions(cycle, projection)
        const positions = cyclePositions(turnoverOf(cycle, projection, closed))
        const answer = positionsAnswer(positions, cycle, closed)
        const isOpen = cycle === current
        const status = isOpen ? 'open' : cycleStatus(answer.pairs, cycle, projection)
        return { cycle, isOpen, status, ...answer }
      }),
  )
}

/** What pairs have signed that they owe each other in a cycle, by the ids of the positions. */
function closedPositions(
  cycle: string,
  { contracts, registry }: Projection,
): ReadonlyMap<string, Position> {
  const organisations = registry.organisationIds()
  const pairs = organisations.flatMap((one, at) =>
    organisations.slice(at + 1).map((other) => positionId(one, other, cycle)),
  )
  return new Map(
    pairs.flatMap((id): [string, Position][] => {
      const stored = contracts.read('position', id)
      return stored === undefined ? [] : [[id, positionKey(id).codec.decode(stored.value)]]
    }),
  )
}

/**
 * The turnover of a cycle's clearing accounts; once closed, as it was before it was settled. Each is
 * read by its key, so it takes no longer for all the entries and cycles that there were before.
 */
function turnoverOf(
  cycle: string,
  { books, registry }: Projection,
  closed: ReadonlyMap<string, Position>,
): ClearingTurnover[] {
  const organisations = registry.organisationIds()
  const places = organisations.flatMap((organisation) =>
    organisations
      .filter((other) => other !== organisation)
      .map((counterparty) => ({ organisation, counterparty })),
  )
  return places.flatMap(({ organisation, counterparty }) => {
    const account = books.account(clearingPath(organisation, counterparty, cycle))
    if (account === undefined) return []
    const position = closed.get(positionId(organisation, counterparty, cycle))
    if (position === undefined) {
      return [{ organisation, counterparty, debit: account.debit, credit: account.credit }]
    }
    const { toGet, toPay } = position
    return position.organisation === organisation
      ? [{ organisation, counterparty, debit: toGet, credit: toPay }]
      : [{ organisation, counterparty, debit: toPay, credit: toGet }]
  })
}

/** How far the settlement of a cycle has come that is over. */
function cycleStatus(
  pairs: readonly { readonly status: string }[],
  cycle: string,
  { contracts }: Projection,
): string {
  if (pairs.some(({ status }) => status === 'open')) return 'closing'
  if (pairs.some(({ status }) => status === 'closed')) return 'closed'
  return openPayments(contracts, cycle).length > 0 ? 'instructed' : 'settled'
}

function statusOf(
  { debtor, creditor }: PairPosition,
  cycle: string,
  closed: ReadonlyMap<string, Position>,
): string {
  return closed.get(positionId(debtor, creditor, cycle))?.status ?? 'open'
}

function positionsAnswer(
  { pairs, nets, payments }: CyclePositions,
  cycle: string,
  closed: ReadonlyMap<string, Position>,
) {
  return {
    pairs: pairs.map((pair) => ({
      ...pair,
      owedByDebtor: String(pair.owedByDebtor),
      owedByCreditor: String(pair.owedByCreditor),
      netFen: String(pair.netFen),
      roundedDown: String(pair.roundedDown),
      status: statusOf(pair, cycle, closed),
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
