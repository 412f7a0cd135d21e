import { checkBasket, couponOf } from './baskets.ts'
import type { Basket } from './baskets.ts'
import type { Books, Judged, Refusal } from './books.ts'
import { credit, debit, homeOf, owe } from './books.ts'
import type { Fields } from './read-day.ts'

interface AgreementLine {
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly what: string
}

interface Agreement {
  readonly text: string
  readonly lines: readonly AgreementLine[]
  readonly signed: Set<string>
  readonly notBefore: string
  readonly after: string
  readonly oracle: string
  isOracleHeard: boolean
  isExecuted: boolean
  isOpen: boolean
}

/** Judges a line of agreements. */
export function judgeAgreement(books: Books, judged: Judged): Refusal {
  const { action, agreement: id, by } = judged.fields
  if (!isPerson(books, by)) return 'ACTOR_UNKNOWN'
  if (action === 'draft') return draft(books, judged)
  const agreement = books.contracts.get(`agreement ${id}`) as Agreement | undefined
  if (!agreement) return 'CONTRACT_UNKNOWN'
  if (action === 'withdraw') return withdraw(agreement, by)
  return action === 'sign' ? sign(books, agreement, judged) : carryOut(books, agreement, judged)
}

function isPerson(books: Books, id: string): boolean {
  return books.members.has(id) || id.endsWith(':finance-1')
}

function linesOf(text: string): AgreementLine[] {
  return text.split(';').map((line) => {
    const [kind = '', from = '', to = '', what = ''] = line.split(' ')
    return { kind, from, to, what }
  })
}

/** Who signs for the side that gives: the member, or finance staff of the debtor. */
function signatoryOf({ kind, from }: AgreementLine): string {
  return kind === 'money' ? `${from}:finance-1` : from
}

function isParty({ lines }: Pick<Agreement, 'lines'>, by: string): boolean {
  return lines.some(({ kind, from, to }) =>
    kind === 'money' ? [from, to].some((id) => by === `${id}:finance-1`) : [from, to].includes(by),
  )
}

function textOf(fields: Fields): string {
  const { lines, not_before: notBefore, not_after: notAfter, after, oracle } = fields
  return [lines, notBefore, notAfter, after, oracle].join(' ')
}

function draft(books: Books, { date, fields }: Judged): Refusal {
  const { agreement: id, by } = fields
  const lines = linesOf(fields.lines)
  const members = lines.flatMap(({ kind, from, to }) => (kind === 'money' ? [] : [from, to]))
  if (members.some((member) => !books.members.has(member))) return 'ACCOUNT_UNKNOWN'
  if (fields.after !== '' && !books.contracts.has(`agreement ${fields.after}`)) {
    return 'CONTRACT_UNKNOWN'
  }
  if (books.contracts.has(`agreement ${id}`)) return 'CONTRACT_EXISTS'
  if (!isParty({ lines }, by)) return 'NOT_AUTHORISED'
  if (homeOf(id) !== homeOf(by)) return 'CONTRACT_ELSEWHERE'
  if (lines.some(({ from, to }) => from === to)) return 'SAME_ACCOUNT'
  const coupons = lines.filter(({ kind }) => kind === 'coupon').map(({ what }) => what)
  if (new Set(coupons).size < coupons.length) return 'ASSET_TWICE'
  if (fields.not_before > fields.not_after) return 'DATES_REVERSED'
  if (fields.not_after < date) return 'LAST_DAY_PAST'
  const agreement: Agreement = {
    text: textOf(fields),
    lines,
    signed: new Set(),
    notBefore: fields.not_before,
    after: fields.after,
    oracle: fields.oracle,
    isOracleHeard: false,
    isExecuted: false,
    isOpen: true,
  }
  books.contracts.set(`agreement ${id}`, agreement)
  return null
}

function withdraw(agreement: Agreement, by: string): Refusal {
  if (!isParty(agreement, by)) return 'NOT_AUTHORISED'
  if (!agreement.isOpen) return 'AGREEMENT_CLOSED'
  agreement.isOpen = false
  return null
}

