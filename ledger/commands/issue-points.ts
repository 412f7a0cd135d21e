import type { Static } from 'typebox'
import { Type } from 'typebox'
import { multiply, PositiveAmount } from '../amount.ts'
import { actsAs } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import type { BusinessDate } from '../business-date.ts'
import { addDays, BusinessDateText, endOfMonth } from '../business-date.ts'
import { postClearing } from '../clearing.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import type { AssetId } from '../identifiers.ts'
import {
  AccountIdText,
  OrganisationIdText,
  PointsAssetIdText,
  ReferenceText,
} from '../identifiers.ts'
import { accountKey, programmeKey, quotaLaneKey, receiptKey } from '../keys.ts'
import type { Lot } from '../lot.ts'
import { NEVER } from '../lot.ts'
import { holdingPath, ISSUED } from '../posting.ts'
import type { PointsProgramme, QuotaLane } from '../records.ts'
import type { DecisionContext, EntryContent } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

/** Points may be held back for a return window of at most this many days. */
const MAX_PENDING_DAYS = 30

const FEN_PER_YUAN = 100n

const Award = Type.Object(
  {
    asset: PointsAssetIdText,
    to: AccountIdText,
    spendFen: PositiveAmount,
    receipt: ReferenceText,
    store: ReferenceText,
    funder: OrganisationIdText,
    availableFrom: Type.Optional(BusinessDateText),
  },
  { additionalProperties: false },
)

type Body = Static<typeof Award>

/**
 * A merchant awards points for a purchase. Its own, or as a partner another's: then the partner
 * funds them, and clearing partner → issuer is posted at the programme's price.
 */
export const issuePoints = defineRule({
  type: 'IssuePoints',
  body: Award,
  subjects: ({ asset }) => [programmeKey(asset)],
  home: ({ funder }) => funder,
  debits: () => [],
  reads: ({ body }, { lane }) => [
    accountKey(body.to),
    receiptKey(body.funder, body.receipt),
    quotaLaneKey(body.asset, body.funder, lane),
  ],
  decide(command, state, context) {
    const { body } = command
    // First of all: under another organisation nothing may be refused for good, since the lane is
    // the funder's.
    if (context.caller.organisation !== body.funder) {
      return refuse('FUNDER_MUST_SUBMIT', { funder: body.funder })
    }
    const programme = state.get(programmeKey(body.asset))
    if (programme === undefined) return refuse('ASSET_UNKNOWN', { asset: body.asset })
    const refusal = checkAward(command, programme, state, context)
    if (refusal !== undefined) return refusal
    const points = pointsFor(BigInt(body.spendFen), programme)
    if (points === 0n) return refuse('NOTHING_TO_ISSUE')
    const laneKey = quotaLaneKey(body.asset, body.funder, context.lane)
    const lane = state.get(laneKey) ?? { left: 0n }
    if (lane.left < points) return refuseBeyondLane(body.asset, points - lane.left, lane)

    // From here it must succeed.
    const by = { actor: command.actor, commandId: command.id }
    return accept(
      [
        write(receiptKey(body.funder, body.receipt), by),
        write(laneKey, { ...lane, left: lane.left - points }),
      ],
      awardEntry(body, programme, points, context),
    )
  },
})

/** Final only when even the pool, which never gains, did not hold what the lane is short of. */
function refuseBeyondLane(asset: AssetId, shortage: bigint, { poolLeft }: QuotaLane): Refusal {
  const isBeyondPool = poolLeft !== undefined && poolLeft < shortage
  const detail = { asset, needed: String(shortage) }
  return refuse(isBeyondPool ? 'BUDGET_EXHAUSTED' : 'QUOTA_REFILL', detail)
}

function checkAward(
  command: Command<Body>,
  programme: PointsProgramme,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const { to, funder, receipt, availableFrom } = command.body
  const today = context.ledger.cycle.date
  const latest = latestAvailability(programme, today)
  if (state.get(accountKey(to)) === undefined) return refuse('ACCOUNT_UNKNOWN', { id: to })
  const mayAward = [programme.issuer, ...programme.partners].includes(funder)
  if (!mayAward || !actsAs(command, context, funder, 'issuer')) return refuse('NOT_AUTHORISED')
  if ((availableFrom ?? today) > latest) return refuse('AVAILABLE_FROM_TOO_LATE', { latest })
  if (state.get(receiptKey(funder, receipt)) === undefined) return undefined
  return refuse('RECEIPT_USED', { receipt })
}

function pointsFor(spendFen: bigint, { pointsPerYuan }: PointsProgramme): bigint {
  const denominator = pointsPerYuan.denominator * FEN_PER_YUAN
  return multiply(spendFen, { numerator: pointsPerYuan.numerator, denominator }).whole
}

function awardEntry(
  body: Body,
  programme: PointsProgramme,
  points: bigint,
  context: DecisionContext,
): EntryContent {
  const { pricePerPoint, issuer } = programme
  const parties = { debtor: body.funder, creditor: issuer }
  const clearing = postClearing({ ...parties, points, pricePerPoint, cycle: context.cycle })
  const line = { asset: body.asset, amount: points }
  const lots = [issuedLot(programme, points, body.availableFrom, context.ledger.cycle.date)]
  const { receipt, store, funder, spendFen } = body
  return {
    postings: [
      { ...line, account: ISSUED, side: 'debit' },
      { ...line, account: holdingPath(body.to), side: 'credit', lots },
      ...clearing.postings,
    ],
    references: { receipt, store, funder, spendFen, ...clearing.references },
  }
}

function expiryOf({ expiresAfterMonths }: PointsProgramme, today: BusinessDate): BusinessDate {
  return expiresAfterMonths === null ? NEVER : endOfMonth(today, expiresAfterMonths)
}

/** The last day on which points issued today may become available. */
function latestAvailability(programme: PointsProgramme, today: BusinessDate): BusinessDate {
  const end = addDays(today, MAX_PENDING_DAYS)
  const expires = expiryOf(programme, today)
  return expires < end ? expires : end
}

function issuedLot(
  programme: PointsProgramme,
  amount: bigint,
  availableFrom: BusinessDate | undefined,
  today: BusinessDate,
): Lot {
  const expires = expiryOf(programme, today)
  const isPending = availableFrom !== undefined && availableFrom > today
  return isPending ? { expires, availableFrom, amount } : { expires, amount }
}
