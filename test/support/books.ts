import type { Delta, Entry, Key, Lot, PointsProgramme, QuotaPool } from '../../ledger/index.ts'
import {
  accountKey,
  codeOf,
  deltaKey,
  holdingKey,
  ledgerKey,
  mergeLots,
  programmeKey,
  quotaPoolKey,
  ReplayedBooks,
  SETTLEMENT_ASSET,
  sumLots,
} from '../../ledger/index.ts'
import { orderKey, receiptKey } from '../../ledger/keys.ts'
import type { MemoryLedger } from './memory-ledger.ts'

/** The books of a ledger, added up from its own records: holdings, and sums of deltas. */
export interface Books {
  /** Lots by `account asset`, merged as of the business date. */
  readonly holdings: ReadonlyMap<string, readonly Lot[]>
  /** Turnover by `path asset`. */
  readonly turnover: ReadonlyMap<string, Delta>
}

const decodeHolding = holdingKey('', '').codec.decode
const decodeDelta = deltaKey('', '', '').codec.decode

/** The last business date that the ledger has come to. */
export function today(ledger: MemoryLedger): string {
  return ledger.get(ledgerKey)?.cycle.date ?? ''
}

export function booksOf(ledger: MemoryLedger): Books {
  const lots = new Map<string, Lot[]>()
  const turnover = new Map<string, Delta>()
  for (const [name, text] of ledger.state) {
    const [kind, ...parts] = name.split('/')
    if (kind === 'holding' || kind === 'credit') {
      const [account = '', asset = ''] = parts
      const holding = `${account} ${asset}`
      lots.set(holding, [...(lots.get(holding) ?? []), ...decodeHolding(text).lots])
    }
    if (kind === 'delta') {
      const path = parts.slice(0, -2).join('/')
      addDelta(turnover, `${path} ${parts.at(-2)}`, decodeDelta(text))
    }
  }
  const merged = [...lots].map(([holding, held]) => [holding, mergeLots(held, today(ledger))])
  return { holdings: new Map(merged as [string, Lot[]][]), turnover }
}

function addDelta(turnover: Map<string, Delta>, key: string, { debit, credit }: Delta): void {
  const before = turnover.get(key) ?? { debit: 0n, credit: 0n }
  turnover.set(key, { debit: before.debit + debit, credit: before.credit + credit })
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
  const replayed = new ReplayedBooks()
  for (const entry of ledger.entries()) replayed.apply(entry)
  const holdings = new Map<string, readonly Lot[]>()
  const turnover = new Map<string, Delta>()
  for (const { account, asset, debit, credit, lots } of replayed.balances()) {
    const code = codeOf(account)
    if (code === '7102') {
      holdings.set(`${account.slice(5)} ${asset}`, mergeLots(lots, today(ledger)))
    } else {
      addDelta(turnover, `${account} ${asset}`, { debit, credit })
    }
    if (code !== account) addDelta(turnover, `${code} ${asset}`, { debit, credit })
  }
  return { holdings, turnover }
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
    ...programmesOf(ledger).flatMap((programme) => [
      ...assetContradictions(programme.id, books),
      ...quotaContradictions(programme, books, ledger),
    ]),
    ...moneyContradictions(books),
    ...holdingContradictions(books, ledger),
  ]
}

/** Debits less credits of an account in an asset. */
export function balanceOf({ turnover }: Books, path: string, asset: string): bigint {
  const { debit, credit } = turnover.get(`${path} ${asset}`) ?? { debit: 0n, credit: 0n }
  return debit - credit
}

function assetContradictions(asset: string, books: Books): string[] {
  const outstanding = ['7101', '7104', '7105'].reduce(
    (sum, code) => sum + balanceOf(books, code, asset),
    0n,
  )
  const held = [...books.holdings]
    .filter(([holding]) => holding.endsWith(` ${asset}`))
    .reduce((sum, [, lots]) => sum + sumLots(lots), 0n)
  const general = -balanceOf(books, '7102', asset)
  if (outstanding === held && held === general) return []
  return [`${asset}: outstanding ${outstanding}, held ${held}, general ledger ${general}`]
}

/** Quota is neither made nor lost: what is left and what was issued net come to the budget. */
function quotaContradictions(
  { id, budget }: PointsProgramme,
  books: Books,
  ledger: MemoryLedger,
): string[] {
  const { decode } = quotaPoolKey('').codec
  const quotas: QuotaPool[] = [...ledger.state].flatMap(([name, text]) =>
    name === `quota/${id}` || name.startsWith(`quota/${id}/`) ? [decode(text)] : [],
  )
  const left = quotas.reduce((sum, quota) => sum + quota.left, 0n)
  const issued = balanceOf(books, '7101', id)
  const found = []
  if (quotas.some((quota) => quota.left < 0n)) found.push(`${id}: negative quota`)
  if (issued > budget) found.push(`${id}: issued ${issued} of ${budget}`)
  if (left + issued !== budget) found.push(`${id}: ${left} left and ${issued} issued of ${budget}`)
  return found
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
  if (type === 'RedeemPoints') return orderKey(acceptor, order, postings[0]?.account.slice(5) ?? '')
  return undefined
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
  const used = [...standing.values()].flatMap((entry) => (entry && markOf(entry)?.name) ?? [])
  const marked = [...ledger.state.keys()].filter((name) => /^(receipt|order)\//.test(name))
  return [
    ...used.filter((name) => !ledger.state.has(name)).map((name) => `${name} is not marked`),
    ...marked.filter((name) => !used.includes(name)).map((name) => `${name} was not used`),
  ]
}
