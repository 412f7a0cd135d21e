import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { actsAs } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import type { BusinessDate } from '../business-date.ts'
import { addDays, BusinessDateText } from '../business-date.ts'
import { postClearing } from '../clearing.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import {
  AccountIdText,
  OrganisationIdText,
  PointsAssetIdText,
  ReferenceText,
} from '../identifiers.ts'
import { accountKey, owedKey, programmeKey, quotaLaneKey, receiptKey } from '../keys.ts'
import type { Lot } from '../lot.ts'
import { expiryOf, pointsFor } from '../points-terms.ts'
import type { Posting } from '../posting.ts'
import { holdingPath, ISSUED } from '../posting.ts'
import { drawQuota } from '../quota.ts'
import type { PointsProgramme } from '../records.ts'
import type { DecisionContext, EntryContent, RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

/** Points may be held back for a return window of at most this many days. */
const MAX_PENDING_DAYS = 30

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
  clears: true,
  debits: () => [],
  reads({ body }, { lane }, subject) {
    const programme = subject(programmeKey(body.asset))
    // A programme that is not known yet may come with an earlier command of the transaction.
    const mayOwe = programme === undefined || programme.returns === 'owed'
    return [
      accountKey(body.to),
      receiptKey(body.funder, body.receipt),
      quotaLaneKey(body.asset, body.funder, lane),
      ...(mayOwe ? [owedKey(body.to, body.asset)] : []),
    ]
  },
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
    const owed = owedOf(body, programme, state)
    const paid = owed < points ? owed : points
    const bound = { bound: body.asset, organisation: body.funder, amount: points - paid }
    const drawn = drawQuota({ ...bound, exhausted: 'BUDGET_EXHAUSTED' }, state, context)
    if (!drawn.ok) return drawn

    // From here it must succeed.
    const by = { actor: command.actor, commandId: command.id }
    return accept(
      [write(receiptKey(body.funder, body.receipt), by), drawn.write, ...payOwed(body, owed, paid)],
      awardEntry(body, programme, { points, paid }, context),
    )
  },
})

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

/** What the account owes of these points since goods for which it had them came back. */
function owedOf({ to, asset }: Body, { returns }: PointsProgramme, state: StateView): bigint {
  return returns === 'owed' ? (state.get(owedKey(to, asset))?.amount ?? 0n) : 0n
}

function payOwed({ to, asset }: Body, owed: bigint, paid: bigint): RecordWrite[] {
  return paid === 0n ? [] : [write(owedKey(to, asset), { amount: owed - paid })]
}

/** The whole award is funded; of what was issued for it, what the account owed goes back at once. */
function awardEntry(
  body: Body,
  programme: PointsProgramme,
  { points, paid }: { readonly points: bigint; readonly paid: bigint },
  context: DecisionContext,
): EntryContent {
  const { pricePerPoint, issuer } = programme
  const parties = { debtor: body.funder, creditor: issuer }
  const clearing = postClearing({ ...parties, points, pricePerPoint, cycle: context.cycle })
  const { asset, to, receipt, store, funder, spendFen, availableFrom } = body
  const amount = points - paid
  const lots = [issuedLot(programme, amount, availableFrom, context.ledger.cycle.date)]
  const postings: Posting[] = [{ asset, amount: points, account: ISSUED, side: 'debit' }]
  if (paid > 0n) postings.push({ asset, amount: paid, account: ISSUED, side: 'credit' })
  if (amount > 0n) {
    postings.push({ asset, amount, account: holdingPath(to), side: 'credit', lots })
  }
  return {
    postings: [...postings, ...clearing.postings],
    references: {
      receipt,
      store,
      funder,
      spendFen,
      ...(paid > 0n && { owedPaid: String(paid), owedBy: to }),
      ...clearing.references,
    },
  }
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
