import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Network } from '../../network/start-network.ts'
import { startNetwork } from '../../network/start-network.ts'
import { downFabric } from '../../network/fabric/fabric-network.ts'
import type { MadeDay } from '../support/made-day.ts'
import {
  expectAudited,
  expectTotals,
  makeDay,
  playEmbedded,
  startPlay,
} from '../support/made-day.ts'
import type { PlayedDay } from '../support/played-day.ts'
import { totalsOf } from '../support/played-day.ts'
import { expectReconciled, expectSettled } from '../support/settled-day.ts'

const ASKED = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const BASE_PORT = 24_400
const LIMIT_MS = 5 * 60_000
/** One line of so many. */
const PART = 8

if (!ASKED) console.warn('SKIPPED: the second day on Fabric; TALLYSTICK_TEST_FABRIC=1 runs it.')

describe.runIf(ASKED)(
  'a day of coupons, gifts, auctions and agreements on Fabric',
  { timeout: LIMIT_MS },
  () => {
    let dir: string
    let made: MadeDay
    let network: Network
    let played: PlayedDay
    const dataDir = (): string => join(dir, 'data')

    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), 'tallystick-'))
      made = makeDay(dir, PART, '2026-12-02')
      const options = { engine: 'fabric', basePort: BASE_PORT } as const
      network = await startNetwork({ ...options, dataDir: dataDir(), ports: 'any' })
    }, LIMIT_MS)

    afterAll(async () => {
      await network.close()
      await downFabric(dataDir())
      rmSync(dir, { recursive: true })
    }, LIMIT_MS)

    test('gives every line the result of the tally, and ends with its books', async () => {
      played = await startPlay(made, dataDir()).played()
      expectTotals(played, made.expected)
    })

    test('is the same day as on the embedded ledger', async () => {
      const embedded = await playEmbedded(made, join(dir, 'embedded'))
      expect(totalsOf(embedded)).toEqual(totalsOf(played))
    })

    test('ends with a settled cycle, and reconciliations that find what is planted', async () => {
      const { cycle } = await expectSettled(dataDir())
      await expectReconciled(dataDir(), cycle)
    })

    test('holds before an auditor', async () => {
      await expectAudited(dataDir(), ['mall'])
    })
  },
)
