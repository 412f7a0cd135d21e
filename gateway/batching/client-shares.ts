/** Whoever has more than this open floods: he sends faster than he waits for answers. */
const LIGHT_COMMANDS = 100

/** From where on only those who have little waiting may add to the queue. */
const CROWDED = 0.75
/** How much of the queue that is. */
const LITTLE = 0.01

/** How many commands each client has open: waiting, or in flight. */
export class ClientShares {
  readonly #open = new Map<string, number>()
  #floods = 0

  /** Whether anybody floods. */
  get isFlooded(): boolean {
    return this.#floods > 0
  }

  /** Whether a client has so little open that it need not wait behind those who flood. */
  isLight(client: string): boolean {
    return (this.#open.get(client) ?? 0) <= LIGHT_COMMANDS
  }

  /** Whether a queue of such a length has room for one more of the client's. */
  mayAdd(client: string, length: number, maxLength: number): boolean {
    if (length < maxLength * CROWDED) return true
    return length < maxLength && (this.#open.get(client) ?? 0) <= maxLength * LITTLE
  }

  opened(client: string): void {
    const open = (this.#open.get(client) ?? 0) + 1
    this.#open.set(client, open)
    if (open === LIGHT_COMMANDS + 1) this.#floods += 1
  }

  closed(client: string): void {
    const open = (this.#open.get(client) ?? 0) - 1
    if (open > 0) this.#open.set(client, open)
    else this.#open.delete(client)
    if (open === LIGHT_COMMANDS) this.#floods -= 1
  }
}
