/** What is to be sent: to which gateway, and what it touches. */
export interface ScheduledItem {
  readonly gateway: string
  /** Items that share a key are sent one after the other, in their order. */
  readonly keys: readonly string[]
}

/** An item with its place in the schedule. */
export interface Slot<Item> {
  readonly item: Item
  /** The block at which everything that the item depends on is to be seen. */
  readonly minBlock: number
}

interface Place<Item> extends Slot<Item> {
  minBlock: number
  /** How many earlier items that share a key are not settled. */
  waitingFor: number
  readonly followers: Place<Item>[]
  /** Length of the longest chain of items that wait for this one. */
  height: number
  state: 'waiting' | 'ready' | 'inFlight' | 'settled'
}

/**
 * Which items may be sent: an item is ready when every earlier item that shares a key with it is
 * settled, so that its outcome does not depend on what else is under way. No I/O.
 */
export class Schedule<Item extends ScheduledItem> {
  readonly #ready = new Map<string, Place<Item>[]>()
  readonly #places: readonly Place<Item>[]
  #unsettled: number
  #lastBlock: number

  /** `minBlock` is the block that every item is to see at least. */
  constructor(items: readonly Item[], minBlock: number) {
    const places = items.map((item): Place<Item> => {
      return { item, minBlock, waitingFor: 0, followers: [], height: 0, state: 'waiting' }
    })
    chain(places)
    measure(places)
    this.#places = places
    this.#unsettled = places.length
    this.#lastBlock = minBlock
    for (const place of places) if (place.waitingFor === 0) this.#makeReady(place)
  }

  /** How many items are not settled. */
  get unsettled(): number {
    return this.#unsettled
  }

  /** The highest block that a settled item was booked in. */
  get lastBlock(): number {
    return this.#lastBlock
  }

  /** Takes at most `most` items of a gateway that are ready, the longest chains first. */
  take(gateway: string, most: number): readonly Slot<Item>[] {
    const ready = this.#ready.get(gateway)
    if (ready === undefined || ready.length === 0) return []
    ready.sort((left, right) => right.height - left.height)
    const taken = ready.splice(0, most)
    for (const place of taken) place.state = 'inFlight'
    return taken
  }

  /** Makes an item ready again that was taken and got no final answer. */
  putBack(slot: Slot<Item>): void {
    this.#makeReady(this.#inFlight(slot))
  }

  /** Settles an item that was taken; `block` is the one it was booked in, if any. */
  settle(slot: Slot<Item>, block: number | undefined): void {
    const place = this.#inFlight(slot)
    place.state = 'settled'
    this.#unsettled -= 1
    // A refusal that nothing recorded has no block; what came before it must still be seen.
    const seen = Math.max(place.minBlock, block ?? 0)
    this.#lastBlock = Math.max(this.#lastBlock, seen)
    for (const follower of place.followers) {
      follower.minBlock = Math.max(follower.minBlock, seen)
      follower.waitingFor -= 1
      if (follower.waitingFor === 0) this.#makeReady(follower)
    }
  }

  /** The items that are not settled, in their order. */
  unsettledItems(): Item[] {
    return this.#places.filter(({ state }) => state !== 'settled').map(({ item }) => item)
  }

  #inFlight(slot: Slot<Item>): Place<Item> {
    // Slots are only ever handed out by `take`, which hands out places.
    const place = slot as Place<Item>
    if (place.state !== 'inFlight') throw new Error(`the item is ${place.state}, not in flight`)
    return place
  }

  #makeReady(place: Place<Item>): void {
    place.state = 'ready'
    const ready = this.#ready.get(place.item.gateway)
    if (ready === undefined) this.#ready.set(place.item.gateway, [place])
    else ready.push(place)
  }
}

/** Lets each item wait for the last earlier one of each of its keys; that one waits for its own. */
function chain<Item extends ScheduledItem>(places: readonly Place<Item>[]): void {
  const lastWith = new Map<string, Place<Item>>()
  for (const place of places) {
    const before = new Set<Place<Item>>()
    for (const key of new Set(place.item.keys)) {
      const last = lastWith.get(key)
      if (last !== undefined) before.add(last)
      lastWith.set(key, place)
    }
    place.waitingFor = before.size
    for (const earlier of before) earlier.followers.push(place)
  }
}

function measure<Item>(places: readonly Place<Item>[]): void {
  for (const place of places.toReversed()) {
    for (const follower of place.followers)
      place.height = Math.max(place.height, follower.height + 1)
  }
}
