import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { submitOne } from '../../support/opened-ledger.ts'

/** What was done before, by whomever it takes, with all credits folded. */
export function done(organisation: string, ...commands: readonly (() => object)[]) {
  return async (ledger: MemoryLedger): Promise<void> => {
    for (const command of commands) {
      const outcome = await submitOne(ledger, organisation, command())
      if (outcome.status !== 'accepted') throw new Error(JSON.stringify(outcome))
    }
  }
}
