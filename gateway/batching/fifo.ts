/** A line in which the first one goes, however long it is, and which can be joined at either end. */
export class Fifo<T> {
  #items: T[] = []
  #head = 0

  get first(): T | undefined {
    return this.#items[this.#head]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  /** Puts an item in front of the first. */
  unshift(item: T): void {
    if (this.#head === 0) this.#items.unshift(item)
    else this.#items[(this.#head -= 1)] = item
  }

  shift(): void {
    this.#head += 1
    // Moving the rest up only now and then keeps the cost of each shift the same.
    if (this.#head < 32 || this.#head * 2 < this.#items.length) return
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}
