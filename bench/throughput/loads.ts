import type { GatewayAddress } from '../../network/gateways-file.ts'
import type { LoadAnswer, Target } from './http-load.ts'
import { connections, postLines, postOne } from './http-load.ts'
import { Latencies } from './latencies.ts'
import type { Load } from './world.ts'

/** What came of a load. */
export interface LoadResult {
  readonly accepted: number
  readonly refused: number
  /** How often each code was given. */
  readonly codes: Readonly<Record<string, number>>
  readonly elapsedMs: number
  readonly latencies: Latencies
}

/** How many requests of the bulk endpoint are open at each gateway, and how long each is. */
const BULK = { requests: 2, lines: 2_500 }

/** All of a load by the bulk endpoint, at all gateways at once. */
export async function bulkLoad(
  gateways: readonly GatewayAddress[],
  load: Load,
): Promise<LoadResult> {
  const meter = new Meter()
  const streams = gateways.flatMap((gateway) => {
    const commands = commandsOf(load, gateway)
    return Array.from({ length: BULK.requests }, async (_, stream) => {
      const own = commands.filter((_, index) => index % BULK.requests === stream)
      for (let first = 0; first < own.length; first += BULK.lines) {
        const part = own.slice(first, first + BULK.lines)
        const sent = performance.now()
        await postLines(targetOf(gateway), part, (answer) => meter.note(sent, answer))
      }
    })
  })
  await Promise.all(streams)
  return meter.result()
}

/** All of a load, one command a request, by so many clients of which each waits for its answer. */
export async function singleLoad(
  gateways: readonly GatewayAddress[],
  load: Load,
  clients: number,
): Promise<LoadResult> {
  const meter = new Meter()
  const agents = gateways.map(() => connections(Math.ceil(clients / gateways.length)))
  const waiting = gateways.map((gateway) => commandsOf(load, gateway).toReversed())
  const client = async (place: number): Promise<void> => {
    const [gateway, agent, commands] = [gateways[place], agents[place], waiting[place]]
    if (gateway === undefined || agent === undefined) return
    for (let next = commands?.pop(); next !== undefined; next = commands?.pop()) {
      const sent = performance.now()
      meter.note(sent, await postOne(targetOf(gateway), agent, '/commands', next))
    }
  }
  await Promise.all(
    Array.from({ length: clients }, async (_, index) => await client(index % gateways.length)),
  )
  for (const agent of agents) agent.destroy()
  return meter.result()
}

class Meter {
  readonly #started = performance.now()
  readonly #latencies = new Latencies()
  #accepted = 0
  #refused = 0
  readonly #codes: Record<string, number> = {}

  note(sentMs: number, { status, code = 'none' }: LoadAnswer): void {
    this.#latencies.add(performance.now() - sentMs)
    if (status === 'accepted') this.#accepted += 1
    else {
      this.#refused += 1
      this.#codes[code] = (this.#codes[code] ?? 0) + 1
    }
  }

  result(): LoadResult {
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      codes: this.#codes,
      elapsedMs: performance.now() - this.#started,
      latencies: this.#latencies,
    }
  }
}

function commandsOf(load: Load, { organisation }: GatewayAddress): readonly string[] {
  return load[organisation as keyof Load]
}

function targetOf({ url, tokens }: GatewayAddress): Target {
  return { url, token: tokens.client }
}
