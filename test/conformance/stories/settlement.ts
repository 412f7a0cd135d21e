import { expect, test } from 'vitest'
import type { Statement } from '../../../ledger/index.ts'
import {
  defineSettlement,
  financeOf,
  NETTED,
  settlementTerms,
  signedBy,
} from '../../support/settlement-world.ts'
import {
  BANK_AND_MALL,
  commit,
  MALL_AND_BANK,
  reveal,
  signResult,
} from '../../support/statement-world.ts'
import type { ORGANISATIONS } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { purchase, redemption } from './requests.ts'
import { Scene } from './scene.ts'

type Json = Readonly<Record<string, unknown>>

const CYCLE = '2026-11-30.1'
const PAIRS = ['airline:bank', 'airline:mall', 'bank:mall'] as const

/** Who has nothing to do with settlement but to pay when the mall may not owe any more. */
export const LIZ = 'mall:m-liz'

/** While the first cycle is open: on what terms it will be settled. */
export function settlementEveStories(net: GetNetwork): void {
  const scene = new Scene(net)

  test('finance of all parties agree on how they settle, and none is left out', async () => {
    const terms = settlementTerms()
    const two = signedBy(financeOf('bank', 'mall'), 'DefineSettlement', terms)
    const refused = await net().post('bank', '/settlements', two)
    expect([refused.status, refused.body['code']]).toEqual([403, 'APPROVALS_MISSING'])
    const fees = [
      {
        receiver: 'bank',
        bearer: 'creditor',
        tiers: [{ rate: { numerator: '1', denominator: '1000' } }],
      },
    ]
    await scene.take('bank', '/settlements', defineSettlement(NETTED, { fees }))
    expect(await scene.read('airline', `/settlements/${NETTED}`)).toMatchObject({
      netting: 'multilateral',
      parties: ['airline', 'bank', 'mall'],
    })
    const early = (await scene.read('bank', closingPath('bank:mall')))['body']
    const closed = signedBy(financeOf('bank', 'mall'), 'ClosePosition', early as Json)
    const open = await net().post('bank', '/positions/closings', closed)
    expect([open.status, open.body['code']]).toEqual([409, 'CYCLE_OPEN'])
  })
}

function closingPath(pair: string): string {
  const [organisation, counterparty] = pair.split(':')
  const query = `organisation=${organisation}&counterparty=${counterparty}`
  return `/positions/closing?settlement=${NETTED}&cycle=${CYCLE}&${query}`
}

