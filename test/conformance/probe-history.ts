import { Dice } from './dice.ts'
import type { ProbeCall } from './probe-calls.ts'
import { failingCall, KEYS, meetingCall, someCall, someQuery } from './probe-calls.ts'
import type { Tampering } from './tampering.ts'
import { REFUSED_BY_ORDERERS, TAMPERINGS } from './tampering.ts'

export const MEMBERS = ['bank', 'mall', 'airline'] as const
export type Member = (typeof MEMBERS)[number]

/** What a client asks peers to endorse. */
export interface HistoricProposal {
  readonly id: number
  readonly client: Member
  readonly call: ProbeCall
  /** Whose peers are to endorse; when none is named the gateway chooses a majority. */
  readonly endorsers: readonly Member[]
  /** Its client's certificate is of no member's authority. */
  readonly byStranger: boolean
}

/** An endorsed proposal on its way to the orderer, changed or not. */
export interface HistoricSubmission {
  readonly proposal: HistoricProposal
  readonly tampering: Tampering
}

export interface HistoricQuery {
  readonly client: Member
  readonly call: ProbeCall
}

/**
 * What happens from one commit to the next: everything is endorsed over the same state, and what
 * is submitted is submitted one after the other, and comes into one block.
 */
export interface Step {
  /** Its place in the history, from 0. */
  readonly at: number
  readonly endorsed: readonly HistoricProposal[]
  readonly queries: readonly HistoricQuery[]
  readonly submitted: readonly HistoricSubmission[]
}

/** A block holds at most this many, so that one that is full is cut at once. */
export const BLOCK_TRANSACTIONS = 3
const MAX_DELAY_STEPS = 6

/** A history in which so many transactions reach the ledger. The same seed gives the same one. */
export function historyOf(seed: number, transactions: number): Step[] {
  return new Historian(new Dice(seed)).write(transactions)
}

class Historian {
  readonly #dice: Dice
  readonly #steps: Step[] = []
  /** What waits to be submitted, with the step at which it will be. */
  #waiting: { readonly due: number; readonly submission: HistoricSubmission }[] = []
  readonly #past: HistoricProposal[] = []
  #proposals = 0
  #ordered = 0

  constructor(dice: Dice) {
    this.#dice = dice
  }

  write(transactions: number): Step[] {
    while (this.#ordered < transactions) {
      const room = Math.min(this.#dice.weighted(BURSTS), transactions - this.#ordered)
      this.#steps.push(this.#step(room))
    }
    return this.#steps
  }

  #step(room: number): Step {
    const dice = this.#dice
    const now = this.#steps.length
    if (room > 1 && dice.chance(30)) return this.#meeting(now, room)
    const endorsed = Array.from({ length: dice.weighted(ENDORSEMENTS) }, () => this.#propose(now))
    if (dice.chance(4)) endorsed.push(this.#proposal(failingCall(dice, String(now)), false))
    if (dice.chance(1)) endorsed.push(this.#proposal(someCall(dice, 'stranger'), true))
    const queries = dice.chance(10)
      ? [{ client: dice.pick(MEMBERS), call: someQuery(dice, String(now)) }]
      : []
    return { at: now, endorsed, queries, submitted: this.#submissions(now, room) }
  }

  /** Several that were endorsed over the same state, touch the same key and come into one block. */
  #meeting(now: number, size: number): Step {
    const dice = this.#dice
    const at = dice.pick(KEYS)
    const endorsed = Array.from({ length: size }, () => {
      const call = meetingCall(dice, String(this.#proposals), at)
      return { ...this.#proposal(call, false), endorsers: [] }
    })
    this.#ordered += size
    this.#past.push(...endorsed)
    const submitted = endorsed.map((proposal) => ({ proposal, tampering: 'none' as const }))
    return { at: now, endorsed, queries: [], submitted }
  }

  /** Something to endorse now that will be submitted now or later, perhaps more than once. */
  #propose(now: number): HistoricProposal {
    const dice = this.#dice
    const proposal = this.#proposal(someCall(dice, String(this.#proposals)), false)
    const due = now + (dice.chance(50) ? 0 : dice.below(MAX_DELAY_STEPS))
    const isWhole = dice.chance(80)
    const tampering = isWhole ? 'none' : dice.pick(TAMPERINGS)
    this.#waiting.push({ due, submission: { proposal, tampering } })
    // The original after what was made of it, often in the same block.
    if (!isWhole && dice.chance(40)) {
      const later = due + (dice.chance(60) ? 0 : 1)
      this.#waiting.push({ due: later, submission: { proposal, tampering: 'none' } })
    }
    return proposal
  }

  #proposal(call: ProbeCall, byStranger: boolean): HistoricProposal {
    this.#proposals += 1
    const dice = this.#dice
    const first = dice.below(MEMBERS.length)
    const others = [1, 2].map((step) => MEMBERS[(first + step) % MEMBERS.length] ?? 'bank')
    const client = dice.pick(MEMBERS)
    const own = MEMBERS[first] ?? 'bank'
    // Alone, a peer may endorse what differs from peer to peer.
    const isAlone = call[0] !== 'Differ' && dice.chance(12)
    const endorsers = isAlone ? [own] : dice.weighted(SHARES).map((other) => others[other] ?? own)
    return { id: this.#proposals, client, call, endorsers, byStranger }
  }

  #submissions(now: number, room: number): HistoricSubmission[] {
    const dice = this.#dice
    const chosen: HistoricSubmission[] = []
    let left = room
    while (left > 0) {
      const next = this.#next(now)
      if (next === undefined) break
      chosen.push(next)
      if (!REFUSED_BY_ORDERERS.has(next.tampering)) left -= 1
      if (left > 0 && dice.chance(5)) {
        chosen.push({ ...next, tampering: 'none' })
        left -= 1
      }
    }
    this.#past.push(...chosen.map(({ proposal }) => proposal))
    this.#ordered += room - left
    return chosen
  }

  /** What is due first, or now and then something that was submitted before. */
  #next(now: number): HistoricSubmission | undefined {
    const dice = this.#dice
    if (this.#past.length > 0 && dice.chance(4)) {
      return { proposal: dice.pick(this.#past.slice(-30)), tampering: 'none' }
    }
    const next = this.#waiting.find(({ due }) => due <= now)
    this.#waiting = this.#waiting.filter((waiting) => waiting !== next)
    return next?.submission
  }
}

const BURSTS = [
  [60, 1],
  [25, 2],
  [15, BLOCK_TRANSACTIONS],
] as const
const ENDORSEMENTS = [
  [15, 0],
  [45, 1],
  [25, 2],
  [15, 3],
] as const
/** Nobody named, two, all: by their places among the members from somebody on. */
const SHARES: readonly (readonly [number, readonly number[]])[] = [
  [45, []],
  [35, [0, 1]],
  [20, [0, 1, 2]],
]
