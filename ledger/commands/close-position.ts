import type { Static } from 'typebox'
import { Type } from 'typebox'
import { actsAs, staffSigners } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import { CycleNameText, dateOfCycle, isPastCycle } from '../business-date.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { ContractIdText, OrganisationIdText, TransactionIdText } from '../identifiers.ts'
import type { Key } from '../keys.ts'
import { deltaKey, positionKey, settlementKey } from '../keys.ts'
import { clearingPath, SETTLEMENT_ASSET } from '../posting.ts'
import type { Delta } from '../records.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import { feePostings, feesOf } from '../settlement-entries.ts'
import type { Position } from '../settlement.ts'
import { positionId } from '../settlement.ts'

/** More has to be compacted first, so that no transaction reads more. */
export const MAX_CLOSED_DELTAS = 200

const DeltaNames = Type.Array(TransactionIdText, {
  maxItems: MAX_CLOSED_DELTAS,
  uniqueItems: true,
  description: 'the last parts of the keys of all its deltas',
})

const Amount = Type.String({
  pattern: '^(0|[1-9][0-9]{0,31})$',
  description: 'micro-yuan, gross',
  examples: ['1500000'],
})

const Body = Type.Object(
  {
    settlement: ContractIdText,
    cycle: CycleNameText,
    organisation: OrganisationIdText,
    counterparty: OrganisationIdText,
    deltas: DeltaNames,
    counterDeltas: DeltaNames,
    toGet: Amount,
    toPay: Amount,
  },
  { additionalProperties: false },
)

type Body = Static<typeof Body>

/**
 * Both of a pair sign what they owe each other in a cycle that is over. The ledger adds it up from
 * both clearing accounts, of which the deltas are named one by one; that none is left out is what
 * the two, who each have all entries, put their names to. Fees are posted with it, in the cycle that
 * is open.
 */
export const closePosition = defineRule({
  type: 'ClosePosition',
  body: Body,
  subjects: ({ settlement }) => [settlementKey(settlement)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => [keyOf(body), ...deltasOf(body), ...counterDeltasOf(body)],
  decide(command, state, context) {
    const { body } = command
    const terms = state.get(settlementKey(body.settlement))
    if (terms === undefined) {
      return refuse('CONTRACT_UNKNOWN', { kind: 'settlement', id: body.settlement })
    }
    const refusal =
      checkAuthority(command, terms.parties, context) ??
      checkCycle(body, terms, context) ??
      checkOpen(body, state) ??
      checkSums(body, state)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    const position = positionOf(body)
    const fees = feesOf(terms.fees, position)
    const writes = [write(keyOf(body), { ...position, fees })]
    if (fees.length === 0) return accept(writes)
    return accept(writes, {
      postings: feePostings(fees, context.cycle),
      references: { settlement: body.settlement, position: idOf(body) },
    })
  },
})

function idOf({ organisation, counterparty, cycle }: Body): string {
  return positionId(organisation, counterparty, cycle)
}

function keyOf(body: Body): Key<Position> {
  return positionKey(idOf(body))
}

function deltasOf({ organisation, counterparty, cycle, deltas }: Body): Key<Delta>[] {
  const path = clearingPath(organisation, counterparty, cycle)
  return deltas.map((name) => deltaKey(path, SETTLEMENT_ASSET, name))
}

function counterDeltasOf({ organisation, counterparty, cycle, counterDeltas }: Body): Key<Delta>[] {
  const path = clearingPath(counterparty, organisation, cycle)
  return counterDeltas.map((name) => deltaKey(path, SETTLEMENT_ASSET, name))
}

function checkAuthority(
  command: Command<Body>,
  parties: readonly string[],
  context: DecisionContext,
): Refusal | undefined {
  const pair = [command.body.organisation, command.body.counterparty]
  const stranger = pair.find((one) => !parties.includes(one))
  if (stranger !== undefined) return refuse('NOT_A_PARTY', { organisation: stranger })
  if (pair[0] === pair[1]) return refuse('SAME_ORGANISATION')
  const missing = pair.find((one) => staffSigners(context, one, 'finance').length === 0)
  if (missing !== undefined) return refuse('APPROVALS_MISSING', { organisation: missing })
  const isOfPair = pair.some((one) => actsAs(command, context, one, 'finance'))
  return isOfPair ? undefined : refuse('NOT_AUTHORISED')
}

function checkCycle(
  { cycle }: Body,
  { validFrom, validUntil }: { readonly validFrom: string; readonly validUntil: string },
  { ledger }: DecisionContext,
): Refusal | undefined {
  if (!isPastCycle(cycle, ledger.cycle)) return refuse('CYCLE_OPEN', { cycle })
  const date = dateOfCycle(cycle)
  if (date >= validFrom && date <= validUntil) return undefined
  return refuse('TERMS_NOT_IN_FORCE', { validFrom, validUntil })
}

function checkOpen(body: Body, state: StateView): Refusal | undefined {
  if (state.get(keyOf(body)) === undefined) return undefined
  return refuse('CONTRACT_EXISTS', { kind: 'position', id: idOf(body) })
}

/** What the deltas come to on both sides, each the mirror of the other, must be what was signed. */
function checkSums(body: Body, state: StateView): Refusal | undefined {
  const sum = { debit: 0n, credit: 0n }
  const counter = { debit: 0n, credit: 0n }
  for (const [keys, total] of [
    [deltasOf(body), sum],
    [counterDeltasOf(body), counter],
  ] as const) {
    for (const key of keys) {
      const delta = state.get(key)
      if (delta === undefined) return refuse('DELTA_UNKNOWN', { key: key.name })
      total.debit += delta.debit
      total.credit += delta.credit
    }
  }
  const [toGet, toPay] = [BigInt(body.toGet), BigInt(body.toPay)]
  const isRight = sum.debit === toGet && sum.credit === toPay
  const isMirrored = counter.debit === toPay && counter.credit === toGet
  if (isRight && isMirrored) return undefined
  return refuse('POSITION_DIFFERS', {
    toGet: String(sum.debit),
    toPay: String(sum.credit),
    counterpartyToGet: String(counter.debit),
    counterpartyToPay: String(counter.credit),
  })
}

function positionOf(body: Body): Position {
  const { settlement, cycle, organisation, counterparty } = body
  return {
    status: 'closed',
    parties: [organisation, counterparty],
    keeps: [],
    settlement,
    cycle,
    organisation,
    counterparty,
    toGet: BigInt(body.toGet),
    toPay: BigInt(body.toPay),
    fees: [],
  }
}
