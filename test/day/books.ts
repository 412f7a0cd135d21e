import type { Rate, Rush, Series } from './read-coupons.ts'
import { compare } from './read-day.ts'
import type { Fields, Programme } from './read-day.ts'

/** The books of the day's rules told a second time; nothing of the ledger is imported here. */

const MONEY = 'CNY:micro-yuan'

export interface Lot {
  readonly expires: string | null
  readonly availableFrom: string | null
  amount: bigint
}

export interface Coupon {
  readonly name: string
  readonly series: Series
  readonly validFrom: string
  readonly expires: string
  member: string
  amount: bigint
  state: 'HELD' | 'RESERVED' | 'GIFTED' | 'OFFERED' | 'AUCTIONED' | 'REDEEMED' | 'EXPIRED'
}

/** An award for a receipt, and what of it has been taken back. */
export interface Award {
  readonly member: string
  readonly asset: string
  readonly fen: bigint
  readonly points: bigint
  readonly microYuan: bigint
  readonly expires: string | null
  returnedFen: bigint
  due: bigint
  settled: bigint
  cleared: bigint
}

export interface Books {
  readonly programmes: ReadonlyMap<string, Programme>
  readonly series: ReadonlyMap<string, Series>
  readonly rates: ReadonlyMap<string, Rate>
  readonly rushes: ReadonlyMap<string, Rush>
  readonly codes: ReadonlySet<string>
  readonly members: ReadonlySet<string>
  readonly used: Set<string>
  readonly lots: Map<string, Lot[]>
  readonly sums: Map<string, bigint>
  readonly coupons: Map<string, Coupon>
  /** How many of something somebody has had. */
  readonly counts: Map<string, bigint>
  readonly awards: Map<string, Award>
  /** Gifts, offers and the like, by kind and id; each judge knows the form of its own. */
  readonly contracts: Map<string, unknown>
}

/** A line that can be read. */
export interface Judged {
  readonly organisation: string
  readonly date: string
  readonly time: string
  readonly fields: Fields
}

/** A code when the line is refused, nothing when it was accepted. */
export type Refusal = string | null

/** What is taken out of a wallet. */
export interface Taken {
  readonly points: readonly { readonly asset: string; readonly lots: readonly Lot[] }[]
  readonly coupons: readonly string[]
}

export interface Spending {
  readonly member: string
  readonly asset: string
  readonly points: bigint
  readonly date: string
}

export function insufficiency(books: Books, { member, asset, points, date }: Spending): Refusal {
  const sums = { spendable: 0n, expired: 0n, pending: 0n }
  for (const lot of lotsOf(books, member, asset)) sums[stateOf(lot, date)] += lot.amount
  if (sums.spendable >= points) return null
  if (sums.spendable + sums.expired >= points) return 'POINTS_EXPIRED'
  const all = sums.spendable + sums.expired + sums.pending
  return all >= points ? 'POINTS_PENDING' : 'INSUFFICIENT_POINTS'
}

export function stateOf(lot: Lot, date: string): 'spendable' | 'expired' | 'pending' {
  if (lot.expires !== null && lot.expires < date) return 'expired'
  return lot.availableFrom !== null && lot.availableFrom > date ? 'pending' : 'spendable'
}

/** Takes the points, first-expiring first, and returns the parts taken as lots. */
export function debit(books: Books, { member, asset, points, date }: Spending): Lot[] {
  const spendable = lotsOf(books, member, asset)
    .filter((lot) => stateOf(lot, date) === 'spendable')
    .sort((left, right) => compare(left.expires ?? '9', right.expires ?? '9'))
  const taken: Lot[] = []
  let left = points
  for (const lot of spendable) {
    const amount = lot.amount < left ? lot.amount : left
    lot.amount -= amount
    left -= amount
    if (amount > 0n) taken.push({ expires: lot.expires, availableFrom: null, amount })
  }
  if (left > 0n) throw new RangeError(`${member} was found to hold enough ${asset} but does not`)
  return taken
}

export function credit(books: Books, member: string, asset: string, lot: Lot): void {
  books.lots.set(`${member}|${asset}`, [...lotsOf(books, member, asset), { ...lot }])
}

export function lotsOf(books: Books, member: string, asset: string): Lot[] {
  return books.lots.get(`${member}|${asset}`) ?? []
}

export function sumOfLots(lots: readonly Lot[]): bigint {
  return lots.reduce((sum, lot) => sum + lot.amount, 0n)
}

export function post(books: Books, account: string, amount: bigint): void {
  books.sums.set(account, sumOf(books, account) + amount)
}

export function sumOf(books: Books, account: string): bigint {
  return books.sums.get(account) ?? 0n
}

/** A debit of one account and the credit of another, named by their codes. */
export function move(
  books: Books,
  asset: string,
  amount: bigint,
  between: { readonly from: string; readonly to: string },
): void {
  post(books, `${between.from}|${asset}`, amount)
  post(books, `${between.to}|${asset}`, -amount)
}

/** What one organisation owes another, in micro-yuan; below zero, what it is owed. */
export function owe(
  books: Books,
  { debtor, creditor, date }: { debtor: string; creditor: string; date: string },
  amount: bigint,
): void {
  if (debtor === creditor || amount === 0n) return
  post(books, `3001|${MONEY}|${creditor}|${debtor}|${date}.1`, amount)
  post(books, `3001|${MONEY}|${debtor}|${creditor}|${date}.1`, -amount)
}

/** A number that is counted by name. */
export function countOf(books: Books, name: string): bigint {
  return books.counts.get(name) ?? 0n
}

/** A local time in seconds. */
export function secondsOf(time: string): bigint {
  return BigInt(Date.parse(`${time}Z`) / 1_000)
}

/** The time at which two of three organisations have arrived. */
export function clockOf(books: Books): bigint {
  const times = ['airline', 'bank', 'mall'].map((id) => countOf(books, `clock ${id}`))
  times.sort((one, other) => (one < other ? -1 : 1))
  return times[1] ?? 0n
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** The last day of the month that lies so many months after the date's, or null for never. */
export function expiryOf({ expiresAfterMonths }: Programme, date: string): string | null {
  if (expiresAfterMonths === null) return null
  const [year = 0, month = 0] = date.split('-').map(Number)
  return new Date(Date.UTC(year, month + expiresAfterMonths, 0)).toISOString().slice(0, 10)
}

/** The organisation in front of an id. */
export function homeOf(id: string): string {
  return id.slice(0, id.indexOf(':'))
}
