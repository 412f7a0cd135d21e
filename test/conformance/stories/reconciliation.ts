import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BreakPolicy } from '../../../reconciliation/index.ts'
import { BreakRegister, readFoundBreaks, reconcile } from '../../../reconciliation/index.ts'
import { runTallystick } from '../../cli/run-tallystick.ts'
import { expectPlantedErrorsFound, sourceOf, writeLines } from '../../support/planted-errors.ts'
import { STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'

const LIMIT_MS = 120_000

const POLICY: BreakPolicy = {
  version: 1,
  owner: 'lin',
  dueDays: 3,
  people: { lin: 'clerk' },
  writeOff: {},
}

/** When all else is done: the merchant's file of orders against the ledger, and the ledger itself. */
export function reconciliationStories(net: GetNetwork): void {
  test.each([
    ["the merchant's export of orders", '7104', 'left'],
    ["the channel's file of purchases that gave points", '7101', 'right'],
  ] as const)(
    'errors of every class in %s are found, and none is invented',
    async (_name, account, side) => {
      const { dataDir } = net()
      await expectPlantedErrorsFound({ dataDir, organisation: 'mall', account, asset: STAR, side })
    },
    LIMIT_MS,
  )

  test(
    'a break is closed by an adjusting entry that both have signed, and by no other',
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'tallystick-register-'))
      const [left, right] = [join(dir, 'left.csv'), join(dir, 'right.csv')]
      const line = { order: '', type: 'sale', asset: 'CNY', day: '2026-12-01', fee: '0' }
      writeLines(left, [{ ...line, entry: 'one', amount: '100' }])
      writeLines(right, [])
      const register = join(dir, 'register.sqlite')
      const policyPath = join(dir, 'policy.json')
      writeFileSync(policyPath, JSON.stringify(POLICY))
      const opened = new BreakRegister(register)
      const run = { source: 'orders', day: '2026-12-01', out: join(dir, 'out') }
      await reconcile({ left: sourceOf(left), right: sourceOf(right), out: run.out })
      opened.takeRun(run, await readFoundBreaks(run), POLICY)
      const [found] = opened.list({ status: 'open' })
      opened.close()
      const close = async (type: string): Promise<string> => {
        const entries = await net().get('mall', `/entries?type=${type}&limit=1`)
        const [{ hash }] = entries.body['items'] as [{ hash: string }]
        const act = ['breaks', 'close', found?.id ?? '', '--by', 'lin', '--reason', 'adjusted']
        const files = ['--register', register, '--policy', policyPath, '--data', net().dataDir]
        const { stderr } = await runTallystick([...act, ...files, '--org', 'mall', '--entry', hash])
        return stderr
      }
      expect(await close('RedeemPoints')).toContain('only PostAdjustment or ReverseEntry')
      expect(await close('PostAdjustment')).toBe('')
      const after = new BreakRegister(register)
      expect(after.list({})).toMatchObject([{ id: found?.id, status: 'adjusted' }])
      after.close()
      rmSync(dir, { recursive: true })
    },
    LIMIT_MS,
  )

  test(
    'the ledger itself holds before an auditor: details, totals, blocks, positions, read model',
    async () => {
      const audit = ['audit', '--org', 'airline', '--data', net().dataDir, '--json']
      const { status, stdout, stderr } = await runTallystick(audit)
      expect(status, `${stdout}\n${stderr}`).toBe(0)
    },
    LIMIT_MS,
  )
}
