import { describe, expect, test } from 'vitest'
import type { SignedCommand } from '../../ledger/index.ts'
import { reconciliationKey } from '../../ledger/keys.ts'
import type { Reconciliation } from '../../ledger/statement.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { acceptAll, ANN, submitOne, verdict } from '../support/opened-ledger.ts'
import { CYCLE, rollCycle } from '../support/settlement-world.ts'
import {
  BANK_AND_MALL,
  BANKS,
  closedLedger,
  commit,
  commitmentOf,
  exchangeStatements,
  MALL_AND_BANK,
  MALLS,
  reveal,
  signResult,
} from '../support/statement-world.ts'
import { signed } from '../support/world.ts'

function reconciliationIn(ledger: MemoryLedger): Reconciliation | undefined {
  return ledger.get(reconciliationKey(`bank:mall.${CYCLE}`))
}

describe('statements', () => {
  test('that mirror each other and the position match, and both sign that there are no breaks', async () => {
    const ledger = await closedLedger()
    await exchangeStatements(ledger)
    expect(reconciliationIn(ledger)?.status).toBe('matched')
    await acceptAll(ledger, 'mall', [signResult('0')])
    expect(reconciliationIn(ledger)).toMatchObject({ status: 'agreed', result: { breaks: '0' } })
  })

  test.each([
    ['another root', { root: 'd'.repeat(64) }],
    ['a line more', { lines: '4' }],
    ['another sum', { toGet: '336667' }],
    ['other rules', { ruleSet: 'e'.repeat(64) }],
  ])('with %s differ, and the breaks have to be signed', async (_what, change) => {
    const ledger = await closedLedger()
    await exchangeStatements(ledger, BANKS, { ...MALLS, ...change })
    expect(reconciliationIn(ledger)?.status).toBe('differing')
    expect(verdict(await submitOne(ledger, 'bank', signResult('0')))).toBe('BREAKS_DIFFER')
    await acceptAll(ledger, 'bank', [signResult('2')])
    expect(reconciliationIn(ledger)?.status).toBe('agreed')
  })

  test('that agree with each other and not with the ledger do not match', async () => {
    const ledger = await closedLedger()
    const [banks, malls] = [
      { ...BANKS, toGet: '1' },
      { ...MALLS, toPay: '1' },
    ]
    await exchangeStatements(ledger, banks, malls)
    expect(reconciliationIn(ledger)?.status).toBe('differing')
  })

  test('are not shown by one who could then have the other fit his own to it', async () => {
    const ledger = await closedLedger()
    await acceptAll(ledger, 'bank', [commit(BANK_AND_MALL, BANKS)])
    const early = await submitOne(ledger, 'bank', reveal(BANK_AND_MALL, BANKS))
    expect(verdict(early)).toBe('STATEMENT_MISSING')
    await acceptAll(ledger, 'mall', [commit(MALL_AND_BANK, MALLS)])
    await acceptAll(ledger, 'bank', [reveal(BANK_AND_MALL, BANKS)])
    const fitted = { ...MALLS, lines: '9' }
    const other = await submitOne(ledger, 'mall', reveal(MALL_AND_BANK, fitted))
    expect(verdict(other)).toBe('STATEMENT_DIFFERS')
  })

  test("commit to nothing that the other's statement could stand for", () => {
    expect(commitmentOf(BANK_AND_MALL, BANKS)).not.toBe(commitmentOf(MALL_AND_BANK, BANKS))
  })
})

function lapse(): SignedCommand {
  return signed('LapseReconciliation', ANN, BANK_AND_MALL)
}

test('a round that does not get on lapses or is disputed, and can be begun again', async () => {
  const ledger = await closedLedger()
  await acceptAll(ledger, 'bank', [commit(BANK_AND_MALL, BANKS)])
  for (const date of ['2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04']) {
    await rollCycle(ledger, date)
  }
  await acceptAll(ledger, 'mall', [lapse()])
  expect(reconciliationIn(ledger)).toMatchObject({ status: 'lapsed', round: 1 })
  await exchangeStatements(ledger, BANKS, { ...MALLS, lines: '4' })
  expect(reconciliationIn(ledger)).toMatchObject({ status: 'differing', round: 2 })
  for (const date of ['2026-12-05', '2026-12-06', '2026-12-07', '2026-12-08']) {
    await rollCycle(ledger, date)
  }
  await acceptAll(ledger, 'mall', [lapse()])
  expect(reconciliationIn(ledger)?.status).toBe('disputed')
  await exchangeStatements(ledger)
  expect(reconciliationIn(ledger)).toMatchObject({ status: 'matched', round: 3 })
  const over = await submitOne(ledger, 'mall', lapse())
  expect(verdict(over)).toBe('NOT_DUE')
})
