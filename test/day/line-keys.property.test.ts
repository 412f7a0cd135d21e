import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readDayFiles } from '../../cli/day/day-files.ts'
import { keysOfDay } from '../../cli/day/line-keys.ts'
import type { Slot } from '../../cli/day/schedule.ts'
import { Schedule } from '../../cli/day/schedule.ts'
import type { DayTally } from './tally.ts'
import { tallyDay } from './tally.ts'

const GENERATOR = join(import.meta.dirname, '../../data/generate-day.ts')

interface Item {
  readonly gateway: string
  readonly keys: readonly string[]
  readonly name: string
}

let dir: string
/** The lines of the opening date and of the trading date, with what each depends on. */
let phases: Item[][]

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-line-keys-'))
  const args = ['--seed', '11', '--date', '2026-12-02', '--part', '8', '--out', dir]
  execFileSync(process.execPath, [GENERATOR, ...args])
  const { lines, tradingDate } = readDayFiles(dir)
  const keys = keysOfDay(lines)
  const items = lines.map((line) => {
    const name = nameOf(line)
    return { item: { gateway: 'any', keys: keys.get(line) ?? [], name }, time: line.time }
  })
  phases = [true, false].map((isEvening) =>
    items.filter(({ time }) => time < tradingDate === isEvening).map(({ item }) => item),
  )
})

afterAll(() => rmSync(dir, { recursive: true }))

function nameOf({ organisation, kind, line }: Omit<DayTally['lines'][number], 'result'>): string {
  return `${organisation} ${kind} ${line}`
}

/** An order in which the lines may be answered when several are under way at a time. */
function anyOrder(items: readonly Item[], draw: (bound: number) => number): string[] {
  const schedule = new Schedule(items, 0)
  const ready: Slot<Item>[] = []
  const order: string[] = []
  while (schedule.unsettled > 0) {
    ready.push(...schedule.take('any', items.length))
    const at = draw(ready.length)
    const [slot] = ready.splice(at, 1)
    if (slot === undefined) throw new RangeError('nothing is ready')
    order.push(slot.item.name)
    schedule.settle(slot, undefined)
  }
  return order
}

function resultsOf({ lines }: DayTally): string[] {
  return lines.map((line) => `${nameOf(line)} ${line.result}`).sort()
}

test('lines that share no key may be answered in any order', () => {
  const expected = tallyDay(dir)
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
      const draw = (bound: number): number => Number(numbers.next().value) % bound
      const order = phases.flatMap((items) => anyOrder(items, draw))
      const places = new Map(order.map((name, at) => [name, at]))
      const tally = tallyDay(dir, (lines) =>
        lines.toSorted(
          (one, other) => (places.get(nameOf(one)) ?? 0) - (places.get(nameOf(other)) ?? 0),
        ),
      )
      expect(tally.lines.map(nameOf)).toEqual(order)
      expect(resultsOf(tally)).toEqual(resultsOf(expected))
      expect(tally.trialBalance).toEqual(expected.trialBalance)
      expect(tally.assets).toEqual(expected.assets)
    }),
    { numRuns: 12 },
  )
})
