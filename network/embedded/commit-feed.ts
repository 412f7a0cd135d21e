/** Tells whoever waits that a block was committed, or that there will be no more. */
export class CommitFeed {
  readonly #waiters = new Set<{ wake: () => void; reject: (reason: Error) => void }>()
  #ended: Error | undefined

  /** Resolves at the next commit; rejects when the signal aborts or the feed has ended. */
  async next(signal: AbortSignal): Promise<void> {
    if (this.#ended) throw this.#ended
    signal.throwIfAborted()
    return await new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiters.delete(waiter)
        reject(new Error('aborted'))
      }
      const release = (settle: () => void) => {
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      const waiter = {
        wake: () => release(resolve),
        reject: (reason: Error) => release(() => reject(reason)),
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
    })
  }

  committed(): void {
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const { wake } of waiters) wake()
  }

  /** Ends the feed; all who wait and will wait get the reason. */
  end(reason: Error): void {
    this.#ended ??= reason
    for (const { reject } of this.#waiters) reject(this.#ended)
    this.#waiters.clear()
  }

  /** Throws the reason when the feed has ended. */
  assertOpen(): void {
    if (this.#ended) throw this.#ended
  }
}
