import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readGatewaysFile } from '../../network/gateways-file.ts'
import { KillableNetwork } from '../support/fabric-faults.ts'
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

const ASKED = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const BASE_PORT = 23_400
const UP_LIMIT_MS = 20 * 60_000
const LIMIT_MS = 5 * 60_000

if (!ASKED) console.warn('SKIPPED: a day on Fabric under faults; TALLYSTICK_TEST_FABRIC=1 runs it.')

interface Books {
  readonly organisation: string
  readonly rows: unknown
  readonly detail: unknown
  readonly isRight: boolean
}

/** The trial balance as each organisation's gateway has it, once it has applied a block. */
async function booksEverywhere(dataDir: string, minBlock: string): Promise<readonly Books[]> {
  const { gateways = [] } = readGatewaysFile(dataDir) ?? {}
  return await Promise.all(
    gateways.map(async ({ organisation, url, tokens }) => {
      const headers = { authorization: `Bearer ${tokens.auditor}` }
      const response = await fetch(`${url}/trial-balance?minBlock=${minBlock}`, { headers })
      const body = (await response.json()) as Record<string, unknown>
      const { rows, detail, balanced, generalEqualsDetail } = body
      return {
        organisation,
        rows,
        detail,
        isRight: balanced === true && generalEqualsDetail === true,
      }
    }),
  )
}

async function expectSameBooks(
  dataDir: string,
  { summary: { trialBalance } }: PlayedDay,
  organisations: readonly string[],
): Promise<void> {
  const { asOfBlock = '', rows, detail } = trialBalance ?? {}
  const expected = organisations.map((organisation) => {
    return { organisation, rows, detail, isRight: true }
  })
  expect(await booksEverywhere(dataDir, asOfBlock)).toEqual(expected)
}

/** A made day and a network of its own for each suite, and the way to them. */
function site(parts: number): () => Site {
  let here: Site | undefined
  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tallystick-'))
    const made = makeDay(dir, parts)
    const place = { dataDir: join(dir, 'data'), basePort: BASE_PORT }
    here = { dir, made, network: await KillableNetwork.up(place) }
  }, UP_LIMIT_MS)
  afterAll(async () => {
    await here?.network.remove()
    if (here !== undefined) rmSync(here.dir, { recursive: true })
  }, LIMIT_MS)
  return () => {
    if (here === undefined) throw new Error('the network is not up')
    return here
  }
}

interface Site {
  readonly dir: string
  readonly made: MadeDay
  readonly network: KillableNetwork
}

describe.runIf(ASKED)(
  'a day on Fabric, killed as a whole and by parts',
  { timeout: LIMIT_MS },
  () => {
    const here = site(4)
    let played: PlayedDay

    test('has whole books after everything was killed at once and started again', async () => {
      const { made, network } = here()
      const play = startPlay(made, network.dataDir)
      await play.reaches(0.2)
      await network.killEverything()
      await play.stop()
      await network.start()
      await network.isWhole()
      const books = await booksEverywhere(network.dataDir, '0')
      expect(books.map(({ isRight }) => isRight)).toEqual([true, true, true])
    })

    test('is played to its end while one process after another is killed', async () => {
      const { made, network } = here()
      const play = startPlay(made, network.dataDir)
      const victims = [
        () => 'mall-peer0',
        () => 'mall-gateway',
        () => 'airline-chaincode1',
        async () => await network.leader(),
        () => 'operator-orderer0',
      ]
      for (const [index, victim] of victims.entries()) {
        await play.reaches(0.3 + index * 0.1)
        await network.kill(await victim())
        await network.isWhole()
        expect(play.isOver).toBe(false)
      }
      played = await play.played()
      expectTotals(played, made.expected)
      // It was in the middle, and what had been acknowledged was kept.
      expect(played.summary.replayed).toBeGreaterThan(played.summary.lines * 0.15)
      expect(played.summary.replayed).toBeLessThan(played.summary.lines * 0.5)
    })

    test('is the same day as on the embedded ledger', async () => {
      const { dir, made } = here()
      const embedded = await playEmbedded(made, join(dir, 'embedded'))
      expect(totalsOf(embedded)).toEqual(totalsOf(played))
      const { rows, detail } = embedded.summary.trialBalance ?? {}
      expect(played.summary.trialBalance).toMatchObject({ rows, detail })
    })

    test('is the same when it is played once more, with nothing booked twice', async () => {
      const { made, network } = here()
      const again = await startPlay(made, network.dataDir).played()
      expectTotals(again, made.expected)
      const hashes = again.lines.map(({ entryHash }) => entryHash)
      expect(hashes).toEqual(played.lines.map(({ entryHash }) => entryHash))
      const entries = again.lines.filter(({ result }) => result === 'entry')
      expect(new Set(entries.map(({ entryHash }) => entryHash)).size).toBe(entries.length)
      expect(entries.filter(({ replayed }) => !replayed)).toEqual([])
    })

    test('leaves the same books at every gateway and the same blocks at every peer', async () => {
      const { network } = here()
      await expectSameBooks(network.dataDir, played, ['bank', 'mall', 'airline'])
      expect(await network.command('verify')).toMatch(/^3 peers agree on \d+ blocks\.\n$/)
    })

    test('holds before an auditor, at one peer and at another', async () => {
      await expectAudited(here().network.dataDir, ['bank', 'airline'])
    })
  },
)

describe.runIf(ASKED)('a day on Fabric, upgraded and joined', { timeout: LIMIT_MS }, () => {
  const here = site(2)
  let played: PlayedDay

  test('is played to its end, with no failed line', async () => {
    const { made, network } = here()
    const play = startPlay(made, network.dataDir)
    await play.reaches(0.05)
    let isOverByThen = true
    await network.change(() => {
      isOverByThen = play.isOver
    })
    // On a slow machine the newcomer may come after the last line; live-changes.test.ts sees to that.
    expect(isOverByThen).toBe(false)
    played = await play.played()
    expectTotals(played, made.expected)
    expect(await network.names()).toContain('store-chaincode2')
  })

  test('leaves the same books at every gateway and the same blocks at every peer', async () => {
    const { network } = here()
    await expectSameBooks(network.dataDir, played, ['bank', 'mall', 'airline', 'store'])
    expect(await network.command('verify')).toMatch(/^4 peers agree on \d+ blocks\.\n$/)
  })

  test('holds before an auditor, at the peer of the newcomer too', async () => {
    await expectAudited(here().network.dataDir, ['store', 'bank'])
  })
})