function refuseClosed(agreement: Agreement, fields: Fields): Refusal {
  if (textOf(fields) !== agreement.text) return 'AGREEMENT_DIFFERS'
  return agreement.isOpen ? null : 'AGREEMENT_CLOSED'
}

function isComplete({ lines }: Agreement, signed: ReadonlySet<string>): boolean {
  return lines.every((line) => signed.has(signatoryOf(line)))
}

function sign(books: Books, agreement: Agreement, { date, fields }: Judged): Refusal {
  const { by } = fields
  if (!agreement.lines.some((line) => signatoryOf(line) === by)) return 'NOT_AUTHORISED'
  const refusal = refuseClosed(agreement, fields)
  if (refusal) return refusal
  if (agreement.signed.has(by)) return 'ALREADY_SIGNED'
  const isHeard = hears(agreement, fields)
  if (isHeard === null) return 'ORACLE_SIGNATURE_INVALID'
  const signed = new Set([...agreement.signed, by])
  const isDue = isComplete(agreement, signed) && isMet(books, agreement, isHeard, date)
  const lacking = isDue ? execute(books, agreement, date) : null
  if (lacking) return lacking
  agreement.signed.add(by)
  agreement.isOracleHeard = isHeard
  return null
}

/** Whether the oracle was heard, with what the line brings; null when that is for something else. */
function hears(agreement: Agreement, fields: Fields): boolean | null {
  if (fields.oracle_signed === '') return agreement.isOracleHeard
  const isFor = agreement.oracle !== '' && fields.oracle_signed === fields.agreement
  return isFor ? true : null
}

function isMet(
  books: Books,
  { notBefore, after, oracle }: Agreement,
  isHeard: boolean,
  date: string,
): boolean {
  if (notBefore > date) return false
  const before = books.contracts.get(`agreement ${after}`) as Agreement | undefined
  if (after !== '' && before?.isExecuted !== true) return false
  return oracle === '' || isHeard
}

function carryOut(books: Books, agreement: Agreement, { date, fields }: Judged): Refusal {
  const refusal = refuseClosed(agreement, fields)
  if (refusal) return refusal
  const isHeard = hears(agreement, fields)
  if (isHeard === null) return 'ORACLE_SIGNATURE_INVALID'
  if (!isComplete(agreement, agreement.signed)) return 'SIGNATURES_MISSING'
  if (!isMet(books, agreement, isHeard, date)) return 'CONDITION_UNMET'
  return execute(books, agreement, date)
}

function amountOf(word: string): { readonly asset: string; readonly amount: bigint } {
  const [asset = '', amount = '0'] = word.split('=')
  return { asset, amount: BigInt(amount) }
}

/** Everybody gives out of what there is before any of it. */
function execute(books: Books, agreement: Agreement, date: string): Refusal {
  const moving = agreement.lines.filter(({ kind }) => kind !== 'money')
  for (const member of new Set(moving.map(({ from }) => from))) {
    const own = moving.filter(({ from }) => from === member)
    const refusal = checkBasket(books, basketOf(own), { member, use: 'transfer', date })
    if (refusal) return refusal
  }
  const taken = moving.map((line) => {
    if (line.kind === 'coupon') return []
    const { asset, amount } = amountOf(line.what)
    return debit(books, { member: line.from, asset, points: amount, date })
  })
  for (const [at, { kind, to, what }] of moving.entries()) {
    if (kind === 'coupon') couponOf(books, what).member = to
    for (const lot of taken[at] ?? []) credit(books, to, amountOf(what).asset, lot)
  }
  for (const { kind, from, to, what } of agreement.lines) {
    if (kind === 'money') owe(books, { debtor: from, creditor: to, date }, BigInt(what))
  }
  agreement.isOpen = false
  agreement.isExecuted = true
  return null
}

function basketOf(lines: readonly AgreementLine[]): Basket {
  const points = new Map<string, bigint>()
  for (const { kind, what } of lines) {
    if (kind !== 'points') continue
    const { asset, amount } = amountOf(what)
    points.set(asset, (points.get(asset) ?? 0n) + amount)
  }
  return {
    points: [...points].map(([asset, amount]) => ({ asset, amount })),
    coupons: lines.filter(({ kind }) => kind === 'coupon').map(({ what }) => what),
  }
}
