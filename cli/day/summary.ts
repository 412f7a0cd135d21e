import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { Gateways } from '../gateways-file.ts'
import { firstGateway } from '../gateways-file.ts'
import type { LineResult } from './play-lines.ts'

const AmountText = Type.String({ pattern: '^-?[0-9]+$' })

const TrialBalanceText = Type.Object({
  asOfBlock: Type.String(),
  businessDate: Type.Union([Type.String(), Type.Null()]),
  rows: Type.Array(
    Type.Object({
      code: Type.String(),
      name: Type.String(),
      asset: Type.String(),
      debit: AmountText,
      credit: AmountText,
      balance: AmountText,
    }),
  ),
  totals: Type.Array(Type.Object({ asset: Type.String(), debit: AmountText, credit: AmountText })),
  balanced: Type.Boolean(),
  generalEqualsDetail: Type.Boolean(),
})

const LiabilityText = Type.Object({
  asOfBlock: Type.String(),
  programmes: Type.Array(
    Type.Object({
      asset: Type.String(),
      issuer: Type.String(),
      issued: AmountText,
      redeemed: AmountText,
      expired: AmountText,
      outstanding: AmountText,
      liabilityMicroYuan: AmountText,
    }),
  ),
})

export type TrialBalance = Static<typeof TrialBalanceText>
export type Liability = Static<typeof LiabilityText>

/** What a play came to, and how the books stand after it. */
export interface Summary {
  readonly lines: number
  readonly entries: number
  /** How many lines were refused, per code. */
  readonly refusals: Readonly<Record<string, number>>
  readonly unresolved: number
  /** How many lines had their outcome from before. */
  readonly replayed: number
  readonly seconds: number
  readonly linesPerSecond: number
  readonly trialBalance: TrialBalance
  readonly liability: Liability['programmes']
}

/** Counts the results of a play that took so many milliseconds. */
export function countResults(
  results: readonly LineResult[],
  elapsedMs: number,
): Omit<Summary, 'trialBalance' | 'liability'> {
  const counts = new Map<string, number>()
  for (const { result } of results) counts.set(result, (counts.get(result) ?? 0) + 1)
  const { entry = 0, UNRESOLVED: unresolved = 0, ...refusals } = Object.fromEntries(counts)
  const answered = results.length - unresolved
  return {
    lines: results.length,
    entries: entry,
    refusals: Object.fromEntries(
      Object.entries(refusals).toSorted(([, left], [, right]) => right - left),
    ),
    unresolved,
    replayed: results.filter(({ replayed }) => replayed).length,
    seconds: Math.round(elapsedMs) / 1_000,
    linesPerSecond: Math.round(answered / (Math.max(1, elapsedMs) / 1_000)),
  }
}

/** Reads the trial balance and the liability as they stand once a block is applied. */
export async function readBooks(
  gateways: Gateways,
  minBlock: number,
  patienceMs: number,
): Promise<{ trialBalance: TrialBalance; liability: Liability['programmes'] }> {
  const gateway = firstGateway(gateways)
  const [trialBalance, { programmes }] = await Promise.all([
    gateway.readPatiently(`/trial-balance?minBlock=${minBlock}`, TrialBalanceText, patienceMs),
    gateway.readPatiently(`/liability?minBlock=${minBlock}`, LiabilityText, patienceMs),
  ])
  return { trialBalance, liability: programmes }
}
