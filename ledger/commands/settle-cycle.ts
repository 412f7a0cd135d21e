import type { Static } from 'typebox'
import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import { addDays, CycleNameText, dateOfCycle } from '../business-date.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import type { ContractId } from '../identifiers.ts'
import { ContractIdText } from '../identifiers.ts'
import { paymentKey, positionKey, settlementKey } from '../keys.ts'
import type { NettedPayment } from '../netting.ts'
import type { DecisionContext, RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import { claimsOf, settlementPostings, settlingPayments } from '../settlement-entries.ts'
import type { Payment, Position, SettlementTerms } from '../settlement.ts'
import { positionId } from '../settlement.ts'

/** Of 50 parties. */
const MAX_PAIRS = 1_225

const Body = Type.Object(
  {
    settlement: ContractIdText,
    cycle: CycleNameText,
    positions: Type.Array(
      Type.String({ pattern: '^[A-Za-z0-9:.-]{1,100}$', examples: ['bank:mall.2026-12-01.1'] }),
      { minItems: 1, maxItems: MAX_PAIRS, uniqueItems: true, description: 'closed, by their ids' },
    ),
  },
  { additionalProperties: false },
)

type Body = Static<typeof Body>

/**
 * Turns closed positions of a cycle into payments, by the terms: gross, netted by pair, or netted
 * over all. All of it follows from what was signed, so one party's finance can send it. Netted over
 * all, no pair may be left out unless it is late with its closing.
 */
export const settleCycle = defineRule({
  type: 'SettleCycle',
  body: Body,
  subjects: ({ settlement }) => [settlementKey(settlement)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }, _context, subject) => {
    const { parties = [] } = subject(settlementKey(body.settlement)) ?? {}
    const all = [...pairsOf(parties, body.cycle), ...body.positions]
    return [...new Set(all)].map((id) => positionKey(id))
  },
  decide(command, state, context) {
    const { body } = command
    const terms = state.get(settlementKey(body.settlement))
    if (terms === undefined) {
      return refuse('CONTRACT_UNKNOWN', { kind: 'settlement', id: body.settlement })
    }
    const refusal =
      checkAuthority(command, terms, context) ??
      checkPositions(body, state) ??
      checkLeftOut(body, terms, state, context)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    const positions = body.positions.flatMap((id) => state.get(positionKey(id)) ?? [])
    const claims = claimsOf(positions, terms.netting)
    const payments = settlingPayments(claims, terms.netting)
    const writes = [
      ...positions.map((position) => instructed(position)),
      ...paymentWrites(command, payments, terms, context),
    ]
    const postings = settlementPostings(claims, payments, body.cycle)
    if (postings.length === 0) return accept(writes)
    const { settlement, cycle } = body
    return accept(writes, { postings, references: { settlement, settledCycle: cycle } })
  },
})

/** The ids of the positions of all pairs of parties. */
function pairsOf(parties: readonly string[], cycle: string): ContractId[] {
  return parties.flatMap((one, at) =>
    parties.slice(at + 1).map((other) => positionId(one, other, cycle)),
  )
}

function checkAuthority(
  command: Command<Body>,
  { parties }: SettlementTerms,
  context: DecisionContext,
): Refusal | undefined {
  const isParty = parties.some((party) => actsAs(command, context, party, 'finance'))
  return isParty ? undefined : refuse('NOT_AUTHORISED')
}

function checkPositions(body: Body, state: StateView): Refusal | undefined {
  for (const id of body.positions) {
    const position = state.get(positionKey(id))
    if (position === undefined) return refuse('POSITION_NOT_CLOSED', { id })
    if (position.settlement !== body.settlement || position.cycle !== body.cycle) {
      return refuse('POSITION_ELSEWHERE', { id, settlement: position.settlement })
    }
    if (position.status === 'instructed') return refuse('POSITION_SETTLED', { id })
  }
  return undefined
}

function checkLeftOut(
  body: Body,
  terms: SettlementTerms,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  if (terms.netting !== 'multilateral') return undefined
  const lastDay = addDays(dateOfCycle(body.cycle), terms.closeWithinDays)
  const isLate = context.ledger.cycle.date > lastDay
  const leftOut = pairsOf(terms.parties, body.cycle)
    .filter((id) => !body.positions.includes(id))
    .find((id) => {
      const position = state.get(positionKey(id))
      return position === undefined ? !isLate : isWaiting(position, body)
    })
  return leftOut === undefined ? undefined : refuse('PAIR_LEFT_OUT', { id: leftOut, lastDay })
}

/** A pair that closed under these terms and waits for its payments. */
function isWaiting({ status, settlement }: Position, body: Body): boolean {
  return status === 'closed' && settlement === body.settlement
}

function instructed(position: Position): RecordWrite {
  const id = positionId(position.organisation, position.counterparty, position.cycle)
  return write(positionKey(id), { ...position, status: 'instructed' })
}

function paymentWrites(
  command: Command<Body>,
  payments: readonly NettedPayment[],
  terms: SettlementTerms,
  context: DecisionContext,
): RecordWrite[] {
  const { settlement, cycle } = command.body
  const payBy = addDays(context.ledger.cycle.date, terms.payWithinDays)
  // A cycle can be settled in more than one run, when a pair is late.
  const run = context.sha256(`settle/${command.actor}/${command.id}`).slice(0, 16)
  return payments.map(({ debtor, creditor, fen }) => {
    const payment: Payment = {
      status: 'open',
      parties: [debtor, creditor],
      dueOn: addDays(payBy, terms.graceDays),
      keeps: [],
      settlement,
      cycle,
      debtor,
      creditor,
      fen,
      carriedFen: 0n,
      payBy,
      remittances: [],
    }
    return write(paymentKey(`${debtor}:${creditor}.${cycle}.${run}`), payment)
  })
}
