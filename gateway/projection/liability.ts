import type { BusinessDate, Lot, PointsProgramme } from '../../ledger/index.ts'
import {
  CHART_OF_ACCOUNTS,
  codeOf,
  EXCHANGED_OUT,
  EXPIRED,
  ISSUED,
  lotTotals,
  mergeLots,
  multiply,
  REDEEMED,
} from '../../ledger/index.ts'
import type { Projection } from './projection.ts'
import type { Turnover } from './queries/book-queries.ts'

/** What an issuer owes the members of a programme, in points and in money. */
export interface Liability {
  readonly asset: string
  readonly issuer: string
  readonly issued: bigint
  readonly redeemed: bigint
  readonly expired: bigint
  readonly exchangedOut: bigint
  /** issued − redeemed − expired − exchanged out, with what is past its date but not booked out yet. */
  readonly outstanding: bigint
  readonly available: bigint
  readonly pending: bigint
  readonly pastDate: bigint
  /** outstanding × price, rounded down once. */
  readonly liabilityMicroYuan: bigint
  readonly byExpiry: readonly { readonly expires: string; readonly amount: bigint }[]
}

/** How many programmes are read at a time. */
const PAGE_SIZE = 100

/** The outstanding liability of every programme, on the ledger's business date. */
export function liabilities({ registry, books }: Projection): Liability[] {
  const today = registry.ledger()?.cycle.date ?? ''
  const detail = books.detail()
  const found: Liability[] = []
  for (;;) {
    const after = found.at(-1)?.asset ?? ''
    const programmes = registry.programmes({ after, limit: PAGE_SIZE })
    if (programmes.length === 0) return found
    for (const programme of programmes) {
      found.push(liabilityOf(programme, detail, books.outstandingLots(programme.id), today))
    }
  }
}

function liabilityOf(
  programme: PointsProgramme,
  detail: readonly Turnover[],
  heldLots: readonly Lot[],
  today: BusinessDate,
): Liability {
  const { id: asset, issuer, pricePerPoint } = programme
  const of = (path: string): bigint => balanceOf(detail, path, asset)
  const [issued, redeemed, expired] = [of(ISSUED), of(REDEEMED), of(EXPIRED)]
  const exchangedOut = of(EXCHANGED_OUT)
  const outstanding = issued - redeemed - expired - exchangedOut
  const lots = mergeLots(heldLots, today)
  const totals = lotTotals(lots, today)
  const byExpiry = new Map<string, bigint>()
  for (const { expires, amount } of lots) {
    byExpiry.set(expires, (byExpiry.get(expires) ?? 0n) + amount)
  }
  return {
    asset,
    issuer,
    issued,
    redeemed,
    expired,
    exchangedOut,
    outstanding,
    available: totals.available,
    pending: totals.pending,
    pastDate: totals.expired,
    liabilityMicroYuan: multiply(outstanding, pricePerPoint).whole,
    byExpiry: [...byExpiry]
      .filter(([, amount]) => amount !== 0n)
      .map(([expires, amount]) => ({ expires, amount })),
  }
}

function balanceOf(detail: readonly Turnover[], path: string, asset: string): bigint {
  const line = detail.find((turnover) => turnover.path === path && turnover.asset === asset)
  if (line === undefined) return 0n
  const surplus = line.debit - line.credit
  return CHART_OF_ACCOUNTS[codeOf(path)].normal === 'debit' ? surplus : -surplus
}
