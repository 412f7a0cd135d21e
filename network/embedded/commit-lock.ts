/**
 * Many simulations or one commit, in the order of arrival, as in Fabric's peer: a simulation sees
 * one committed height from its first read to its last.
 */
export class CommitLock {
  #readers = 0
  #writing = false
  readonly #waiting: { readonly exclusive: boolean; readonly enter: () => void }[] = []

  async shared<T>(work: () => Promise<T>): Promise<T> {
    await this.#acquire(false)
    try {
      return await work()
    } finally {
      this.#readers -= 1
      this.#admit()
    }
  }

  async exclusive<T>(work: () => T): Promise<T> {
    await this.#acquire(true)
    try {
      return work()
    } finally {
      this.#writing = false
      this.#admit()
    }
  }

  async #acquire(exclusive: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ exclusive, enter: resolve })
    this.#admit()
    return await promise
  }

  #admit(): void {
    for (;;) {
      const next = this.#waiting[0]
      if (!next || this.#writing || (next.exclusive && this.#readers > 0)) return
      this.#waiting.shift()
      if (next.exclusive) this.#writing = true
      else this.#readers += 1
      next.enter()
    }
  }
}
