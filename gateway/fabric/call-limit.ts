/**
 * Lets so many calls run at once and has the rest wait for their turn, first come, first served.
 */
export class CallLimit {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(most: number) {
    this.#most = most
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#running < this.#most) this.#running += 1
    else {
      // Whoever ends hands its place on.
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
    try {
      return await call()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}
