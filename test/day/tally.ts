import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fields, LineKind, Programme } from './read-day.ts'
import { compare, isDate, readLines, readProgrammes, readTable } from './read-day.ts'

/**
 * The day's rules told a second time, from the files alone, so that the ledger has something to be
 * compared with. Nothing of the ledger, the gateway or the generator is imported here.
 */

const MONEY = 'CNY:micro-yuan'
const AMOUNT = /^[1-9][0-9]{0,15}$/
const ID = /^[a-z0-9][a-z0-9:.-]{0,79}$/
/** Points are counted in points: an asset id without its unit is no asset id. */
const ASSET = /^[a-z0-9][a-z0-9-]*:[a-z0-9][a-z0-9-]*:point$/
const REFERENCE = /^[A-Za-z0-9._:-]{1,64}$/

export interface LineResult {
  readonly organisation: string
  readonly kind: LineKind
  /** Physical line number in the file; the header is line 1. */
  readonly line: number
  /** 'entry', or the code of the refusal. */
  readonly result: string
}

export interface Balance {
  readonly member: string
  readonly asset: string
  /** All lots, the expired and the pending ones too, in points. */
  readonly total: bigint
  /** What could be spent at the end of the trading date, in points. */
  readonly spendable: bigint
}

export interface AssetTotals {
  readonly issued: bigint
  readonly redeemed: bigint
  readonly outstanding: bigint
}

export interface TrialBalanceRow {
  readonly code: '7101' | '7102' | '7104' | '3001'
  readonly asset: string
  /** Debit positive (receivable), credit negative (payable); in points or micro-yuan. */
  readonly balance: bigint
  /** Whose clearing account with whom in which cycle; only with code 3001. */
  readonly clearing?: { organisation: string; counterparty: string; cycle: string }
}

export interface DayTally {
  /** In the order in which the day is played. */
  readonly lines: readonly LineResult[]
  readonly counts: ReadonlyMap<string, number>
  /** Holdings that are not empty, by member and asset. */
  readonly balances: readonly Balance[]
  readonly assets: ReadonlyMap<string, AssetTotals>
  /** Sorted by code, asset and clearing account; accounts never posted to are left out. */
  readonly trialBalance: readonly TrialBalanceRow[]
}

interface Lot {
  readonly expires: string | null
  readonly availableFrom: string | null
  amount: bigint
}

interface Books {
  readonly programmes: ReadonlyMap<string, Programme>
  readonly members: ReadonlySet<string>
  readonly used: Set<string>
  readonly lots: Map<string, Lot[]>
  readonly sums: Map<string, bigint>
}

/** Judges every line of the day's files and adds up what the accepted ones do. */
export function tallyDay(dir: string): DayTally {
  const day = JSON.parse(readFileSync(join(dir, 'day.json'), 'utf8')) as Record<string, string>
  const { openingDate = '', tradingDate = '' } = day
  const books: Books = {
    programmes: readProgrammes(dir),
    members: new Set(readTable(dir, 'members.csv').map((row) => row['member'] ?? '')),
    used: new Set(),
    lots: new Map(),
    sums: new Map(),
  }
  const judge = { earnings: judgeEarning, redemptions: judgeRedemption, transfers: judgeTransfer }
  const lines = readLines(dir, openingDate).map((line): LineResult => {
    const date = line.time < `${tradingDate}T00:00:00` ? openingDate : tradingDate
    const { organisation, kind, fields } = line
    const result = fields ? judge[kind](books, { organisation, date, fields }) : 'LINE_MALFORMED'
    return { organisation, kind, line: line.line, result: result ?? 'entry' }
  })
  const counts = new Map<string, number>()
  for (const { result } of lines) counts.set(result, (counts.get(result) ?? 0) + 1)
  const assets = [...books.programmes.keys()].map((asset): [string, AssetTotals] => {
    const issued = sumOf(books, `7101|${asset}`)
    const redeemed = -sumOf(books, `7104|${asset}`)
    return [asset, { issued, redeemed, outstanding: issued - redeemed }]
  })
  return {
    lines,
    counts,
    balances: balancesOf(books, tradingDate),
    assets: new Map(assets),
    trialBalance: trialBalanceOf(books),
  }
}

