/** When a block is cut: at a number of transactions, at a size in bytes, or after a time. */
export interface Cutting {
  readonly maxTransactions: number
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** Gathers what is submitted into batches and hands them on one after the other. */
export class BlockCutter<T extends { readonly bytes: Uint8Array }> {
  readonly #cutting: Cutting
  readonly #handOn: (batch: readonly T[]) => Promise<void>
  #pending: T[] = []
  #pendingBytes = 0
  #timer: NodeJS.Timeout | undefined
  #handedOn: Promise<void> = Promise.resolve()

  /** `handOn` must not reject. */
  constructor(cutting: Cutting, handOn: (batch: readonly T[]) => Promise<void>) {
    this.#cutting = cutting
    this.#handOn = handOn
  }

  add(message: T): void {
    const { maxTransactions, maxBytes, timeoutMs } = this.#cutting
    if (this.#pendingBytes + message.bytes.length > maxBytes) this.#cut()
    this.#pending.push(message)
    this.#pendingBytes += message.bytes.length
    if (this.#pending.length >= maxTransactions || this.#pendingBytes >= maxBytes) this.#cut()
    else this.#timer ??= setTimeout(() => this.#cut(), timeoutMs)
  }

  /** Cuts what is pending and waits until all batches have been handed on. */
  async drain(): Promise<void> {
    this.#cut()
    await this.#handedOn
  }

  #cut(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#pending
    if (batch.length === 0) return
    this.#pending = []
    this.#pendingBytes = 0
    const before = this.#handedOn
    this.#handedOn = (async () => {
      await before
      await this.#handOn(batch)
    })()
  }
}
