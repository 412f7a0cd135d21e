import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { actsAs } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import type { Command } from '../command.ts'
import type { Entry } from '../entry.ts'
import { canonicalEntry, EntryText, parseEntry } from '../entry.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import type { AccountId, AssetId } from '../identifiers.ts'
import { organisationOf } from '../identifiers.ts'
import type { Key } from '../keys.ts'
import {
  accountKey,
  commandKey,
  owedKey,
  programmeKey,
  quotaLaneKey,
  returnKey,
  reversalKey,
} from '../keys.ts'
import type { Lot } from '../lot.ts'
import { sumLots } from '../lot.ts'
import { pointsFor } from '../points-terms.ts'
import type { Posting } from '../posting.ts'
import { clearingPath, holdingPath, ISSUED, SETTLEMENT_ASSET } from '../posting.ts'
import type { PurchaseReturn } from '../purchase-return.ts'
import { awardFigures, awardHolding, takeBack } from '../purchase-return.ts'
import type { PointsProgramme } from '../records.ts'
import type { DecisionContext, RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import { refuseShort } from '../sufficiency.ts'

const Body = Type.Object(
  { entry: EntryText, returnedFen: PositiveAmount },
  { additionalProperties: false },
)

type Body = Static<typeof Body>

/**
 * Goods come back, and with them the points that were awarded for them: the award keeps what the rest
 * of the purchase would have earned. What the account does not have any more is dropped, or owed out
 * of what it earns next, by the programme's terms.
 */
export const returnPurchase = defineRule({
  type: 'ReturnPurchase',
  body: Body,
  subjects: ({ entry }) => entry.postings.slice(0, 1).map(({ asset }) => programmeKey(asset)),
  home: () => undefined,
  clears: true,
  debits: ({ entry }) => {
    const holding = awardHolding(entry)
    return holding === undefined ? [] : [holding]
  },
  reads({ body: { entry } }, { lane, sha256 }) {
    const hash = sha256(canonicalEntry(parseEntry(entry)))
    const holding = awardHolding(entry)
    const keys: Key<unknown>[] = [
      commandKey(entry.actor, entry.commandId),
      reversalKey(hash),
      returnKey(hash),
    ]
    if (holding === undefined) return keys
    const { account, asset } = holding
    const laneKey = quotaLaneKey(asset, organisationOf(asset), lane)
    return [...keys, accountKey(account), owedKey(account, asset), laneKey]
  },
  decide(command, state, context) {
    const award = findAward(command, state, context)
    if (!award.ok) return award
    const settlement = settle(award, BigInt(command.body.returnedFen), state, context)
    if (!settlement.ok) return settlement

    // From here it must succeed.
    const postings = postingsOf(award, settlement, context)
    const writes = writesOf(award, settlement, state, context)
    if (postings.length === 0) return accept(writes)
    const { receipt = '', store = '', funder = '' } = award.entry.references
    return accept(writes, {
      postings,
      references: {
        returns: award.hash,
        receipt,
        store,
        funder,
        returnedFen: command.body.returnedFen,
        ...(settlement.missing > 0n && {
          [isOwed(award) ? 'pointsOwed' : 'pointsLost']: String(settlement.missing),
        }),
      },
    })
  },
})

/** An award that may be taken back, with what has been of it. */
interface Award {
  readonly ok: true
  readonly hash: string
  readonly entry: Entry
  readonly account: AccountId
  readonly asset: AssetId
  readonly funder: string
  readonly programme: PointsProgramme
  readonly before: PurchaseReturn
}

const NOTHING: PurchaseReturn = { fen: 0n, due: 0n, settled: 0n, microYuan: 0n }

function findAward(
  command: Command<Body>,
  state: StateView,
  context: DecisionContext,
): Award | Refusal {
  const entry = parseEntry(command.body.entry)
  const hash = context.sha256(canonicalEntry(entry))
  const original = state.get(commandKey(entry.actor, entry.commandId))
  if (original?.status !== 'accepted' || original.entryHash !== hash) {
    return refuse('ENTRY_UNKNOWN', { hash })
  }
  if (entry.type !== 'IssuePoints') return refuse('NOT_AN_AWARD', { type: entry.type })
  const { account, asset } = awardHolding(entry) ?? { account: '', asset: '' }
  const programme = state.get(programmeKey(asset))
  if (programme === undefined) throw new Error(`an award of no programme: ${hash}`)
  const funder = entry.references['funder'] ?? ''
  const mayReturn = (['issuer', 'cashier'] as const).some((role) =>
    actsAs(command, context, funder, role),
  )
  if (!mayReturn) return refuse('NOT_AUTHORISED')
  if (state.get(reversalKey(hash)) !== undefined) return refuse('ALREADY_REVERSED', { hash })
  const before = state.get(returnKey(hash)) ?? NOTHING
  return { ok: true, hash, entry, account, asset, funder, programme, before }
}

/** What one return comes to. */
interface Settlement {
  readonly ok: true
  readonly lots: readonly Lot[]
  /** Points that were due and are not there. */
  readonly missing: bigint
  readonly microYuan: bigint
  readonly after: PurchaseReturn
}

function settle(
  award: Award,
  returnedFen: bigint,
  state: StateView,
  context: DecisionContext,
): Settlement | Refusal {
  const { entry, account, asset, programme, before } = award
  const { points, microYuan, spendFen, expires } = awardFigures(entry)
  const fen = before.fen + returnedFen
  if (fen > spendFen) return refuse('RETURN_EXCEEDS', { left: String(spendFen - before.fen) })
  const due = points - pointsFor(spendFen - fen, programme)
  const held = state.lots(account, asset)
  const lots = takeBack(held, due - before.due, expires, context.ledger.cycle.date)
  const missing = due - before.due - sumLots(lots)
  const withheld = missing > 0n ? refuseWithheld(award, state, context) : undefined
  if (withheld !== undefined) return withheld
  const settled = before.settled + sumLots(lots) + (isOwed(award) ? missing : 0n)
  // In proportion to the points of all returns together, so that nothing is lost by parts.
  const cleared = (microYuan * settled) / points
  return {
    ok: true,
    lots,
    missing,
    microYuan: cleared - before.microYuan,
    after: { fen, due, settled, microYuan: cleared },
  }
}

/** That points are missing counts only when the account's home says so, and names all its credits. */
function refuseWithheld(
  { account, asset }: Award,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const holder = state.get(accountKey(account))
  if (holder === undefined) throw new Error(`an award to no account: ${account}`)
  const refusal = refuseShort('INSUFFICIENT_POINTS', holder, asset, state, context)
  return refusal.code === 'INSUFFICIENT_POINTS' ? undefined : refusal
}

function isOwed({ programme }: Award): boolean {
  return programme.returns === 'owed'
}

function postingsOf(
  { account, asset, funder }: Award,
  { lots, microYuan }: Settlement,
  { cycle }: DecisionContext,
): Posting[] {
  const postings: Posting[] = []
  const points = { asset, amount: sumLots(lots) }
  if (points.amount > 0n) {
    postings.push({ ...points, account: holdingPath(account), side: 'debit', lots })
    postings.push({ ...points, account: ISSUED, side: 'credit' })
  }
  const issuer = organisationOf(asset)
  const money = { asset: SETTLEMENT_ASSET, amount: microYuan }
  if (microYuan > 0n) {
    postings.push({ ...money, account: clearingPath(funder, issuer, cycle), side: 'debit' })
    postings.push({ ...money, account: clearingPath(issuer, funder, cycle), side: 'credit' })
  }
  return postings
}

/** The state of the return, the quota that is given back as by a reversal, and what is owed. */
function writesOf(
  award: Award,
  { after, lots, missing }: Settlement,
  state: StateView,
  context: DecisionContext,
): RecordWrite[] {
  const { hash, account, asset } = award
  const writes = [write(returnKey(hash), after)]
  const taken = sumLots(lots)
  if (taken > 0n) {
    const key = quotaLaneKey(asset, organisationOf(asset), context.lane)
    const lane = state.get(key) ?? { left: 0n }
    writes.push(write(key, { ...lane, left: lane.left + taken }))
  }
  if (missing > 0n && isOwed(award)) {
    const key = owedKey(account, asset)
    const owed = state.get(key)?.amount ?? 0n
    writes.push(write(key, { amount: owed + missing }))
  }
  return writes
}