/** Once the ledger has rolled on: from what was traded to money at the banks. */
export function settlementStories(net: GetNetwork): void {
  const scene = new Scene(net)

  test('each pair closes its position; another sum than the entries have is refused', async () => {
    for (const pair of PAIRS) {
      const [one = '', other = ''] = pair.split(':')
      const drawn = await scene.read(one, closingPath(pair))
      for (const body of drawn['compactions'] as Json[]) {
        await scene.take(one, '/commands', signedBy(financeOf(one), 'Compact', body))
      }
      const { body, isReady } = await scene.read(other, closingPath(pair))
      expect(isReady).toBe(true)
      const wrong = { ...(body as Json), toPay: '1' }
      const forged = signedBy(financeOf(one, other), 'ClosePosition', wrong)
      expect(await scene.verdict(one, '/positions/closings', forged)).toBe('POSITION_DIFFERS')
      const closing = signedBy(financeOf(one, other), 'ClosePosition', body as Json)
      await scene.take(one, '/positions/closings', closing)
    }
    const { pairs, status } = await scene.read('mall', `/positions?cycle=${CYCLE}`)
    expect(status).toBe('closed')
    expect((pairs as Json[]).map(({ status }) => status)).toEqual(['closed', 'closed', 'closed'])
  })

  test('two who say the same of a cycle match; one who says more than the ledger does not', async () => {
    const { body } = await scene.read('bank', closingPath('bank:mall'))
    const { toGet, toPay } = body as Record<'toGet' | 'toPay', string>
    const common = { lines: '7', root: 'a'.repeat(64), ruleSet: 'b'.repeat(64) }
    const banks = { ...common, toGet, toPay }
    const malls = { ...common, toGet: toPay, toPay: toGet }
    await exchange(banks, { ...malls, lines: '8' })
    const read = async (): Promise<Json> =>
      await scene.read('airline', `/reconciliations/bank:mall.${CYCLE}`)
    expect(await read()).toMatchObject({ status: 'differing', round: 1 })
    await exchange(banks, malls)
    expect(await read()).toMatchObject({ status: 'matched', round: 2 })
    await scene.take('mall', '/reconciliations/signatures', signResult('0'))
    expect(await read()).toMatchObject({ status: 'agreed', result: { breaks: '0' } })
  })

  async function exchange(banks: Statement, malls: Statement): Promise<void> {
    const path = '/reconciliations'
    await scene.take('bank', `${path}/commitments`, commit(BANK_AND_MALL, banks))
    await scene.take('mall', `${path}/commitments`, commit(MALL_AND_BANK, malls))
    await scene.take('bank', `${path}/reveals`, reveal(BANK_AND_MALL, banks))
    await scene.take('mall', `${path}/reveals`, reveal(MALL_AND_BANK, malls))
  }

  test('the payments are those that the positions come to, and banks can read them', async () => {
    const before = await scene.read('mall', `/positions?cycle=${CYCLE}`)
    const positions = PAIRS.map((pair) => `${pair}.${CYCLE}`)
    const run = { settlement: NETTED, cycle: CYCLE, positions }
    const settle = signedBy(financeOf('airline'), 'SettleCycle', run)
    await scene.take('airline', '/settlements/runs', settle)
    const after = await scene.read('mall', `/positions?cycle=${CYCLE}`)
    expect(after['payments']).toEqual(before['payments'])
    expect(after['nets']).toEqual(before['nets'])
    expect(after['status']).toBe('instructed')
    const instructed = (await payments('mall')).map(({ debtor, creditor, fen }) => ({
      debtor,
      creditor,
      fen,
    }))
    expect(sorted(instructed)).toEqual(sorted(before['payments'] as Json[]))
    const path = `/payments/instructions?settlement=${NETTED}&cycle=${CYCLE}`
    const xml = await net().text('bank', path)
    const csv = await net().text('bank', `${path}&format=csv`)
    for (const { id } of await payments('bank')) {
      expect(xml).toContain(`<EndToEndId>${String(id)}</EndToEndId>`)
      expect(csv).toContain(`\n${String(id)},`)
    }
  })

  test('debtors pay in parts, creditors confirm what came in, and nobody for another', async () => {
    for (const { id: payment, debtor, creditor, fen } of await payments('bank')) {
      const [from, to] = [String(debtor), String(creditor)]
      const half = BigInt(String(fen)) / 2n + 1n
      const rest = BigInt(String(fen)) - half
      for (const [reference, part] of [
        ['B-1', half],
        ['B-2', rest],
      ] as const) {
        if (part === 0n) continue
        const body = { payment, reference, fen: String(part) }
        const stolen = signedBy(financeOf(to), 'SendRemittance', body)
        expect(await scene.verdict(to, '/payments/remittances', stolen)).toBe('NOT_AUTHORISED')
        const sent = signedBy(financeOf(from), 'SendRemittance', body)
        await scene.take(from, '/payments/remittances', sent)
        const received = signedBy(financeOf(to), 'ConfirmRemittance', body)
        await scene.take(to, '/payments/confirmations', received)
      }
    }
    const all = await payments('mall')
    expect(all.length).toBeGreaterThan(0)
    expect(all.every(({ status }) => status === 'settled')).toBe(true)
    expect(await scene.read('airline', `/positions?cycle=${CYCLE}`)).toMatchObject({
      status: 'settled',
    })
    expect(await scene.unbalanced()).toEqual([])
  })

  test('what the mall may owe is bounded from tomorrow on, and not overrun', async () => {
    const { businessDate, cycle } = await scene.read('mall', '/ledger')
    const today = String(businessDate)
    const tomorrow = '2026-12-03'
    const cap = { organisation: 'mall', microYuan: '500000', validFrom: tomorrow }
    const set = signedBy(financeOf('bank', 'airline'), 'SetNetDebitCap', cap)
    await scene.take('bank', '/net-debit-caps', set)
    const roll = {
      from: { date: today, number: cycle },
      to: { date: tomorrow, number: 1 },
    }
    expect(today).toBe('2026-12-02')
    const rolled = signedBy(financeOf('mall', 'bank'), 'RollBusinessDate', roll)
    await scene.take('mall', '/commands', rolled)
    await scene.take('mall', '/issues', purchase(LIZ))
    await scene.take('mall', '/redemptions', redemption(LIZ, '100'))
    const beyond = redemption(LIZ, '100')
    expect(await scene.verdict('mall', '/redemptions', beyond)).toBe('NET_DEBIT_CAP')
    await scene.take('mall', '/redemptions', redemption(LIZ, '50'))
    const { items } = await scene.read('bank', '/net-debit-caps')
    expect(items).toEqual([{ organisation: 'mall', microYuan: '500000', left: '1' }])
    expect(await scene.unbalanced()).toEqual([])
  })

  test('an adjustment takes two people here and one there, and no locked day', async () => {
    const { items } = await scene.read('mall', '/entries?type=RedeemPoints&limit=1')
    const [wrong] = items as { hash: string; entry: Json }[]
    const corrects = {
      actor: wrong?.entry['actor'],
      commandId: wrong?.entry['commandId'],
      entryHash: wrong?.hash,
    }
    const body = {
      debtor: 'airline',
      creditor: 'mall',
      microYuan: '10000',
      corrects,
      period: '2026-12-01',
      reason: 'a price',
    }
    const people = ['mall:finance-1', 'mall:finance-2', 'airline:finance-1']
    const alone = signedBy(people.slice(0, 2), 'PostAdjustment', body)
    expect(await scene.verdict('mall', '/adjustments', alone)).toBe('APPROVALS_MISSING')
    await scene.take('mall', '/adjustments', signedBy(people, 'PostAdjustment', body))
    const lock = signedBy(people.slice(0, 2), 'LockPeriod', { until: '2026-12-01' })
    await scene.take('mall', '/period-locks', lock)
    const late = signedBy(people, 'PostAdjustment', body)
    expect(await scene.verdict('airline', '/adjustments', late)).toBe('PERIOD_LOCKED')
  })

  async function payments(at: (typeof ORGANISATIONS)[number]): Promise<Json[]> {
    const { items } = await scene.read(at, '/payments?limit=100')
    return items as Json[]
  }
}

function sorted(lines: readonly Json[]): string[] {
  return lines.map((line) => JSON.stringify(line, Object.keys(line).sort())).sort()
}
