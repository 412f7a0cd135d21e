import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDemoKeys } from '../../cli/demo-keys.ts'
import { firstGateway, openGateways } from '../../cli/gateways-file.ts'
import type { Network } from '../../network/start-network.ts'
import { startNetwork } from '../../network/start-network.ts'
import type { Run } from '../cli/run-tallystick.ts'
import { runTallystick } from '../cli/run-tallystick.ts'
import { expectAudited } from '../support/made-day.ts'
import { expectReconciled, expectSettled } from '../support/settled-day.ts'
import type { DayTally } from './tally.ts'
import { tallyDay } from './tally.ts'

const DAY = join(import.meta.dirname, '../../data/2026-12-01')
/** Two plays on a machine that others use as well. */
const LONG_MS = 300_000

/** Refusals that the ledger does not keep: given anew in each play. */
const UNRECORDED = ['LINE_MALFORMED', 'COMMAND_MALFORMED', 'ACTOR_UNKNOWN']

interface ResultLine {
  readonly organisation: string
  readonly kind: string
  readonly line: number
  readonly result: string
  readonly replayed: boolean
  readonly entryHash?: string
}

interface TrialBalanceRow {
  readonly code: string
  readonly asset: string
  readonly debit: string
  readonly credit: string
}

interface Summary {
  readonly lines: number
  readonly entries: number
  readonly refusals: Readonly<Record<string, number>>
  readonly replayed: number
  readonly unresolved: number
  readonly trialBalance: {
    readonly businessDate: string
    readonly rows: readonly TrialBalanceRow[]
    readonly detail: readonly {
      readonly organisation: string
      readonly counterparty: string
      readonly cycle: string
      readonly balance: string
    }[]
    readonly balanced: boolean
    readonly generalEqualsDetail: boolean
  }
  readonly liability: readonly {
    readonly asset: string
    readonly issued: string
    readonly redeemed: string
    readonly outstanding: string
  }[]
}

interface Play {
  readonly run: Run
  readonly summary: Summary
  readonly results: readonly ResultLine[]
}

let dir: string
let network: Network
let tally: DayTally
let first: Play
let second: Play

async function play(): Promise<Play> {
  const file = join(dir, 'results.ndjson')
  const run = await runTallystick(['day', DAY, '--data', dir, '--json', '--results', file])
  if (run.status !== 0) throw new Error(`exit code ${run.status}: ${run.stderr}\n${run.stdout}`)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return {
    run,
    summary: JSON.parse(run.stdout) as Summary,
    results: lines.map((line) => JSON.parse(line) as ResultLine),
  }
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-played-day-'))
  network = await startNetwork({ dataDir: dir, ports: 'any' })
  tally = tallyDay(DAY)
  first = await play()
  second = await play()
}, LONG_MS)

afterAll(async () => {
  await network.close()
  rmSync(dir, { recursive: true })
})

function placesOf(lines: readonly Omit<ResultLine, 'replayed'>[]): string[] {
  return lines.map(
    ({ organisation, kind, line, result }) => `${organisation} ${kind} ${line} ${result}`,
  )
}

/** Sums per code and asset, debit positive; those that are zero are left out. */
function sumsOf(rows: readonly { code: string; asset: string; balance: bigint }[]): string[] {
  const sums = new Map<string, bigint>()
  for (const { code, asset, balance } of rows) {
    const account = `${code} ${asset}`
    sums.set(account, (sums.get(account) ?? 0n) + balance)
  }
  return [...sums]
    .filter(([, sum]) => sum !== 0n)
    .map(([account, sum]) => `${account} ${sum}`)
    .toSorted()
}

