export interface PaceLimits {
  /** Transactions in flight at once. */
  readonly maxInFlight: number
  readonly maxCommands: number
  /** A batch should be answered within this time. */
  readonly targetMs: number
}

/** What is in flight and what waits. */
export interface PaceState {
  readonly inFlight: number
  readonly waiting: number
  /** Whether the endorsers are still busy with a batch of this gateway. */
  readonly isEndorsing: boolean
  /** Whether somebody floods while others send little. */
  readonly isCrowded: boolean
}

/** Not fewer, however slow: what a transaction costs by itself would be the larger part. */
const MIN_COMMANDS = 400

/** Batches of up to so many take as long as a lone command does. */
const LONE_COMMANDS = 10
/** Of those the shortest of late counts; by so much it is forgotten with each. */
const FORGET = 1.02
/** As few as that while somebody floods. */
const MIN_CROWDED_COMMANDS = 50

/** How much the newest of the measured times counts. */
const WEIGHT = 0.2

/**
 * How large batches are, and when one may start beside others. The rule:
 * - nothing in flight: at once, with what there is;
 * - as long as the endorsers are busy with one, none, because they would only share their time;
 * - a full batch as soon as there is a place, anything less when a batch's time divided by the
 *   places has passed since the last one, so that batches leave at even intervals;
 * - batches that take longer than the target: one place less, down to one, then smaller ones;
 *   those that take less than half: larger ones, then one place more;
 * - while somebody floods and others do not: one at a time, of no more commands than make it take
 *   twice as long as a lone command, so that nobody waits for much more than that behind it.
 */
export class Pace {
  readonly #limits: PaceLimits
  #places: number
  #size: number
  #latencyMs = 0
  #loneMs = Infinity
  /** What a command of a large batch adds to a lone one's time. */
  #commandMs = 0
  #startedMs = -Infinity
  #changedMs = -Infinity

  constructor(limits: PaceLimits) {
    this.#limits = limits
    this.#places = limits.maxInFlight
    this.#size = limits.maxCommands
  }

  /** How many batches may be in flight. */
  get places(): number {
    return this.#places
  }

  /** How many commands a batch may hold. */
  size({ isCrowded }: Pick<PaceState, 'isCrowded'>): number {
    if (!isCrowded || this.#commandMs === 0 || this.#loneMs === Infinity) return this.#size
    const twiceAsLong = Math.round(this.#loneMs / this.#commandMs)
    return Math.min(this.#size, Math.max(MIN_CROWDED_COMMANDS, twiceAsLong))
  }

  /** For how long the next batch has to wait; Infinity: until one in flight has moved on. */
  delayMs(nowMs: number, state: PaceState): number {
    if (state.inFlight === 0) return 0
    if (state.isEndorsing || state.inFlight >= this.#places || state.isCrowded) return Infinity
    if (state.waiting >= this.size(state)) return 0
    return Math.max(0, this.#startedMs + this.#latencyMs / this.#places - nowMs)
  }

  started(nowMs: number): void {
    this.#startedMs = nowMs
  }

  /** Takes note of how long any batch of clients' took, from its start to its answers. */
  took(tookMs: number, commands: number): void {
    if (commands <= LONE_COMMANDS) {
      this.#loneMs = Math.min(tookMs, this.#loneMs * FORGET)
    } else if (commands > MIN_CROWDED_COMMANDS / 2 && tookMs > this.#loneMs) {
      this.#commandMs = average(this.#commandMs, (tookMs - this.#loneMs) / commands)
    }
  }

  /** Takes note of when a batch that counts towards the places was answered. */
  answered(startedMs: number, nowMs: number): void {
    const tookMs = nowMs - startedMs
    this.#latencyMs = average(this.#latencyMs, tookMs)
    // What has started before the last change does not tell of it.
    if (startedMs < this.#changedMs) return
    const { targetMs } = this.#limits
    if (tookMs > targetMs) this.#slowDown(nowMs)
    else if (tookMs < targetMs / 2) this.#speedUp(nowMs)
  }

  #slowDown(nowMs: number): void {
    this.#changedMs = nowMs
    if (this.#places > 1) this.#places -= 1
    else this.#size = Math.min(this.#size, Math.max(MIN_COMMANDS, Math.round(this.#size * 0.75)))
  }

  #speedUp(nowMs: number): void {
    const { maxCommands, maxInFlight } = this.#limits
    if (this.#size < maxCommands) this.#size = Math.min(maxCommands, Math.ceil(this.#size * 1.25))
    else if (this.#places < maxInFlight) this.#places += 1
    else return
    this.#changedMs = nowMs
  }
}

function average(before: number, newest: number): number {
  return before === 0 ? newest : before + (newest - before) * WEIGHT
}