interface Judged {
  readonly organisation: string
  readonly date: string
  readonly fields: Fields
}

/** A code when the line is refused, nothing when it was accepted. */
type Refusal = string | null

function judgeEarning(books: Books, { organisation, date, fields }: Judged): Refusal {
  const { receipt, member, amount_fen: amountFen, asset, available_from: availableFrom } = fields
  if (!earningIsWellFormed(fields)) return 'COMMAND_MALFORMED'
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!books.members.has(member)) return 'ACCOUNT_UNKNOWN'
  if (![programme.issuer, ...programme.partners].includes(organisation)) return 'NOT_AUTHORISED'
  if (availableFrom > addDays(date, 30)) return 'AVAILABLE_FROM_TOO_LATE'
  if (books.used.has(`receipt ${organisation} ${receipt}`)) return 'RECEIPT_USED'
  const { numerator, denominator } = programme.pointsPerYuan
  const points = (BigInt(amountFen) * numerator) / (100n * denominator)
  if (points === 0n) return 'NOTHING_TO_ISSUE'
  books.used.add(`receipt ${organisation} ${receipt}`)
  credit(books, member, asset, {
    expires: expiryOf(programme, date),
    availableFrom: availableFrom > date ? availableFrom : null,
    amount: points,
  })
  post(books, `7101|${asset}`, points)
  post(books, `7102|${asset}`, -points)
  postClearing(books, { debtor: organisation, creditor: programme.issuer, date }, programme, points)
  return null
}

function earningIsWellFormed(fields: Fields): boolean {
  return (
    AMOUNT.test(fields.amount_fen) &&
    [fields.receipt, fields.store].every((text) => REFERENCE.test(text)) &&
    ASSET.test(fields.asset) &&
    ID.test(fields.member) &&
    (fields.available_from === '' || isDate(fields.available_from))
  )
}

function judgeTransfer(books: Books, { date, fields }: Judged): Refusal {
  const { from, to, asset } = fields
  if (!transferIsWellFormed(fields)) return 'COMMAND_MALFORMED'
  if (!books.members.has(from)) return 'ACTOR_UNKNOWN'
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!books.members.has(to)) return 'ACCOUNT_UNKNOWN'
  if (from === to) return 'SAME_ACCOUNT'
  if (!programme.transferable) return 'NOT_TRANSFERABLE'
  const spending = { member: from, asset, points: BigInt(fields.points), date }
  const refusal = insufficiency(books, spending)
  if (refusal) return refusal
  for (const lot of debit(books, spending)) credit(books, to, asset, lot)
  return null
}

function transferIsWellFormed({ from, to, asset, points, note }: Fields): boolean {
  const idsAreWellFormed = ASSET.test(asset) && [from, to].every((text) => ID.test(text))
  return AMOUNT.test(points) && idsAreWellFormed && /^.{0,140}$/.test(note)
}

function judgeRedemption(books: Books, { organisation, date, fields }: Judged): Refusal {
  const { order, member, asset } = fields
  if (!redemptionIsWellFormed(fields)) return 'COMMAND_MALFORMED'
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!programme.acceptors.includes(organisation)) return 'NOT_ACCEPTED'
  const payment = `order ${organisation} ${order} ${member}`
  if (books.used.has(payment)) return 'ORDER_PAID'
  const spending = { member, asset, points: BigInt(fields.points), date }
  const refusal = insufficiency(books, spending)
  if (refusal) return refusal
  books.used.add(payment)
  debit(books, spending)
  const { points } = spending
  post(books, `7102|${asset}`, points)
  post(books, `7104|${asset}`, -points)
  postClearing(books, { debtor: programme.issuer, creditor: organisation, date }, programme, points)
  return null
}

