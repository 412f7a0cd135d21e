import type { HoldingReference, Outcome, SignedCommand } from '../../ledger/index.ts'
import { ownCommand } from '../own-commands.ts'
import type { BatchPorts } from './batch-runner.ts'

/**
 * A refill for each asset of which the lane lacks quota. It asks for what the smallest of them
 * needs, so that one that is too large for the budget keeps nothing from the others, and takes a
 * share for those that follow.
 */
export function refillsFor(outcomes: readonly Outcome[], ports: BatchPorts): SignedCommand[] {
  const lacking = new Map<string, bigint[]>()
  for (const outcome of outcomes) {
    if (outcome.status !== 'refused' || outcome.code !== 'QUOTA_REFILL') continue
    const { asset = '', needed = '0' } = outcome.detail
    lacking.set(asset, [...(lacking.get(asset) ?? []), BigInt(needed)])
  }
  return [...lacking].map(([asset, shortages]) => {
    const share = ports.refillShare(asset)
    const small = shortages.filter((shortage) => shortage <= share)
    const needed = shortages.reduce((least, shortage) => (shortage < least ? shortage : least))
    const together = small.reduce((sum, shortage) => sum + shortage, 0n)
    const amount = [share, together, needed].reduce((most, one) => (one > most ? one : most))
    return ownCommand(
      'RefillQuota',
      { asset, needed: String(needed), amount: String(amount) },
      ports,
    )
  })
}

/** Folds what it can of a holding that has more credits than one transaction names. */
export function foldCommand(holding: HoldingReference, ports: BatchPorts): SignedCommand {
  return ownCommand('FoldCredits', { ...holding }, ports)
}
