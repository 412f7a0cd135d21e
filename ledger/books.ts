import type { BusinessDate } from './business-date.ts'
import { CONTRACT_KINDS } from './contract.ts'
import type { Contract } from './contract.ts'
import { isSeries } from './identifiers.ts'
import { splitKey } from './keys.ts'
import type { Lot } from './lot.ts'
import { mergeLots } from './lot.ts'
import { codeOf, escrowPath, holdingPath } from './posting.ts'
import type { Delta, Stored } from './records.ts'
import { COUPON, DELTA, HOLDING } from './records.ts'
import type { ReplayedBooks } from './replay.ts'

/** The records of a ledger by the names of their keys, as canonical JSON. */
export type LedgerState = Iterable<readonly [name: string, text: string]>

/** What accounts hold and what was posted to them: made from the records, or from the entries. */
export interface Books {
  /** Lots by `account asset`, merged as of the business date. */
  readonly holdings: ReadonlyMap<string, readonly Lot[]>
  /** Turnover by `path asset`, of accounts and of codes with many accounts. */
  readonly turnover: ReadonlyMap<string, Delta>
}

/** The books as a ledger's own records make them. */
export function stateBooks(state: LedgerState, today: BusinessDate): Books {
  const lots = new Map<string, Lot[]>()
  const turnover = new Map<string, Delta>()
  for (const [name, text] of state) {
    const { kind, parts } = splitKey(name)
    if (kind === 'holding' || kind === 'credit') {
      const [account = '', asset = ''] = parts
      addLots(lots, `${account} ${asset}`, HOLDING.decode(text).lots)
    }
    if (kind === 'delta') {
      addTurnover(turnover, `${parts.slice(0, -2).join('/')} ${parts.at(-2)}`, DELTA.decode(text))
    }
  }
  return { holdings: mergedLots(lots, today), turnover }
}

/** The same books as nothing but the entries make them. */
export function replayedBooks(replayed: ReplayedBooks, today: BusinessDate): Books {
  const holdings = new Map<string, readonly Lot[]>()
  const turnover = new Map<string, Delta>()
  for (const { account, asset, debit, credit, lots } of replayed.balances()) {
    const code = codeOf(account)
    if (code === '7102' && !isSeries(asset)) {
      holdings.set(`${account.slice(5)} ${asset}`, mergeLots(lots, today))
    } else if (!['7102', '7103'].includes(code)) {
      addTurnover(turnover, `${account} ${asset}`, { debit, credit })
    }
    if (code !== account) addTurnover(turnover, `${code} ${asset}`, { debit, credit })
  }
  return { holdings, turnover }
}

/**
 * Where each coupon lies, and the points that lie in escrows, as the records of coupons and
 * contracts say: by `path asset serial` the amount, by `path asset` the lots as text.
 */
export function stateContents(state: LedgerState, today: BusinessDate): Map<string, string> {
  const coupons = new Map<string, string>()
  const lots = new Map<string, Lot[]>()
  for (const [name, text] of state) {
    const { kind, parts } = splitKey(name)
    if (kind === 'coupon') {
      const [series = '', serial = ''] = parts
      const { account, state: life, amount, keptBy } = COUPON.decode(text)
      const isThere = life === 'held' || keptBy !== undefined
      const path = keptBy === undefined ? holdingPath(account) : `7103/${keptBy}`
      if (isThere && amount > 0n) coupons.set(`${path} ${series} ${serial}`, String(amount))
    }
    if ((CONTRACT_KINDS as readonly string[]).includes(kind)) {
      const path = escrowPath(kind, parts.join('/'))
      for (const { points } of (JSON.parse(text) as Stored<Contract>).keeps) {
        for (const part of points) addLots(lots, `${path} ${part.asset}`, part.lots.map(revived))
      }
    }
  }
  return new Map([...coupons, ...lotTexts(mergedLots(lots, today))])
}

/** The same as the entries say. */
export function replayedContents(
  replayed: ReplayedBooks,
  today: BusinessDate,
): Map<string, string> {
  const coupons = new Map<string, string>()
  const lots = new Map<string, Lot[]>()
  for (const balance of replayed.balances()) {
    const { account, asset } = balance
    for (const [serial, amount] of balance.coupons) {
      coupons.set(`${account} ${asset} ${serial}`, String(amount))
    }
    if (codeOf(account) === '7103') addLots(lots, `${account} ${asset}`, balance.lots)
  }
  return new Map([...coupons, ...lotTexts(mergedLots(lots, today))])
}

function revived(lot: Stored<Lot>): Lot {
  return { ...lot, amount: BigInt(lot.amount) }
}

function addLots(all: Map<string, Lot[]>, key: string, lots: readonly Lot[]): void {
  const before = all.get(key)
  if (before === undefined) all.set(key, [...lots])
  else before.push(...lots)
}

function mergedLots(
  all: ReadonlyMap<string, readonly Lot[]>,
  today: BusinessDate,
): Map<string, readonly Lot[]> {
  return new Map([...all].map(([key, lots]) => [key, mergeLots(lots, today)]))
}

function lotTexts(all: ReadonlyMap<string, readonly Lot[]>): [string, string][] {
  return [...all].flatMap(([key, lots]): [string, string][] =>
    lots.length === 0 ? [] : [[key, lotsText(lots)]],
  )
}

/** Lots in one line: each with its amount and its dates. */
export function lotsText(lots: readonly Lot[]): string {
  return lots
    .map(({ amount, expires, availableFrom }) =>
      [amount, expires, ...(availableFrom === undefined ? [] : [availableFrom])].join(' '),
    )
    .sort()
    .join(', ')
}

function addTurnover(all: Map<string, Delta>, key: string, { debit, credit }: Delta): void {
  const before = all.get(key) ?? { debit: 0n, credit: 0n }
  all.set(key, { debit: before.debit + debit, credit: before.credit + credit })
}
