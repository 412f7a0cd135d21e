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

/** Follows a schedule from outside and says what a slot that was taken must have waited for. */
class Observer {
  readonly inFlight: Slot<Item>[] = []
  readonly settled = new Map<number, number>()
  readonly #items: readonly Item[]

  constructor(list: readonly Item[]) {
    this.#items = list
  }

  check({ item, minBlock }: Slot<Item>): void {
    const before = this.#items
      .slice(0, item.index)
      .filter(({ keys }) => keys.some((key) => item.keys.includes(key)))
    expect(before.filter(({ index }) => !this.settled.has(index))).toEqual([])
    expect(this.settled.has(item.index)).toBe(false)
    expect(this.inFlight.map((slot) => slot.item.index)).not.toContain(item.index)
    const blocks = before.map(({ index }) => this.settled.get(index) ?? 0)
    expect(minBlock).toBeGreaterThanOrEqual(Math.max(0, ...blocks))
  }
}

function run(list: readonly Item[], steps: readonly Step[]): void {
  const schedule = new Schedule(list, 0)
  const observer = new Observer(list)
  const take = (gateway: string, most: number): void => {
    const slots = schedule.take(gateway, most)
    expect(slots.length).toBeLessThanOrEqual(most)
    for (const slot of slots) {
      expect(slot.item.gateway).toBe(gateway)
      observer.check(slot)
      observer.inFlight.push(slot)
    }
  }
  const pick = (which: number): Slot<Item> | undefined =>
    observer.inFlight.splice(which % Math.max(1, observer.inFlight.length), 1)[0]
  const settle = (which: number, block: number | undefined): void => {
    const slot = pick(which)
    if (slot === undefined) return
    schedule.settle(slot, block)
    observer.settled.set(slot.item.index, block ?? 0)
  }
  for (const next of steps) {
    if (next.act === 'take') take(next.gateway, next.most)
    else if (next.act === 'settle') settle(next.which, next.block)
    else {
      const slot = pick(next.which)
      if (slot !== undefined) schedule.putBack(slot)
    }
  }
  // Whatever happened, going on from there settles everything: nothing waits for ever.
  for (let round = 0; round <= list.length && schedule.unsettled > 0; round += 1) {
    for (const gateway of GATEWAYS) take(gateway, list.length)
    while (observer.inFlight.length > 0) settle(0, undefined)
  }
  expect(schedule.unsettled).toBe(0)
  expect(schedule.unsettledItems()).toEqual([])
  expect(observer.settled.size).toBe(list.length)
}

test('an item is never taken before the earlier ones that share a key are settled', () => {
  fc.assert(fc.property(items, fc.array(step, { maxLength: 120 }), run))
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
