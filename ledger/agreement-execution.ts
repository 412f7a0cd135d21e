import { Type } from 'typebox'
import { owedPostings } from './clearing.ts'
import type { Agreement, AgreementLine, AgreementTerms, MovingLine } from './agreement.ts'
import { AgreementTermsText, isMoving, nameOf } from './agreement.ts'
import type { Basket } from './basket.ts'
import { takeBasket } from './basket.ts'
import type { StateView } from './batch-state.ts'
import { afterTransition } from './coupon-life.ts'
import type { Command } from './command.ts'
import { P256SignatureText } from './command.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AccountId, ContractId } from './identifiers.ts'
import { ContractIdText } from './identifiers.ts'
import type { Key } from './keys.ts'
import { accountKey, agreementKey, couponKey, programmeKey, seriesKey } from './keys.ts'
import type { Lot } from './lot.ts'
import { subtractLots, takeAvailable } from './lot.ts'
import type { Posting } from './posting.ts'
import { holdingPath } from './posting.ts'
import type { Acceptance, DecisionContext, HoldingReference, RecordWrite } from './rule.ts'
import { accept, write } from './rule.ts'

const AgreementBody = Type.Object(
  {
    agreement: ContractIdText,
    terms: AgreementTermsText,
    oracleSignature: Type.Optional(P256SignatureText),
  },
  { additionalProperties: false },
)

/** An agreement as a command names it, with its terms said again so that they are signed. */
export type AgreementBody = Type.Static<typeof AgreementBody>

/** The contracts and terms that an agreement is about, for a rule's `subjects`. */
function agreementSubjects({ agreement, terms }: AgreementBody): Key<unknown>[] {
  const { lines, after } = terms
  return [
    agreementKey(agreement),
    ...(after === undefined ? [] : [agreementKey(after)]),
    ...lines.flatMap((line): Key<unknown>[] => {
      if (line.kind === 'points') return [programmeKey(line.asset)]
      return line.kind === 'coupon' ? [seriesKey(line.series)] : []
    }),
  ]
}

/** The accounts and coupons that an execution looks at, for a rule's `reads`. */
function agreementReads({ lines }: AgreementTerms): Key<unknown>[] {
  return lines.filter(isMoving).flatMap((line): Key<unknown>[] => {
    const key = accountKey(line.from)
    return line.kind === 'coupon' ? [key, couponKey(line.series, line.serial)] : [key]
  })
}

/** The holdings that an agreement debits, each once. */
function agreementDebits({ lines }: AgreementTerms): HoldingReference[] {
  const holdings = lines.flatMap((line) =>
    line.kind === 'points' ? [{ account: line.from, asset: line.asset }] : [],
  )
  return [...new Map(holdings.map((one) => [`${one.account} ${one.asset}`, one])).values()]
}

/** An account of which the gateway submits the agreement's commands, when it moves anything. */
function agreementPayer({ lines }: AgreementTerms): AccountId | undefined {
  return lines.find(isMoving)?.from
}

/** What every command says, names and looks at that may execute an agreement. */
export const agreementScope = {
  body: AgreementBody,
  subjects: agreementSubjects,
  home: () => undefined,
  debits: ({ terms }: AgreementBody) => agreementDebits(terms),
  payer: ({ terms }: AgreementBody) => agreementPayer(terms),
  reads: ({ body }: Command<AgreementBody>) => agreementReads(body.terms),
}

/** What an agreement still waits for on this day; undefined when nothing. */
export function unmetCondition(
  { terms: { notBefore, after, oracle }, oracleSigned }: Agreement,
  state: StateView,
  context: DecisionContext,
): string | undefined {
  if (notBefore !== undefined && context.ledger.cycle.date < notBefore) return 'notBefore'
  if (after !== undefined && state.get(agreementKey(after))?.status !== 'executed') return 'after'
  return oracle === undefined || oracleSigned ? undefined : 'oracle'
}

