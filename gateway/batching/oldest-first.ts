/** A heap: gives the item with the smallest `order` first. */
export class OldestFirst<T extends { readonly order: number }> {
  readonly #items: T[] = []

  get first(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let at = items.push(item) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = items[above]
      if (parent === undefined || parent.order <= item.order) break
      items[at] = parent
      at = above
    }
    items[at] = item
  }

  shift(): void {
    const items = this.#items
    const last = items.pop()
    if (last === undefined || items.length === 0) return
    let at = 0
    for (let child = this.#smallerChild(at); child !== undefined; child = this.#smallerChild(at)) {
      const item = items[child]
      if (item === undefined || item.order >= last.order) break
      items[at] = item
      at = child
    }
    items[at] = last
  }

  #smallerChild(at: number): number | undefined {
    const [left, right] = [this.#items[2 * at + 1], this.#items[2 * at + 2]]
    if (left === undefined) return undefined
    return right !== undefined && right.order < left.order ? 2 * at + 2 : 2 * at + 1
  }
}
