/**
 * Turns at the pools from which quota lanes are refilled: two transactions in flight that both take
 * from one pool would invalidate one another.
 */
export class PoolTurns {
  readonly #last = new Map<string, Promise<void>>()

  /**
   * Resolves when those who asked before have ended. All pools are asked for at once, so that nobody
   * waits for somebody who waits for him.
   */
  async take(pools: readonly string[], ended: Promise<void>): Promise<void> {
    const before = pools.flatMap((pool) => this.#last.get(pool) ?? [])
    for (const pool of pools) this.#last.set(pool, ended)
    void this.#forget(pools, ended)
    await Promise.all(before)
  }

  async #forget(pools: readonly string[], ended: Promise<void>): Promise<void> {
    await ended
    for (const pool of pools) if (this.#last.get(pool) === ended) this.#last.delete(pool)
  }
}