/** Of the signatories, the first that has not signed. */
export function missingSignatory({ signatories, signed }: Agreement): string | undefined {
  return signatories.map(nameOf).find((name) => !signed.includes(name))
}

/**
 * Executes an agreement of which all conditions are met: every account gives what its lines say, out
 * of what it has before any of them. Refuses what a basket of that account would be refused for.
 */
export function execute(
  id: ContractId,
  agreement: Agreement,
  state: StateView,
  context: DecisionContext,
): Acceptance | Refusal {
  const { lines } = agreement.terms
  const moving = lines.filter(isMoving)
  const taken = new Map<string, readonly Lot[]>()
  for (const from of new Set(moving.map((line) => line.from))) {
    const account = state.get(accountKey(from))
    if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    const basket = basketOf(moving.filter((line) => line.from === from))
    const part = takeBasket(basket, { account, use: 'transfer' }, state, context)
    if (!part.ok) return part
    for (const { asset, lots } of part.content.points) taken.set(`${from} ${asset}`, lots)
  }

  // From here it must succeed.
  const executed = write(agreementKey(id), { ...agreement, status: 'executed', keeps: [] })
  return accept([executed, ...moving.flatMap((line) => couponWrites(line, state))], {
    postings: lines.flatMap((line) => linePostings(line, taken, state, context)),
    references: { agreement: id },
  })
}

/** All that one account gives, each kind of points in one amount. */
function basketOf(lines: readonly MovingLine[]): Basket {
  const points = new Map<string, bigint>()
  for (const line of lines) {
    if (line.kind !== 'points') continue
    points.set(line.asset, (points.get(line.asset) ?? 0n) + BigInt(line.amount))
  }
  return {
    points: [...points].map(([asset, amount]) => ({ asset, amount: String(amount) })),
    coupons: lines.flatMap((line) =>
      line.kind === 'coupon' ? [{ series: line.series, serial: line.serial }] : [],
    ),
  }
}

function couponWrites(line: MovingLine, state: StateView): RecordWrite[] {
  if (line.kind !== 'coupon') return []
  const key = couponKey(line.series, line.serial)
  const coupon = state.get(key)
  if (coupon === undefined) throw new Error(`no such coupon: ${key.name}`)
  return [write(key, afterTransition(coupon, 'transfer', { account: line.to }))]
}

/** The two postings of a line; points come out of `taken`, which then holds what is left. */
function linePostings(
  line: AgreementLine,
  taken: Map<string, readonly Lot[]>,
  state: StateView,
  context: DecisionContext,
): Posting[] {
  if (line.kind === 'money') {
    const { debtor, creditor } = line
    return owedPostings({ debtor, creditor, amount: BigInt(line.amount) }, context.cycle)
  }
  const moved = line.kind === 'points' ? takeLots(line, taken, context) : couponMoved(line, state)
  return [
    { ...moved, account: holdingPath(line.from), side: 'debit' },
    { ...moved, account: holdingPath(line.to), side: 'credit' },
  ]
}

type Moved = Pick<Posting, 'asset' | 'amount' | 'lots' | 'coupons'>

function takeLots(
  { from, asset, amount: text }: Extract<MovingLine, { readonly kind: 'points' }>,
  taken: Map<string, readonly Lot[]>,
  context: DecisionContext,
): Moved {
  const name = `${from} ${asset}`
  const today = context.ledger.cycle.date
  const amount = BigInt(text)
  const lots = takeAvailable(taken.get(name) ?? [], amount, today)
  taken.set(name, subtractLots(taken.get(name) ?? [], lots, today) ?? [])
  return { asset, amount, lots }
}

function couponMoved(
  { series, serial }: Extract<MovingLine, { readonly kind: 'coupon' }>,
  state: StateView,
): Moved {
  const amount = state.get(couponKey(series, serial))?.amount ?? 0n
  return { asset: series, amount, coupons: [{ serial, amount }] }
}
