import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../../ledger/clock.ts'
import { afterTick } from '../../ledger/clock.ts'
import { clockKey } from '../../ledger/keys.ts'
import { acceptAll, openedLedger } from '../support/opened-ledger.ts'
import { signed } from '../support/world.ts'

const FOUR = ['airline', 'bank', 'mall', 'port']

function clockAfter(ticks: readonly (readonly [string, number])[], among: string[]): bigint[] {
  let clock: Clock | undefined
  return ticks.map(([organisation, time]) => {
    clock = afterTick(clock, { organisation, time: BigInt(time) }, among)
    return clock.time
  })
}

test('no organisation alone moves the clock, two out of three do', async () => {
  const ledger = await openedLedger()
  const tick = async (organisation: string, time: string): Promise<bigint | undefined> => {
    await acceptAll(ledger, organisation, [signed('TickClock', organisation, { time })])
    return ledger.get(clockKey)?.time
  }
  expect(await tick('mall', '1796083200')).toBe(0n)
  expect(await tick('mall', '1796090000')).toBe(0n)
  expect(await tick('bank', '1796083300')).toBe(1_796_083_300n)
  expect(await tick('airline', '1796083250')).toBe(1_796_083_300n)
  expect(await tick('airline', '1796083400')).toBe(1_796_083_400n)
})

test('of four organisations three must have come to a time', () => {
  const ticks = [
    ['mall', 100],
    ['bank', 90],
    ['port', 80],
    ['airline', 95],
  ] as const
  expect(clockAfter(ticks, FOUR)).toEqual([0n, 0n, 80n, 90n])
})

test('the clock never goes back, and is never ahead of a majority', () => {
  const tick = fc.tuple(fc.constantFrom(...FOUR), fc.nat(1000))
  fc.assert(
    fc.property(fc.array(tick), fc.integer({ min: 1, max: 4 }), (ticks, size) => {
      const among = FOUR.slice(0, size)
      const latest = new Map<string, number>()
      const later = ticks.filter(([organisation, time]) => {
        if (!among.includes(organisation) || time <= (latest.get(organisation) ?? 0)) return false
        latest.set(organisation, time)
        return true
      })
      const times = clockAfter(later, among)
      expect(times).toEqual(times.toSorted((one, other) => Number(one - other)))
      const now = times.at(-1) ?? 0n
      const reached = [...latest.values()].filter((time) => BigInt(time) >= now)
      expect(now === 0n || reached.length > size / 2).toBe(true)
    }),
    { seed: 20261204 },
  )
})
