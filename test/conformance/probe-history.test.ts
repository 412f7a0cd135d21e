import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { historyOf } from './probe-history.ts'
import { asCut, happen } from './probe-run.ts'
import type { ProbeOutcome } from './probe-run.ts'
import type { ProbeSite } from './probe-site.ts'
import { embeddedSite, fabricSite } from './probe-site.ts'
import { TAMPERINGS } from './tampering.ts'

const ON_FABRIC = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const GOLDEN_SEED = 2026
const SEED = Number(process.env['TALLYSTICK_PROBE_SEED'] ?? GOLDEN_SEED)
const TRANSACTIONS = 1000
const FABRIC_PORT = 19_400
const FABRIC_LIMIT_MS = 15 * 60_000

const history = historyOf(SEED, TRANSACTIONS)

async function happenAt(opening: Promise<ProbeSite>, steps: typeof history): Promise<ProbeOutcome> {
  const site = await opening
  try {
    return await happen(site, steps)
  } finally {
    await site.close()
  }
}

/** Every verdict, and the rest, which is long, by its digest. */
function golden({ lines }: ProbeOutcome): string {
  const rest = lines.filter((line) => !isVerdict(line)).join('\n')
  const digest = `all else: sha256 ${hash('sha256', rest)}`
  return [`seed ${GOLDEN_SEED}`, ...lines.filter(isVerdict), digest, ''].join('\n')
}

function isVerdict(line: string): boolean {
  return line.includes(' submitted, ')
}

/** Where two ledgers first differ, in words; undefined when they do not. */
function firstDifference(embedded: readonly string[], fabric: readonly string[]): unknown {
  const at = embedded.findIndex((line, index) => line !== fabric[index])
  if (at < 0 && embedded.length === fabric.length) return undefined
  const [one, other] = at < 0 ? [embedded.at(-1), fabric.at(-1)] : [embedded[at], fabric[at]]
  return { seed: SEED, line: at, embedded: one, fabric: other }
}

describe('a history', () => {
  test('has the transactions that it is asked for, and of each kind some', () => {
    const submitted = history.flatMap((step) => step.submitted)
    expect(submitted.length).toBeGreaterThanOrEqual(TRANSACTIONS)
    const kinds = new Set(submitted.map(({ tampering }) => tampering))
    expect([...TAMPERINGS].filter((kind) => !kinds.has(kind))).toEqual([])
    expect(history.filter((step) => step.submitted.length > 1).length).toBeGreaterThan(100)
  })

  test('is the same for the same seed', () => {
    expect(historyOf(SEED, TRANSACTIONS)).toEqual(history)
    expect(historyOf(SEED + 1, TRANSACTIONS)).not.toEqual(history)
  })
})

test.runIf(SEED === GOLDEN_SEED)('the embedded ledger judges it as Fabric did', async () => {
  const outcome = await happenAt(embeddedSite(), history)
  await expect(golden(outcome)).toMatchFileSnapshot('probe-history.golden.txt')
})

if (!ON_FABRIC) console.warn('SKIPPED: the probe on real Fabric; TALLYSTICK_TEST_FABRIC=1 runs it.')

test.runIf(ON_FABRIC)(
  'Fabric and the embedded ledger give the same answers, codes and state',
  async () => {
    const fabric = await happenAt(fabricSite(FABRIC_PORT), history)
    // Now and then Fabric cuts a block in the middle of a step.
    const embedded = await happenAt(embeddedSite(), asCut(history, fabric.cuts))
    expect(firstDifference(embedded.lines, fabric.lines)).toBeUndefined()
    expect(fabric.lines.length).toBeGreaterThan(TRANSACTIONS)
  },
  FABRIC_LIMIT_MS,
)
