import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Network } from '../../network/start-network.ts'
import { startNetwork } from '../../network/start-network.ts'
import { makeDay } from '../support/made-day.ts'
import type { DayTotals, PlayedDay } from '../support/played-day.ts'
import { DayPlay, totalsOf } from '../support/played-day.ts'

/** One line of so many; all 42,840 are played by `npm run bench -- day --date 2026-12-02`. */
const PART = 5
/** One play on a machine that others use as well. */
const LONG_MS = 600_000

let dir: string
let network: Network
let played: PlayedDay
let totals: DayTotals
let expected: DayTotals

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-second-day-'))
  const made = makeDay(dir, PART, '2026-12-02')
  const dataDir = join(dir, 'data')
  network = await startNetwork({ dataDir, ports: 'any' })
  played = await new DayPlay(made.day, dataDir).played()
  totals = totalsOf(played)
  expected = made.expected
}, LONG_MS)

afterAll(async () => {
  await network.close()
  rmSync(dir, { recursive: true })
})

describe('a day of coupons, gifts, orders and auctions through the gateways', () => {
  test('gives every line the result that the independent tally gives it', () => {
    expect(totals.lines.length).toBeGreaterThanOrEqual(8_000)
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
