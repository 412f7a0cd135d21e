import type { ConnectionProfile, EndorserAddress } from './connection-profile.ts'
import { connectToEndorser } from './fabric-connection.ts'
import type { EndorserConnection } from './fabric-connection.ts'
import { pause } from './pause.ts'
import { seekNewest } from './seek-newest.ts'

/** The numbers of an endorser's blocks, from the newest that it has, until the signal aborts. */
export type BlockNumbers = (signal: AbortSignal) => AsyncIterable<bigint>

export interface WatchedEndorser {
  readonly name: string
  readonly blocks: BlockNumbers
}

interface Watched extends WatchedEndorser {
  /** How many blocks it has; undefined while its stream is not open. */
  height: bigint | undefined
}

/** A peer that is further behind is left to itself: what it then endorses wrongly is endorsed anew. */
const LAGGARD_MS = 300

const RECONNECT_MS = { first: 200, most: 5_000 }

/**
 * Knows how far the other endorsers are, by one stream of filtered blocks from each. A stream that
 * breaks is opened again, and its peer is not waited for until then.
 */
export class EndorserBlocks {
  readonly #endorsers: readonly Watched[]
  readonly #onFault: (error: unknown) => void
  readonly #stopping = new AbortController()
  readonly #waiting = new Set<() => void>()
  #running: Promise<unknown> = Promise.resolve()

  constructor(endorsers: readonly WatchedEndorser[], onFault: (error: unknown) => void) {
    this.#endorsers = endorsers.map((endorser) => ({ ...endorser, height: undefined }))
    this.#onFault = onFault
  }

  start(): void {
    this.#running = Promise.all(this.#endorsers.map((endorser) => this.#watch(endorser)))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Resolves once every endorser whose stream is open has the block; after 300 ms at the latest. */
  async have(blockNumber: bigint): Promise<void> {
    const isThere = (): boolean =>
      this.#endorsers.every(({ height }) => height === undefined || height > blockNumber)
    if (isThere()) return
    const done = new AbortController()
    const look = (): void => {
      if (isThere()) done.abort()
    }
    this.#waiting.add(look)
    await pause(LAGGARD_MS, AbortSignal.any([done.signal, this.#stopping.signal]))
    this.#waiting.delete(look)
  }

  async #watch(endorser: Watched): Promise<void> {
    const { signal } = this.#stopping
    let pauseMs = RECONNECT_MS.first
    while (!signal.aborted) {
      try {
        for await (const blockNumber of endorser.blocks(signal)) {
          this.#set(endorser, blockNumber + 1n)
          pauseMs = RECONNECT_MS.first
        }
      } catch (error) {
        // Told once for every time that it goes away, not for every attempt to reach it.
        if (endorser.height !== undefined && !signal.aborted) {
          this.#onFault(new Error(`the blocks of ${endorser.name} broke off`, { cause: error }))
        }
      }
      this.#set(endorser, undefined)
      await pause(pauseMs, signal)
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.most)
    }
  }

  #set(endorser: Watched, height: bigint | undefined): void {
    endorser.height = height
    for (const look of this.#waiting) look()
  }
}

/** The endorsers of a profile, each over a connection of its own. */
export function endorsersOf(profile: ConnectionProfile): {
  readonly endorsers: readonly WatchedEndorser[]
  readonly close: () => void
} {
  const connections = (profile.endorsers ?? []).map((endorser) => ({
    name: nameOf(endorser),
    connection: connectToEndorser(endorser, profile),
  }))
  return {
    endorsers: connections.map(({ name, connection }) => ({
      name,
      blocks: (signal) => blockNumbers(connection, signal),
    })),
    close: () => {
      for (const { connection } of connections) connection.close()
    },
  }
}

function nameOf({ organisation, address }: EndorserAddress): string {
  return `${organisation} at ${address}`
}

async function* blockNumbers(
  connection: EndorserConnection,
  signal: AbortSignal,
): AsyncGenerator<bigint, void, undefined> {
  const blocks = await (await seekNewest(connection)).getEvents()
  const close = (): void => blocks.close()
  signal.addEventListener('abort', close)
  if (signal.aborted) close()
  try {
    for await (const block of blocks) yield BigInt(block.getNumber())
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}
