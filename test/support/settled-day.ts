import { expect } from 'vitest'
import type { SettledCycle } from '../../cli/settlement/settle-cycle.ts'
import { runTallystick } from '../cli/run-tallystick.ts'
import { expectPlantedErrorsFound } from './planted-errors.ts'

/** Settles the cycle that a played day has left open: positions sum to zero, and all is paid. */
export async function expectSettled(dataDir: string): Promise<SettledCycle> {
  const { status, stdout, stderr } = await runTallystick(['settle', '--data', dataDir, '--json'])
  expect(status, stderr).toBe(0)
  const settled = JSON.parse(stdout) as SettledCycle
  expect(settled.status).toBe('settled')
  expect(settled.nets.reduce((sum, { netFen }) => sum + BigInt(netFen), 0n)).toBe(0n)
  expect(settled.payments.length).toBeGreaterThan(0)
  for (const { remittances, fen } of settled.payments) {
    expect(remittances.reduce((sum, one) => sum + BigInt(one.fen), 0n)).toBe(BigInt(fen))
  }
  return settled
}

/**
 * Three files against the ledger, each with an error of every class: the merchant's orders, the
 * channel's purchases that gave points, and what a counterparty says is owed in the cycle.
 */
export async function expectReconciled(dataDir: string, cycle: string): Promise<void> {
  const asset = 'mall:star:point'
  const mall = { dataDir, organisation: 'mall' }
  await expectPlantedErrorsFound({ ...mall, account: '7104', asset, side: 'left' })
  await expectPlantedErrorsFound({ ...mall, account: '7101', asset, side: 'right' })
  const account = `3001/mall/bank/${cycle}`
  await expectPlantedErrorsFound({ ...mall, account, side: 'right' })
}