describe('a trading day through the gateways', () => {
  test('gives every line the result that the independent tally gives it', () => {
    expect(placesOf(first.results)).toEqual(placesOf(tally.lines))
  })

  test('counts entries and refusals per code as the tally does', () => {
    const { lines, entries, refusals, unresolved, replayed } = first.summary
    expect(lines).toBe(tally.lines.length)
    expect({ entry: entries, ...refusals }).toEqual(Object.fromEntries(tally.counts))
    expect({ unresolved, replayed }).toEqual({ unresolved: 0, replayed: 0 })
  })

  test('has one entry of its own for every accepted line', () => {
    const accepted = first.results.filter(({ result }) => result === 'entry')
    const hashes = new Set(accepted.map(({ entryHash }) => entryHash))
    expect(hashes.size).toBe(accepted.length)
    expect([...hashes].every((hash) => /^[0-9a-f]{64}$/.test(hash ?? ''))).toBe(true)
  })

  test('ends with the trial balance of the tally', () => {
    const { trialBalance } = first.summary
    expect(trialBalance).toMatchObject({ balanced: true, generalEqualsDetail: true })
    expect(trialBalance.businessDate).toBe('2026-12-01')
    const rows = trialBalance.rows.map(({ code, asset, debit, credit }) => {
      return { code, asset, balance: BigInt(debit) - BigInt(credit) }
    })
    expect(sumsOf(rows)).toEqual(sumsOf(tally.trialBalance))
  })

  test('ends with the clearing between organisations of the tally', () => {
    const clearing = first.summary.trialBalance.detail.map(
      ({ organisation, counterparty, cycle, balance }) =>
        `${organisation} ${counterparty} ${cycle} ${balance}`,
    )
    const expected = tally.trialBalance.flatMap(({ clearing: pair, balance }) =>
      pair === undefined
        ? []
        : [`${pair.organisation} ${pair.counterparty} ${pair.cycle} ${balance}`],
    )
    expect(clearing.toSorted()).toEqual(expected.toSorted())
  })

  test('leaves outstanding what the tally leaves', () => {
    const outstanding = first.summary.liability.map(({ asset, ...sums }) => [asset, sums] as const)
    expect(outstanding).toHaveLength(tally.assets.size)
    for (const [asset, { issued, redeemed, outstanding: left }] of outstanding) {
      const expected = tally.assets.get(asset)
      expect([asset, issued, redeemed, left]).toEqual([
        asset,
        String(expected?.issued),
        String(expected?.redeemed),
        String(expected?.outstanding),
      ])
    }
  })

  test('leaves every member with what the tally gives him', async () => {
    const gateway = firstGateway(openGateways(dir))
    const keys = openDemoKeys(dir)
    const members = readFileSync(join(DAY, 'members.csv'), 'utf8').match(/\w+:m-\w+/g) ?? []
    expect(members).toHaveLength(2_000)
    const held: string[] = []
    // Not all at once: a few connections will do.
    const waiting = members.values()
    const read = async (): Promise<void> => {
      for (const member of waiting) {
        const account = encodeURIComponent(keys.accountOf(member))
        const { owner, holdings } = await gateway.read(`/accounts/${account}`, AccountText)
        expect(owner).toBe(member)
        for (const { asset, available, lots } of holdings) {
          const total = lots.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
          if (total > 0n) held.push(`${member} ${asset} ${total} ${available}`)
        }
      }
    }
    await Promise.all(Array.from({ length: 8 }, read))
    const expected = tally.balances.map(
      ({ member, asset, total, spendable }) => `${member} ${asset} ${total} ${spendable}`,
    )
    expect(held.toSorted()).toEqual(expected.toSorted())
  })
})

describe('the same day played again', () => {
  test('gives every line the same result, and the same entry', () => {
    expect(placesOf(second.results)).toEqual(placesOf(first.results))
    const hashes = first.results.map(({ entryHash }) => entryHash)
    expect(second.results.map(({ entryHash }) => entryHash)).toEqual(hashes)
  })

  test('replays every outcome that the ledger keeps', () => {
    const wrong = second.results.filter(
      ({ result, replayed }) => replayed === UNRECORDED.includes(result),
    )
    expect(wrong).toEqual([])
  })

  test('leaves the books as they were', () => {
    const { trialBalance, liability } = first.summary
    const { rows, detail, businessDate } = trialBalance
    expect(second.summary).toMatchObject({
      trialBalance: { rows, detail, businessDate },
      liability,
    })
  })
})

const AccountText = Type.Object({
  owner: Type.String(),
  holdings: Type.Array(
    Type.Object({
      asset: Type.String(),
      available: Type.String(),
      lots: Type.Array(Type.Object({ amount: Type.String() })),
    }),
  ),
})

test(
  'the day ends with a settled cycle, and three reconciliations that find what is planted',
  async () => {
    const { cycle } = await expectSettled(dir)
    expect(cycle).toBe('2026-12-01.1')
    const again = await runTallystick(['settle', '--data', dir, '--cycle', cycle, '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'settled' })
    await expectReconciled(dir, cycle)
    await expectAudited(dir, ['mall'])
  },
  LONG_MS,
)
