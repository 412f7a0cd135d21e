import { expect, test } from 'vitest'
import { auditPositions } from '../../audit/positions-audit.ts'
import { TradedTurnover } from '../../ledger/index.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { acceptAll, stockedLedger } from '../support/opened-ledger.ts'
import type { closingBody } from '../support/settlement-world.ts'
import {
  closeAll,
  closingsOf,
  CYCLE,
  defineSettlement,
  financeOf,
  rollCycle,
  settle,
  signedBy,
  trade,
} from '../support/settlement-world.ts'

/** Two transactions of trade, in a cycle that is over. */
async function tradedTwice(): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  await acceptAll(ledger, 'bank', [defineSettlement()])
  await trade(ledger)
  await trade(ledger)
  await rollCycle(ledger)
  return ledger
}

function findingsIn(ledger: MemoryLedger): string[] {
  const traded = new TradedTurnover()
  for (const entry of ledger.entries()) traded.apply(entry)
  return auditPositions(ledger.state, traded).map(({ where }) => where)
}

async function close(ledger: MemoryLedger, body: ReturnType<typeof closingBody>): Promise<void> {
  const signers = financeOf('bank', 'mall')
  await acceptAll(ledger, 'bank', [signedBy(signers, 'ClosePosition', body)])
}

test('positions that are what was traded hold before an auditor, settled or not', async () => {
  const ledger = await tradedTwice()
  await closeAll(ledger)
  expect(findingsIn(ledger)).toEqual([])
  await acceptAll(ledger, 'bank', [settle()])
  expect(findingsIn(ledger)).toEqual([])
})

test('a sale that both leave out of what they sign is found', async () => {
  const ledger = await tradedTwice()
  const [part] = closingsOf(ledger, 'bank:mall')
  if (part === undefined) throw new Error('nothing was traded')
  await close(ledger, part)
  expect(findingsIn(ledger)).toEqual([`position bank:mall.${CYCLE}`])
})
