import { setTimeout as sleep } from 'node:timers/promises'
import type { SignedCommand } from '../../ledger/index.ts'
import { ERROR_TABLE, isErrorCode } from '../../ledger/index.ts'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import type { Connections, LoadAnswer, SingleAnswer } from './http-load.ts'
import { connections, postOne, postPart } from './http-load.ts'

export interface OpenLoopOptions {
  readonly gateways: readonly GatewayAddress[]
  readonly commandsPerSecond: number
  readonly durationMs: number
  readonly make: (organisation: string) => SignedCommand
  readonly onAccepted: (id: string) => void
}

/** What came of a load that does not wait for its answers. */
export interface OpenLoopCounts {
  /** Commands that were sent; the client itself may not manage more. */
  sent: number
  accepted: number
  /** Refused because the gateway was busy: 503, or its code on a line. */
  busy: number
  /** Refused for another reason, or 503 without Retry-After. */
  otherwise: number
  /** Requests that got no answer. */
  broken: number
  /** Single requests that were refused with 503 and Retry-After. */
  refusedSingles: number
}

const TICK_MS = 50
const LINES = 1_000
/** Of one gateway; a client that leaves more open runs out of memory before the gateway does. */
const MAX_OPEN = 400
/** Commands of one gateway that are signed beforehand; refused ones are sent again and again. */
const POOL = 40_000
/** Signed in one tick at most, so that signing does not keep the client from sending. */
const MAX_SIGNED = 200
const SINGLE_EVERY_MS = 200

/**
 * Sends commands at a rate that does not depend on answers, nearly all by the bulk endpoint and a
 * few one by one. Resolves when the time is over; `drained` when all is answered.
 */
export async function runOpenLoop(
  options: OpenLoopOptions,
): Promise<{ readonly counts: OpenLoopCounts; readonly drained: Promise<unknown> }> {
  const counts = { sent: 0, accepted: 0, busy: 0, otherwise: 0, broken: 0, refusedSingles: 0 }
  const lanes = options.gateways.map((gateway) => new Lane(gateway, options, counts))
  const started = performance.now()
  let due = 0
  for (let now = started; now - started < options.durationMs; now = performance.now()) {
    const wanted = ((now - started) * options.commandsPerSecond) / 1_000
    for (; due < wanted; due += LINES * lanes.length) for (const lane of lanes) lane.sendPart()
    for (const lane of lanes) lane.sendSingle(now)
    await sleep(TICK_MS)
  }
  return { counts, drained: Promise.all(lanes.map(async (lane) => await lane.drain())) }
}

/** One gateway's share. */
class Lane {
  readonly #options: OpenLoopOptions
  readonly #gateway: GatewayAddress
  readonly #counts: OpenLoopCounts
  readonly #agent: Connections = connections(MAX_OPEN)
  readonly #open = new Set<Promise<void>>()
  /** By id. */
  readonly #pool = new Map<string, string>()
  #nextSingleMs = 0

  constructor(gateway: GatewayAddress, options: OpenLoopOptions, counts: OpenLoopCounts) {
    this.#options = options
    this.#gateway = gateway
    this.#counts = counts
    this.#sign(POOL)
  }

  sendPart(): void {
    if (this.#open.size >= MAX_OPEN) return
    this.#sign(MAX_SIGNED)
    const part = this.#take(LINES)
    if (part.size > 0) this.#track(this.#post(part))
  }

  sendSingle(nowMs: number): void {
    if (nowMs < this.#nextSingleMs) return
    this.#nextSingleMs = nowMs + SINGLE_EVERY_MS
    for (const [id, text] of this.#take(1)) this.#track(this.#postSingle(id, text))
  }

  async drain(): Promise<void> {
    await Promise.all(this.#open)
    this.#agent.destroy()
  }

  #track(sending: Promise<void>): void {
    const tracked = sending
      .catch(() => void (this.#counts.broken += 1))
      .finally(() => this.#open.delete(tracked))
    this.#open.add(tracked)
  }

  async #post(part: Map<string, string>): Promise<void> {
    const { sent } = { sent: part.size }
    this.#counts.sent += sent
    const { status } = await postPart(this.#target, this.#agent, [...part.values()], (answer) => {
      const text = part.get(answer.id ?? '')
      part.delete(answer.id ?? '')
      if (answer.id !== undefined && text !== undefined) this.#note(answer.id, text, answer)
    })
    // The whole request was refused.
    if (status === 503) for (const [id, text] of part) this.#again(id, text)
    else if (status !== 200) this.#counts.otherwise += part.size
    else if (part.size > 0) this.#counts.broken += 1
  }

  async #postSingle(id: string, text: string): Promise<void> {
    this.#counts.sent += 1
    const answer: SingleAnswer = await postOne(this.#target, this.#agent, '/commands', text)
    if (answer.httpStatus === 503 && answer.hasRetryAfter) this.#counts.refusedSingles += 1
    if (answer.httpStatus === 503 && !answer.hasRetryAfter) this.#counts.otherwise += 1
    else this.#note(id, text, answer)
  }

  #note(id: string, text: string, answer: LoadAnswer): void {
    if (answer.status === 'accepted') {
      this.#counts.accepted += 1
      this.#options.onAccepted(id)
    } else if (isBusy(answer.code)) this.#again(id, text)
    else this.#counts.otherwise += 1
  }

  #again(id: string, text: string): void {
    this.#counts.busy += 1
    this.#pool.set(id, text)
  }

  #take(count: number): Map<string, string> {
    const taken = new Map<string, string>()
    for (const [id, text] of this.#pool) {
      if (taken.size === count) break
      taken.set(id, text)
      this.#pool.delete(id)
    }
    return taken
  }

  #sign(most: number): void {
    const count = Math.min(most, POOL - this.#pool.size)
    for (let made = 0; made < count; made += 1) {
      const signed = this.#options.make(this.#gateway.organisation)
      this.#pool.set(signed.command.id, JSON.stringify(signed))
    }
  }

  get #target(): { readonly url: string; readonly token: string } {
    return { url: this.#gateway.url, token: this.#gateway.tokens.client }
  }
}

function isBusy(code: string | undefined): boolean {
  return code !== undefined && isErrorCode(code) && ERROR_TABLE[code].status === 503
}
