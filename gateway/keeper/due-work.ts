import type { Account, ContractKind, Ledger } from '../../ledger/index.ts'
import { addDays, CONTRACT_KINDS, lotStatus } from '../../ledger/index.ts'
import type { ContractQueries } from '../projection/queries/contract-queries.ts'
import type { CouponQueries } from '../projection/queries/coupon-queries.ts'
import type { DeltaQueries } from '../projection/queries/delta-queries.ts'
import type { DueQueries, WalkedHolding } from '../projection/queries/due-queries.ts'
import { homeOfDeltas } from './home-of-deltas.ts'

/** A command that is merely due. */
export interface DueCommand {
  readonly type: string
  readonly body: Readonly<Record<string, string | readonly string[]>>
}

/** The command that ends an open contract whose last day is over; its body names the contract. */
const ENDINGS: Partial<Record<ContractKind, string>> = {
  gift: 'ReturnGift',
  offer: 'ReturnOffer',
  purchase: 'ReleaseOrder',
  rate: 'CloseRate',
  rush: 'CloseRush',
  agreement: 'WithdrawAgreement',
  request: 'DeclineRequest',
  payment: 'CarryOverPayment',
}

/** What the keeper reads of the projection. */
export interface DueSources {
  readonly deltas: Pick<DeltaQueries, 'crowded' | 'names'>
  readonly due: Pick<DueQueries, 'walk'>
  readonly contracts: Pick<ContractQueries, 'due'>
  readonly coupons: Pick<CouponQueries, 'expired'>
  readonly account: (id: string) => Account | undefined
  readonly ledger: () => Ledger | undefined
  /** Ids of all organisations, in order. */
  readonly organisations: () => readonly string[]
}

/** How much may pile up before it is due, and how much is done at once. */
export interface DueLimits {
  readonly openDeltas: number
  readonly openCredits: number
  readonly compactions: number
  /** Deltas that one compaction takes in; a command names at most 500. */
  readonly deltasPerCompaction: number
  readonly holdingsWalked: number
  readonly holdingCommands: number
  /** Of each kind. */
  readonly contracts: number
  readonly coupons: number
  /** Coupons that one expiry takes out; a command names at most 90. */
  readonly couponsPerExpiry: number
}

export const DUE_LIMITS: DueLimits = {
  openDeltas: 600,
  openCredits: 500,
  compactions: 4,
  deltasPerCompaction: 500,
  holdingsWalked: 1_000,
  holdingCommands: 50,
  contracts: 50,
  coupons: 900,
  couponsPerExpiry: 90,
}

/** Finds what is due at one organisation's accounts, a bounded part at a time. */
export class DueWork {
  readonly #organisation: string
  readonly #sources: DueSources
  readonly #limits: DueLimits
  /** Where the walk over the holdings goes on. */
  #place = 0

  constructor(organisation: string, sources: DueSources, limits: DueLimits = DUE_LIMITS) {
    this.#organisation = organisation
    this.#sources = sources
    this.#limits = limits
  }

  /** The next commands that are due; empty when there is nothing in the part that was looked at. */
  next(): DueCommand[] {
    return [
      ...this.#compactions(),
      ...this.#holdingCommands(),
      ...this.#endings(),
      ...this.#expiries(),
    ]
  }

  #compactions(): DueCommand[] {
    const { openDeltas, compactions, deltasPerCompaction } = this.#limits
    const { deltas, organisations } = this.#sources
    const known = organisations()
    const own = deltas
      .crowded(openDeltas)
      .filter((account) => homeOfDeltas(account, known) === this.#organisation)
    return own.slice(0, compactions).map(({ path, asset }) => ({
      type: 'Compact',
      body: { account: path, asset, deltas: deltas.names(path, asset, deltasPerCompaction) },
    }))
  }

  #holdingCommands(): DueCommand[] {
    const today = this.#sources.ledger()?.cycle.date
    if (today === undefined) return []
    const { holdingsWalked, holdingCommands } = this.#limits
    const { holdings, next } = this.#sources.due.walk(this.#place, holdingsWalked)
    this.#place = next
    // What is too much for one time is found again when the walk comes round.
    return holdings.flatMap((holding) => this.#dueOf(holding, today)).slice(0, holdingCommands)
  }

  #endings(): DueCommand[] {
    const today = this.#sources.ledger()?.cycle.date
    if (today === undefined) return []
    const { contracts } = this.#sources
    return CONTRACT_KINDS.flatMap((kind) => {
      const type = ENDINGS[kind]
      if (type === undefined) return []
      const due = contracts.due(kind, this.#organisation, today, this.#limits.contracts)
      return due.map(({ id }) => ({ type, body: { [kind]: id } }))
    })
  }

  /** Coupons too stay for one business day after their last. */
  #expiries(): DueCommand[] {
    const today = this.#sources.ledger()?.cycle.date
    if (today === undefined) return []
    const { coupons, couponsPerExpiry } = this.#limits
    const expired = this.#sources.coupons.expired(this.#organisation, today, coupons)
    const bySeries = new Map<string, string[]>()
    for (const { series, serial, expires } of expired) {
      if (addDays(expires, 1) >= today) continue
      const serials = bySeries.get(series) ?? []
      serials.push(serial)
      bySeries.set(series, serials)
    }
    return [...bySeries].flatMap(([series, serials]) =>
      chunks(serials, couponsPerExpiry).map((part) => ({
        type: 'ExpireCoupons',
        body: { series, serials: part },
      })),
    )
  }

  /**
   * An expiry folds as well. Lots stay for one business day after their date: what a client sends
   * again after the roll is still told why it comes too late, and a day's books have an end.
   */
  #dueOf(holding: WalkedHolding, today: string): DueCommand[] {
    const { account, asset, lots, credits } = holding
    const isExpired = lots.some(
      (lot) => lotStatus(lot, today) === 'expired' && addDays(lot.expires, 1) < today,
    )
    if (!isExpired && credits <= this.#limits.openCredits) return []
    if (this.#sources.account(account)?.home !== this.#organisation) return []
    return [{ type: isExpired ? 'ExpirePoints' : 'FoldCredits', body: { account, asset } }]
  }
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size))
}
