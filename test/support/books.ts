import type {
  Books,
  Contract,
  CouponSeries,
  Entry,
  Key,
  PointsProgramme,
  QuotaPool,
} from '../../ledger/index.ts'
import {
  accountKey,
  CONTRACT_KINDS,
  couponKey,
  ledgerKey,
  programmeKey,
  quotaPoolKey,
  ReplayedBooks,
  replayedBooks,
  replayedContents,
  seriesKey,
  SETTLEMENT_ASSET,
  splitKey,
  stateBooks,
  stateContents,
  sumLots,
} from '../../ledger/index.ts'
import { orderKey, purchaseKey, rateKey, receiptKey, rushKey } from '../../ledger/keys.ts'
import type { Stored } from '../../ledger/records.ts'
import type { MemoryLedger } from './memory-ledger.ts'

/** The last business date that the ledger has come to. */
export function today(ledger: MemoryLedger): string {
  return ledger.get(ledgerKey)?.cycle.date ?? ''
}

/** The books of a ledger, added up from its own records. */
export function booksOf(ledger: MemoryLedger): Books {
  return stateBooks(ledger.state, today(ledger))
}

function nonEmpty<T>(map: ReadonlyMap<string, readonly T[]>): Map<string, readonly T[]> {
  return new Map([...map].filter(([, values]) => values.length > 0).sort(byKey))
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

/** Holdings and turnover in a form that two ledgers with the same books share. */
export function comparableBooks({ holdings, turnover }: Books): unknown {
  return { holdings: nonEmpty(holdings), turnover: new Map([...turnover].sort(byKey)) }
}

/** The same books, made from nothing but the published entries. */
export function replayedBooksOf(ledger: MemoryLedger): Books {
  return replayedBooks(replayed(ledger), today(ledger))
}

function replayed(ledger: MemoryLedger): ReplayedBooks {
  const books = new ReplayedBooks()
  for (const entry of ledger.entries()) books.apply(entry)
  return books
}

/** Coupons and escrowed points of which the records say another thing than the entries. */
export function strayContents(ledger: MemoryLedger): string[] {
  const recorded = stateContents(ledger.state, today(ledger))
  const posted = replayedContents(replayed(ledger), today(ledger))
  return [...new Set([...recorded.keys(), ...posted.keys()])].flatMap((key) =>
    recorded.get(key) === posted.get(key)
      ? []
      : [`${key}: recorded ${recorded.get(key)}, posted ${posted.get(key)}`],
  )
}

function termsOf(ledger: MemoryLedger): (PointsProgramme | CouponSeries)[] {
  const { decode } = seriesKey('').codec
  const series = [...ledger.state].flatMap(([name, text]) =>
    name.startsWith('series/') ? [decode(text)] : [],
  )
  return [...programmesOf(ledger), ...series]
}

function programmesOf(ledger: MemoryLedger): PointsProgramme[] {
  const { decode } = programmeKey('').codec
  return [...ledger.state].flatMap(([name, text]) =>
    name.startsWith('programme/') ? [decode(text)] : [],
  )
}

/** Everything in which the books of a ledger contradict themselves; nothing when they are right. */
export function contradictions(ledger: MemoryLedger): string[] {
  const books = booksOf(ledger)
  return [
    ...termsOf(ledger).flatMap((terms) => [
      ...assetContradictions(terms.id, books, ledger),
      ...quotaContradictions(terms, books, ledger),
    ]),
    ...couponContradictions(ledger),
    ...moneyContradictions(books),
    ...holdingContradictions(books, ledger),
  ]
}

/** Debits less credits of an account in an asset. */
export function balanceOf({ turnover }: Books, path: string, asset: string): bigint {
  const { debit, credit } = turnover.get(`${path} ${asset}`) ?? { debit: 0n, credit: 0n }
  return debit - credit
}

function assetContradictions(asset: string, books: Books, ledger: MemoryLedger): string[] {
  const outstanding = ['7101', '7104', '7105', '7106', '7107'].reduce(
    (sum, code) => sum + balanceOf(books, code, asset),
    0n,
  )
  const held = [...books.holdings]
    .filter(([holding]) => holding.endsWith(` ${asset}`))
    .reduce((sum, [, lots]) => sum + sumLots(lots), couponsHeld(asset, ledger))
  const escrowed = keptOf(asset, ledger)
  const general = [-balanceOf(books, '7102', asset), -balanceOf(books, '7103', asset)]
  const isRight = outstanding === held + escrowed && general[0] === held && general[1] === escrowed
  if (isRight) return []
  const sums = `held ${held}, escrowed ${escrowed}, general ledger ${general.join(' and ')}`
  return [`${asset}: outstanding ${outstanding}, ${sums}`]
}

/** What the coupons of a series come to that are in wallets. */
function couponsHeld(asset: string, ledger: MemoryLedger): bigint {
  const { decode } = couponKey('', '').codec
  return [...ledger.state]
    .filter(([name]) => name.startsWith(`coupon/${asset}/`))
    .map(([, text]) => decode(text))
    .filter(({ state }) => state === 'held')
    .reduce((sum, { amount }) => sum + amount, 0n)
}

/** Every contract with its key's name, amounts still as text. */
function contractsOf(ledger: MemoryLedger): [name: string, contract: Stored<Contract>][] {
  const kinds: readonly string[] = CONTRACT_KINDS
  return [...ledger.state].flatMap(([name, text]): [string, Stored<Contract>][] =>
    kinds.includes(splitKey(name).kind) ? [[name, JSON.parse(text) as Stored<Contract>]] : [],
  )
}

/** What the contracts say that their escrows have of an asset. */
function keptOf(asset: string, ledger: MemoryLedger): bigint {
  const contents = contractsOf(ledger).flatMap(([, { keeps }]) => keeps)
  const lots = contents.flatMap(({ points }) =>
    points.flatMap((part) => (part.asset === asset ? part.lots : [])),
  )
  const coupons = contents.flatMap((content) =>
    content.coupons.filter(({ series }) => series === asset),
  )
  return [...lots, ...coupons].reduce((sum, { amount }) => sum + BigInt(amount), 0n)
}

/** A coupon is kept by the contract that says so, and by no other; each stands as entries left it. */
function couponContradictions(ledger: MemoryLedger): string[] {
  const { decode } = couponKey('', '').codec
  const kept = new Map(
    contractsOf(ledger).flatMap(([name, { keeps }]) =>
      keeps.flatMap(({ coupons }) =>
        coupons.map(({ series, serial, amount }): [string, string] => [
          `coupon/${series}/${serial}`,
          `${name} ${amount}`,
        ]),
      ),
    ),
  )
  const found = [...ledger.state].flatMap(([name, text]) => {
    if (splitKey(name).kind !== 'coupon') return []
    const { amount, keptBy } = decode(text)
    const said = keptBy === undefined ? undefined : `${keptBy} ${String(amount)}`
    const keeper = kept.get(name)
    kept.delete(name)
    return keeper === said ? [] : [`${name}: kept by ${said}, and ${keeper} says so`]
  })
  return [...found, ...[...kept].map(([name, keeper]) => `${keeper} keeps no ${name}`)]
}

/** Quota is neither made nor lost: what is left and what was issued net come to the budget. */
function quotaContradictions(
  { id, budget }: Pick<PointsProgramme, 'id' | 'budget'>,
  books: Books,
  ledger: MemoryLedger,
): string[] {
  const quotas = [id, ...rushesFor(id, ledger)].flatMap((bound) => quotasOf(ledger, bound))
  const left = quotas.reduce((sum, quota) => sum + quota.left, 0n)
  const rates = ratesInto(id, ledger)
  // What is issued in exchanges counts against the caps of the rates alone.
  const issued = balanceOf(books, '7101', id) - rates.reduce((sum, { used }) => sum + used, 0n)
  const found = rates.filter(({ used, cap }) => used < 0n || used > cap).map(overrun)
  if (quotas.some((quota) => quota.left < 0n)) found.push(`${id}: negative quota`)
  if (issued > budget) found.push(`${id}: issued ${issued} of ${budget}`)
  if (left + issued !== budget) found.push(`${id}: ${left} left and ${issued} issued of ${budget}`)
  return found
}

/** The rushes whose quota was set aside from a series. */
function rushesFor(series: string, ledger: MemoryLedger): string[] {
  const { decode } = rushKey('').codec
  return [...ledger.state].flatMap(([name, text]) =>
    name.startsWith('rush/') && decode(text).series === series ? [name.slice(5)] : [],
  )
}

/** The pool and the lanes of a bound. */
function quotasOf(ledger: MemoryLedger, bound: string): QuotaPool[] {
  const { decode } = quotaPoolKey('').codec
  return [...ledger.state].flatMap(([name, text]) =>
    name === `quota/${bound}` || name.startsWith(`quota/${bound}/`) ? [decode(text)] : [],
  )
}

interface UsedRate {
  readonly bound: string
  readonly used: bigint
  readonly cap: bigint
}

/** What the rates that lead to an asset have issued of it, day by day, and what each day allows. */
function ratesInto(asset: string, ledger: MemoryLedger): UsedRate[] {
  const { decode } = rateKey('').codec
  const names = [...ledger.state.keys()]
  return names.flatMap((name) => {
    const rate = name.startsWith('rate/') ? decode(ledger.state.get(name) ?? '') : undefined
    if (rate?.to !== asset) return []
    const prefix = `quota/${name.slice(5)}:`
    const bounds = names.flatMap((key) => (key.startsWith(prefix) ? [key.split('/')[1] ?? ''] : []))
    return [...new Set(bounds)].map((bound) => {
      const isUntouched = !ledger.state.has(`quota/${bound}`)
      const left = quotasOf(ledger, bound).reduce((sum, quota) => sum + quota.left, 0n)
      const used = isUntouched ? -left : rate.capPerDay - left
      return { bound, used, cap: rate.capPerDay }
    })
  })
}

function overrun({ bound, used, cap }: UsedRate): string {
  return `${bound}: ${used} of ${cap}`
}

/** What one organisation has to get, its counterparty has to pay; the detail adds up to the total. */
function moneyContradictions(books: Books): string[] {
  const found: string[] = []
  const detail = { debit: 0n, credit: 0n }
  for (const [key, { debit, credit }] of books.turnover) {
    const [path = '', asset = ''] = key.split(' ')
    const [code, organisation, counterparty, cycle] = path.split('/')
    if (code !== '3001' || organisation === undefined) continue
    const mirrored = balanceOf(books, `3001/${counterparty}/${organisation}/${cycle}`, asset)
    if (debit - credit + mirrored !== 0n)
      found.push(`${path} is not the mirror of its counterparty`)
    detail.debit += debit
    detail.credit += credit
  }
  const total = books.turnover.get(`3001 ${SETTLEMENT_ASSET}`) ?? { debit: 0n, credit: 0n }
  if (total.debit !== detail.debit || total.credit !== detail.credit) {
    found.push('the general ledger of 3001 is not the sum of its details')
  }
  if (total.debit !== total.credit) found.push('money does not sum to zero')
  return found
}

function holdingContradictions(books: Books, ledger: MemoryLedger): string[] {
  return [...books.holdings].flatMap(([holding, lots]) => {
    const account = holding.split(' ')[0] ?? ''
    const found = []
    if (lots.some(({ amount }) => amount <= 0n)) found.push(`${holding}: a lot without an amount`)
    if (ledger.get(accountKey(account)) === undefined) found.push(`${holding}: no such account`)
    return found
  })
}

function markOf({ type, references, postings }: Entry): Key<unknown> | undefined {
  const { receipt = '', funder = '', acceptor = '', order = '' } = references
  if (type === 'IssuePoints') return receiptKey(funder, receipt)
  if (['RedeemPoints', 'PayOrder', 'ReserveOrder'].includes(type)) {
    return orderKey(acceptor, order, postings[0]?.account.slice(5) ?? '')
  }
  return undefined
}

/** Whether nothing is left of the purchase that an entry is about: released, or all refunded. */
function isGivenBack({ references }: Entry, ledger: MemoryLedger): boolean {
  const purchase = ledger.get(purchaseKey(references['purchase'] ?? ''))
  return purchase?.status === 'released' || purchase?.status === 'refunded'
}

/**
 * Receipts and orders that are marked as used up although no entry that stands used them, or the
 * other way round. For a ledger of which all entries are known.
 */
export function markContradictions(ledger: MemoryLedger): string[] {
  const standing = new Map(
    ledger.entries().map((entry, at) => [ledger.published[at]?.hash ?? '', entry]),
  )
  for (const { references } of ledger.entries()) standing.delete(references['reverses'] ?? '')
  const used = [...standing.values()]
    .filter((entry) => entry !== undefined && !isGivenBack(entry, ledger))
    .flatMap((entry) => (entry && markOf(entry)?.name) ?? [])
  const marked = [...ledger.state.keys()].filter((name) => /^(receipt|order)\//.test(name))
  return [
    ...used.filter((name) => !ledger.state.has(name)).map((name) => `${name} is not marked`),
    ...marked.filter((name) => !used.includes(name)).map((name) => `${name} was not used`),
  ]
}
