import type { BusinessDate, Contract } from '../../ledger/index.ts'
import type { ContractQueries, StoredContract } from '../projection/queries/contract-queries.ts'
import type { DueCommand } from './due-work.ts'

/** What the keeper of auctions looks at. */
export interface AuctionSources {
  readonly contracts: Pick<ContractQueries, 'due'>
  /** Ids of all organisations. */
  readonly organisations: () => readonly string[]
  readonly today: () => BusinessDate | undefined
  /** Seconds since 1970, by this machine's clock. */
  readonly now: () => number
}

/** How often the time is told shortly before it matters, and how often long before. */
const TICK_EVERY_SECONDS = { least: 15, most: 600 } as const

/** Ticks on the way to a time. Each makes the bids that are just on their way be endorsed anew. */
const TICKS_AHEAD = 20

/** More auctions than one organisation has open at a time. */
const MAX_OPEN = 1_000

/** Behind every date on which something can be due. */
const ALL_DATES = '9999-12-31'

/** What the records of auctions and of sealed bids say of their end. */
interface Terms extends Pick<Contract, 'dueOn'> {
  readonly form?: string
  readonly bidsUntil?: string
  readonly closesAt: string
}

/**
 * Tells the ledger the time as long as any auction is open, and closes those of its own organisation
 * whose time is over, or whose last business date. One that the ledger's clock has not come to is
 * refused and tried again.
 */
export class AuctionWork {
  readonly #organisation: string
  readonly #sources: AuctionSources
  #lastTick = 0

  constructor(organisation: string, sources: AuctionSources) {
    this.#organisation = organisation
    this.#sources = sources
  }

  next(): DueCommand[] {
    return [...this.#ticks(), ...this.#closings(), ...this.#settlements()]
  }

  /** The oftener the nearer a time is for which an auction waits, and as soon as it comes. */
  #ticks(): DueCommand[] {
    const { now, contracts, organisations } = this.#sources
    const [time, last] = [now(), this.#lastTick]
    const open = organisations().flatMap((home) =>
      contracts.due('auction', home, ALL_DATES, MAX_OPEN),
    )
    if (open.length === 0) return []
    const terms = open.map(termsOf)
    const isDue = time >= last + tickEverySeconds(terms, time)
    if (!isDue && !terms.some((one) => hasComeTo(one, last, time))) return []
    this.#lastTick = time
    return [{ type: 'TickClock', body: { time: String(time) } }]
  }

  #closings(): DueCommand[] {
    return this.#over('auction').map(({ id, form }) => ({
      type: form === 'sealed' ? 'CloseSealedAuction' : 'CloseAuction',
      body: { auction: id },
    }))
  }

  /** Sealed bids that nobody revealed: once their auction is closed, they can be settled. */
  #settlements(): DueCommand[] {
    return this.#over('bid').map(({ id }) => ({ type: 'SettleBid', body: { bid: id } }))
  }

  /** Open ones of this organisation whose time is over, or whose last business date. */
  #over(kind: 'auction' | 'bid'): (Terms & { readonly id: string })[] {
    const { now, today, contracts } = this.#sources
    const [time, date = ''] = [BigInt(now()), today()]
    return contracts
      .due(kind, this.#organisation, ALL_DATES, MAX_OPEN)
      .map((stored) => ({ ...termsOf(stored), id: stored.id }))
      .filter(({ closesAt, dueOn = '' }) => BigInt(closesAt) <= time || dueOn < date)
  }
}

function termsOf({ value }: StoredContract): Terms {
  return JSON.parse(value) as Terms
}

function tickEverySeconds(open: readonly Terms[], now: number): number {
  const times = open.flatMap(({ closesAt, bidsUntil = closesAt }) => [closesAt, bidsUntil])
  const ahead = times.map((time) => Number(time) - now).filter((seconds) => seconds > 0)
  const { least, most } = TICK_EVERY_SECONDS
  return Math.max(least, Math.min(most, ...ahead.map((seconds) => seconds / TICKS_AHEAD)))
}

/** Whether one of an auction's times lies behind `last` and not behind `now`. */
function hasComeTo({ closesAt, bidsUntil }: Terms, last: number, now: number): boolean {
  return [closesAt, bidsUntil].some(
    (time) => time !== undefined && Number(time) > last && Number(time) <= now,
  )
}