function redemptionIsWellFormed({ store, order, member, asset, points }: Fields): boolean {
  return (
    AMOUNT.test(points) &&
    [order, store].every((text) => REFERENCE.test(text)) &&
    ASSET.test(asset) &&
    ID.test(member)
  )
}

interface Spending {
  readonly member: string
  readonly asset: string
  readonly points: bigint
  readonly date: string
}

function insufficiency(books: Books, { member, asset, points, date }: Spending): Refusal {
  const sums = { spendable: 0n, expired: 0n, pending: 0n }
  for (const lot of lotsOf(books, member, asset)) sums[stateOf(lot, date)] += lot.amount
  if (sums.spendable >= points) return null
  if (sums.spendable + sums.expired >= points) return 'POINTS_EXPIRED'
  const all = sums.spendable + sums.expired + sums.pending
  return all >= points ? 'POINTS_PENDING' : 'INSUFFICIENT_POINTS'
}

function stateOf(lot: Lot, date: string): 'spendable' | 'expired' | 'pending' {
  if (lot.expires !== null && lot.expires < date) return 'expired'
  return lot.availableFrom !== null && lot.availableFrom > date ? 'pending' : 'spendable'
}

/** Takes the points, first-expiring first, and returns the parts taken as lots. */
function debit(books: Books, { member, asset, points, date }: Spending): Lot[] {
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

function credit(books: Books, member: string, asset: string, lot: Lot): void {
  books.lots.set(`${member}|${asset}`, [...lotsOf(books, member, asset), lot])
}

function lotsOf(books: Books, member: string, asset: string): Lot[] {
  return books.lots.get(`${member}|${asset}`) ?? []
}

function post(books: Books, account: string, amount: bigint): void {
  books.sums.set(account, sumOf(books, account) + amount)
}

function sumOf(books: Books, account: string): bigint {
  return books.sums.get(account) ?? 0n
}

function postClearing(
  books: Books,
  { debtor, creditor, date }: { debtor: string; creditor: string; date: string },
  { price }: Programme,
  points: bigint,
): void {
  if (debtor === creditor) return
  const amount = (points * price.numerator) / price.denominator
  post(books, `3001|${MONEY}|${creditor}|${debtor}|${date}.1`, amount)
  post(books, `3001|${MONEY}|${debtor}|${creditor}|${date}.1`, -amount)
}

function balancesOf(books: Books, date: string): Balance[] {
  return [...books.lots]
    .map(([holding, lots]): Balance => {
      const [member = '', asset = ''] = holding.split('|')
      const spendable = sumOfLots(lots.filter((lot) => stateOf(lot, date) === 'spendable'))
      return { member, asset, total: sumOfLots(lots), spendable }
    })
    .filter(({ total }) => total > 0n)
}

function sumOfLots(lots: readonly Lot[]): bigint {
  return lots.reduce((sum, lot) => sum + lot.amount, 0n)
}

function trialBalanceOf(books: Books): TrialBalanceRow[] {
  return [...books.sums]
    .sort(([left], [right]) => compare(left, right))
    .map(([account, balance]) => {
      const [code, asset = '', organisation, counterparty, cycle] = account.split('|')
      const row = { code: code as TrialBalanceRow['code'], asset, balance }
      if (!organisation || !counterparty || !cycle) return row
      return { ...row, clearing: { organisation, counterparty, cycle } }
    })
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** The last day of the month that lies so many months after the date's, or null for never. */
function expiryOf({ expiresAfterMonths }: Programme, date: string): string | null {
  if (expiresAfterMonths === null) return null
  const [year = 0, month = 0] = date.split('-').map(Number)
  return new Date(Date.UTC(year, month + expiresAfterMonths, 0)).toISOString().slice(0, 10)
}
