import { expect, test } from 'vitest'
import { RULES } from '../../ledger/index.ts'
import { runModel } from './model-run.ts'

/** Acts of set-up, and what is tried by the properties of its own alone. */
const ELSEWHERE = [
  'OpenLedger',
  'RegisterOrganisation',
  'DefineSeries',
  'RegisterClaimCodes',
  'DefineRate',
  'CloseRate',
  'RotateKey',
  'DefineSettlement',
  'ClosePosition',
  'SettleCycle',
  'SendRemittance',
  'ConfirmRemittance',
  'WithdrawRemittance',
  'CarryOverPayment',
  'PostAdjustment',
  'LockPeriod',
  'SetNetDebitCap',
  'CommitStatement',
  'RevealStatement',
  'SignReconciliation',
  'LapseReconciliation',
]

test('random commands of every type violate no invariant', async () => {
  const { violations, verdicts } = await runModel({ commands: 20_000, seed: 42 })
  expect(violations).toEqual([])
  const accepted = [...RULES.keys()].filter((type) => verdicts.has(`${type} accepted`))
  const missing = [...RULES.keys()].filter((type) => !accepted.includes(type))
  expect(missing.filter((type) => !ELSEWHERE.includes(type))).toEqual([])
}, 120_000)
