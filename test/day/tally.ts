import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Books, Judged, Refusal } from './books.ts'
import { stateOf, sumOf, sumOfLots } from './books.ts'
import { judgeAgreement } from './judge-agreements.ts'
import { judgeAuction } from './judge-auctions.ts'
import { judgeClaim, judgeHandover, judgeIssue, judgeRush } from './judge-coupons.ts'
import { judgeExchange } from './judge-exchanges.ts'
import { judgeOrder, judgeRefund } from './judge-orders.ts'
import { judgeEarning, judgeRedemption, judgeReturn, judgeTransfer } from './judge-points.ts'
import { judgeRequest } from './judge-requests.ts'
import { judgeSealed } from './judge-sealed.ts'
import { judgeGift, judgeOffer } from './judge-trades.ts'
import { readCodes, readRates, readRushes, readSeries } from './read-coupons.ts'
import type { Line, LineKind } from './read-day.ts'
import { compare, readLines, readProgrammes, readTable } from './read-day.ts'

/**
 * The day's rules told a second time, from the files alone, so that the ledger has something to be
 * compared with. Nothing of the ledger, the gateway or the generator is imported here.
 */

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
  readonly code: '7101' | '7102' | '7103' | '7104' | '7105' | '7107' | '3001'
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

/** How the lines of each kind are judged. */
const JUDGES: Record<LineKind, (books: Books, judged: Judged) => Refusal> = {
  earnings: judgeEarning,
  redemptions: judgeRedemption,
  transfers: judgeTransfer,
  returns: judgeReturn,
  issues: judgeIssue,
  claims: judgeClaim,
  rushes: judgeRush,
  handovers: judgeHandover,
  orders: judgeOrder,
  refunds: judgeRefund,
  gifts: judgeGift,
  offers: judgeOffer,
  exchanges: judgeExchange,
  auctions: judgeAuction,
  agreements: judgeAgreement,
  requests: judgeRequest,
  sealed: judgeSealed,
}

/**
 * Judges every line of the day's files and adds up what the accepted ones do: in the order of the day,
 * or in another one that `reorder` makes of it.
 */
export function tallyDay(
  dir: string,
  reorder: (lines: readonly Line[]) => readonly Line[] = (lines) => lines,
): DayTally {
  const day = JSON.parse(readFileSync(join(dir, 'day.json'), 'utf8')) as Record<string, string>
  const { openingDate = '', tradingDate = '' } = day
  const books: Books = {
    programmes: readProgrammes(dir),
    members: new Set(readTable(dir, 'members.csv').map((row) => row['member'] ?? '')),
    used: new Set(),
    lots: new Map(),
    sums: new Map(),
    series: readSeries(dir),
    rates: readRates(dir),
    rushes: readRushes(dir),
    codes: readCodes(dir),
    coupons: new Map(),
    counts: new Map(),
    awards: new Map(),
    contracts: new Map(),
  }
  const lines = reorder(readLines(dir, openingDate)).map((line): LineResult => {
    const date = line.time < `${tradingDate}T00:00:00` ? openingDate : tradingDate
    const { organisation, kind, time, fields } = line
    const judged = fields && { organisation, date, time, fields }
    const result = judged ? JUDGES[kind](books, judged) : 'LINE_MALFORMED'
    return { organisation, kind, line: line.line, result: result ?? 'entry' }
  })
  const counts = new Map<string, number>()
  for (const { result } of lines) counts.set(result, (counts.get(result) ?? 0) + 1)
  const assets = [...books.programmes.keys()].map((asset): [string, AssetTotals] => {
    const issued = sumOf(books, `7101|${asset}`)
    const redeemed = -sumOf(books, `7104|${asset}`)
    const exchanged = -sumOf(books, `7107|${asset}`)
    return [asset, { issued, redeemed, outstanding: issued - redeemed - exchanged }]
  })
  return {
    lines,
    counts,
    balances: balancesOf(books, tradingDate),
    assets: new Map(assets),
    trialBalance: trialBalanceOf(books),
  }
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
