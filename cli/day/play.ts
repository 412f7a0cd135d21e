import { backOffMs } from '../back-off.ts'
import type { CommandAnswer, GatewayClient } from '../gateway-client.ts'
import { GatewayFailure, isRetryableCode, meaningOf } from '../gateway-failure.ts'
import type { Gateways } from '../gateways-file.ts'
import { gatewayOf } from '../gateways-file.ts'
import type { ScheduledItem, Slot } from './schedule.ts'
import { Schedule } from './schedule.ts'

const MAX_LINES_PER_POST = 500
const POSTS_PER_GATEWAY = 6

/** One command to be sent. */
export interface Task extends ScheduledItem {
  /** The signed command as JSON; made anew, with the same id, each time it is sent. */
  readonly toText: () => string | Promise<string>
  /** An organisation's own act, for which its gateway asks for the admin's token. */
  readonly isOwnAct?: boolean
}

export interface PlayOptions<Item> {
  readonly gateways: Gateways
  readonly role: 'admin' | 'client'
  /** What every command is to see at least. */
  readonly minBlock: number
  /** How long a command that meets passing failures is tried again. */
  readonly patienceMs: number
  /** Called with each final answer. */
  readonly onSettled?: (item: Item, answer: CommandAnswer) => void
}

export interface Played<Item> {
  readonly answers: ReadonlyMap<Item, CommandAnswer>
  /** Commands without a final answer, with the last code, or NOT_SENT. */
  readonly unresolved: ReadonlyMap<Item, string>
  /** Why the play gave up, in plain words; undefined when everything was answered. */
  readonly stopReason: string | undefined
  readonly lastBlock: number
}

/** What a post left open: its slots with the code of the passing refusal, if they got one. */
type Open<Item> = Map<Slot<Item>, string | undefined>

interface Attempts {
  /** When the first one failed. */
  readonly sinceMs: number
  count: number
  /** Of the last failure. */
  code: string
}

/**
 * Sends commands to their gateways and gathers the answers. A command is sent only after the
 * answers to the earlier ones that share a key with it. Passing failures are tried again under the
 * same ids; when one has lasted for `patienceMs`, or a failure is not a passing one, nothing more is
 * sent and the rest is unresolved. Throws a plain error when a gateway is missing.
 */
export async function play<Item extends Task>(
  tasks: readonly Item[],
  options: PlayOptions<Item>,
): Promise<Played<Item>> {
  return await new Play(tasks, options).run()
}

class Play<Item extends Task> {
  readonly #options: PlayOptions<Item>
  readonly #schedule: Schedule<Item>
  readonly #gateways: readonly GatewayClient[]
  readonly #answers = new Map<Item, CommandAnswer>()
  readonly #attempts = new Map<Item, Attempts>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #change = new Change()
  #stopReason: string | undefined

  constructor(tasks: readonly Item[], options: PlayOptions<Item>) {
    this.#options = options
    this.#schedule = new Schedule(tasks, options.minBlock)
    const names = new Set(tasks.map(({ gateway }) => gateway))
    this.#gateways = [...names].map((name) => gatewayOf(options.gateways, name))
  }

  async run(): Promise<Played<Item>> {
    const workers = this.#gateways.flatMap((gateway) =>
      Array.from({ length: POSTS_PER_GATEWAY }, async () => {
        await this.#work(gateway)
      }),
    )
    try {
      await Promise.all(workers)
    } finally {
      this.#stop('The play has ended.')
      for (const timer of this.#timers) clearTimeout(timer)
    }
    const unresolved = this.#schedule.unsettledItems().map((item): [Item, string] => {
      return [item, this.#attempts.get(item)?.code ?? 'NOT_SENT']
    })
    return {
      answers: this.#answers,
      unresolved: new Map(unresolved),
      stopReason: unresolved.length === 0 ? undefined : this.#stopReason,
      lastBlock: this.#schedule.lastBlock,
    }
  }

  /** Posts what is ready, as long as there is something left. Several run for each gateway. */
  async #work(gateway: GatewayClient): Promise<void> {
    while (this.#schedule.unsettled > 0 && this.#stopReason === undefined) {
      const slots = this.#schedule.take(gateway.organisation, MAX_LINES_PER_POST)
      if (slots.length === 0) await this.#change.wait()
      else await this.#post(gateway, slots)
    }
  }

  async #post(gateway: GatewayClient, slots: readonly Slot<Item>[]): Promise<void> {
    const open: Open<Item> = new Map(slots.map((slot) => [slot, undefined]))
    const isOwnAct = slots.some(({ item }) => item.isOwnAct === true)
    const role = isOwnAct ? 'admin' : this.#options.role
    const minBlock = Math.max(...slots.map((slot) => slot.minBlock))
    const onAnswer = (index: number, answer: CommandAnswer): void => {
      const slot = slots[index]
      if (slot !== undefined && open.has(slot)) this.#hear(slot, answer, open)
    }
    let failure: GatewayFailure | undefined
    try {
      const texts = await Promise.all(slots.map(async ({ item }) => await item.toText()))
      await gateway.postCommands(texts, { role, minBlock, onAnswer })
    } catch (error) {
      if (!(error instanceof GatewayFailure)) throw error
      failure = error
    }
    if (open.size > 0) this.#tryAgain(gateway, open, failure)
  }

  #hear(slot: Slot<Item>, answer: CommandAnswer, open: Open<Item>): void {
    const { status, code = '' } = answer
    const isFault = status === 'refused' && code === 'INTERNAL'
    if (isFault) this.#stop('A gateway answers INTERNAL: it has a fault, and its log tells more.')
    if (isFault || (status === 'refused' && isRetryableCode(code))) {
      open.set(slot, code)
      return
    }
    open.delete(slot)
    this.#answers.set(slot.item, answer)
    const block = answer.blockNumber === undefined ? undefined : Number(answer.blockNumber)
    this.#schedule.settle(slot, block)
    this.#options.onSettled?.(slot.item, answer)
    this.#change.notify()
  }

  /** One delay for all that a post left open, so that it goes out together again. */
  #tryAgain(gateway: GatewayClient, open: Open<Item>, failure: GatewayFailure | undefined): void {
    const now = performance.now()
    let attempt = 0
    for (const [{ item }, refusal] of open) {
      const code = refusal ?? failure?.code ?? 'NO_CONNECTION'
      const attempts = this.#attempts.get(item) ?? { sinceMs: now, count: 0, code }
      attempts.code = code
      this.#attempts.set(item, attempts)
      attempt = Math.max(attempt, attempts.count)
      attempts.count += 1
      if (now - attempts.sinceMs < this.#options.patienceMs) continue
      this.#stop(`${gateway.organisation} answers ${code} for too long: ${meaningOf(code)}`)
    }
    if (failure?.isRetryable === false) this.#stop(failure.message)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      for (const slot of open.keys()) this.#schedule.putBack(slot)
      this.#change.notify()
    }, backOffMs(attempt))
    this.#timers.add(timer)
  }

  #stop(reason: string): void {
    this.#stopReason ??= reason
    this.#change.notify()
  }
}

/** Wakes all who wait, once for everything that changed in a turn of the event loop. */
class Change {
  #waiting: (() => void)[] = []
  #isNotified = false

  async wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  notify(): void {
    if (this.#isNotified) return
    this.#isNotified = true
    setImmediate(() => {
      this.#isNotified = false
      const waiting = this.#waiting
      this.#waiting = []
      for (const wake of waiting) wake()
    })
  }
}
