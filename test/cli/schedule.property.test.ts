import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ScheduledItem, Slot } from '../../cli/day/schedule.ts'
import { Schedule } from '../../cli/day/schedule.ts'

interface Item extends ScheduledItem {
  readonly index: number
}

const GATEWAYS = ['bank', 'mall'] as const

const items = fc
  .array(
    fc.record({
      gateway: fc.constantFrom(...GATEWAYS),
      keys: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 3 }),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.map((item, index): Item => ({ ...item, index })))

/** What may happen next; numbers choose among what is possible. */
const step = fc.oneof(
  fc.record({
    act: fc.constant('take' as const),
    gateway: fc.constantFrom(...GATEWAYS),
    most: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    act: fc.constant('settle' as const),
    which: fc.nat(),
    block: fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined }),
  }),
  fc.record({ act: fc.constant('putBack' as const), which: fc.nat() }),
)

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** Follows a schedule from outside. */
class Observer {
  readonly inFlight: Slot<Item>[] = []
  /** The block of each item that is settled; 0 for none. */
  readonly settled = new Map<number, number>()
  readonly faults: string[] = []
  readonly #items: readonly Item[]
  readonly #schedule: Schedule<Item>

  constructor(list: readonly Item[]) {
    this.#items = list
    this.#schedule = new Schedule(list, 0)
  }

  get unsettled(): number {
    return this.#schedule.unsettled
  }

  act(next: Step): void {
    if (next.act === 'take') this.take(next.gateway, next.most)
    else if (next.act === 'settle') this.settle(next.which, next.block)
    else this.#putBack(next.which)
  }

  take(gateway: string, most: number): void {
    const slots = this.#schedule.take(gateway, most)
    if (slots.length > most) this.faults.push(`${slots.length} items for ${most}`)
    for (const slot of slots) {
      this.#check(slot, gateway)
      this.inFlight.push(slot)
    }
  }

  settle(which: number, block: number | undefined): void {
    const slot = this.#pick(which)
    if (slot === undefined) return
    this.#schedule.settle(slot, block)
    this.settled.set(slot.item.index, block ?? 0)
  }

  #putBack(which: number): void {
    const slot = this.#pick(which)
    if (slot !== undefined) this.#schedule.putBack(slot)
  }

  #pick(which: number): Slot<Item> | undefined {
    return this.inFlight.splice(which % Math.max(1, this.inFlight.length), 1)[0]
  }

  #check({ item, minBlock }: Slot<Item>, gateway: string): void {
    const { index, keys } = item
    if (item.gateway !== gateway) this.faults.push(`${index} at another gateway`)
    if (this.settled.has(index)) this.faults.push(`${index} after it was settled`)
    if (this.inFlight.some((slot) => slot.item === item)) this.faults.push(`${index} twice`)
    for (const earlier of this.#items.slice(0, index)) {
      if (!earlier.keys.some((key) => keys.includes(key))) continue
      const block = this.settled.get(earlier.index)
      if (block === undefined) this.faults.push(`${index} before ${earlier.index}`)
      else if (block > minBlock) this.faults.push(`${index} without block ${block}`)
    }
  }
}

test('an item is never taken before the earlier ones that share a key are settled', () => {
  fc.assert(
    fc.property(items, fc.array(step, { maxLength: 120 }), (list, steps) => {
      const observer = new Observer(list)
      for (const next of steps) observer.act(next)
      // Whatever happened, going on from there settles everything: nothing waits for ever.
      for (let round = 0; round <= list.length && observer.unsettled > 0; round += 1) {
        for (const gateway of GATEWAYS) observer.take(gateway, list.length)
        while (observer.inFlight.length > 0) observer.settle(0, undefined)
      }
      expect(observer.faults).toEqual([])
      expect(observer.settled.size).toBe(list.length)
    }),
  )
})

test('what comes after sees the blocks of all before it, past refusals without a block', () => {
  const chain = [0, 1, 2].map((index): Item => ({ gateway: 'bank', keys: ['a'], index }))
  const schedule = new Schedule(chain, 3)
  const blocks = [7, undefined, undefined].map((block) => {
    const [slot] = schedule.take('bank', 9)
    if (slot === undefined) throw new Error('nothing is ready')
    schedule.settle(slot, block)
    return slot.minBlock
  })
  expect(blocks).toEqual([3, 7, 7])
  expect(schedule.lastBlock).toBe(7)
})

test('the item that most others wait for is taken first', () => {
  const keys = [['x'], ['a'], ['a'], ['y']]
  const list = keys.map((own, index): Item => ({ gateway: 'bank', keys: own, index }))
  const [first] = new Schedule(list, 0).take('bank', 1)
  expect(first?.item.index).toBe(1)
})

test('an item that is not in flight cannot be settled', () => {
  const schedule = new Schedule([{ gateway: 'bank', keys: [], index: 0 }], 0)
  const [slot] = schedule.take('bank', 1)
  if (slot === undefined) throw new Error('nothing is ready')
  schedule.settle(slot, 1)
  expect(() => schedule.settle(slot, 1)).toThrow('not in flight')
})
