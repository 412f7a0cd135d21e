import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Network } from '../../network/start-network.ts'
import { startNetwork } from '../../network/start-network.ts'
import type { DayTotals, PlayedDay } from '../support/played-day.ts'
import { DayPlay, totalsOf, totalsOfTally } from '../support/played-day.ts'
import { tallyDay } from './tally.ts'

const DAY = join(import.meta.dirname, '../../data/2026-12-02')
/** One play on a machine that others use as well. */
const LONG_MS = 600_000

let dir: string
let network: Network
let played: PlayedDay
let totals: DayTotals
let expected: DayTotals

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-second-day-'))
  network = await startNetwork({ dataDir: dir, ports: 'any' })
  played = await new DayPlay(DAY, dir).played()
  totals = totalsOf(played)
  expected = totalsOfTally(tallyDay(DAY))
}, LONG_MS)

afterAll(async () => {
  await network.close()
  rmSync(dir, { recursive: true })
})

describe('a day of coupons, gifts, orders and auctions through the gateways', () => {
  test('gives every line the result that the independent tally gives it', () => {
    expect(totals.lines.length).toBeGreaterThanOrEqual(40_000)
    expect(totals.lines).toEqual(expected.lines)
  })

  test('leaves nothing open', () => {
    // A line that is answered late is sent again, which is no harm.
    expect(played.summary).toMatchObject({ unresolved: 0 })
  })

  test('ends with the trial balance of the tally, escrows and coupons included', () => {
    expect(played.summary.trialBalance).toMatchObject({ balanced: true, generalEqualsDetail: true })
    expect(totals.sums).toEqual(expected.sums)
    const codes = new Set(totals.sums.map((sum) => sum.slice(0, 4)))
    expect([...codes]).toEqual(expect.arrayContaining(['7101', '7102', '7103', '7104', '7107']))
  })

  test('ends with the clearing between organisations of the tally', () => {
    expect(totals.clearing).toEqual(expected.clearing)
    expect(totals.clearing.length).toBeGreaterThanOrEqual(8)
  })

  test('leaves outstanding what the tally leaves', () => {
    expect(totals.programmes).toEqual(expected.programmes)
  })
})
