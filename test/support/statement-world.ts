import type { SignedCommand, Statement } from '../../ledger/index.ts'
import { statementText } from '../../ledger/index.ts'
import { cryptography } from '../../chaincode/cryptography.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { acceptAll } from './opened-ledger.ts'
import { closeAll, CYCLE, financeOf, signedBy, tradedLedger } from './settlement-world.ts'

export const BANK_AND_MALL = { organisation: 'bank', counterparty: 'mall', cycle: CYCLE } as const
export const MALL_AND_BANK = { organisation: 'mall', counterparty: 'bank', cycle: CYCLE } as const
export const SALT = '0f'.repeat(16)

/** The bank's statement of the traded cycle; the mall's is its mirror. */
export const BANKS: Statement = {
  lines: '3',
  toGet: '503333',
  toPay: '336666',
  root: 'a'.repeat(64),
  ruleSet: 'b'.repeat(64),
}
export const MALLS: Statement = { ...BANKS, toGet: BANKS.toPay, toPay: BANKS.toGet }

type Pair = typeof BANK_AND_MALL | typeof MALL_AND_BANK

export function commitmentOf(pair: Pair, statement: Statement, salt = SALT): string {
  return cryptography.sha256(statementText(pair.organisation, pair, statement, salt))
}

export function commit(pair: Pair, statement: Statement): SignedCommand {
  const body = { ...pair, commitment: commitmentOf(pair, statement) }
  return signedBy(financeOf(pair.organisation), 'CommitStatement', body)
}

export function reveal(pair: Pair, statement: Statement): SignedCommand {
  const body = { ...pair, statement, salt: SALT }
  return signedBy(financeOf(pair.organisation), 'RevealStatement', body)
}

export function signResult(breaks: string, root = 'c'.repeat(64)): SignedCommand {
  const body = { ...BANK_AND_MALL, breaks, root }
  return signedBy(financeOf('bank', 'mall'), 'SignReconciliation', body)
}

/** A traded ledger with all positions closed. */
export async function closedLedger(): Promise<MemoryLedger> {
  const ledger = await tradedLedger()
  await closeAll(ledger)
  return ledger
}

/** Both commit, and then both show what they committed to. */
export async function exchangeStatements(
  ledger: MemoryLedger,
  banks = BANKS,
  malls = MALLS,
): Promise<void> {
  await acceptAll(ledger, 'bank', [commit(BANK_AND_MALL, banks), commit(MALL_AND_BANK, malls)])
  await acceptAll(ledger, 'bank', [reveal(BANK_AND_MALL, banks), reveal(MALL_AND_BANK, malls)])
}
