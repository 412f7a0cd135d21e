import { beforeAll, describe, expect, test } from 'vitest'
import type { LedgerBlock } from '../../gateway/fabric/ledger-block.ts'
import { SETTLEMENT_ASSET } from '../../ledger/index.ts'
import { BlockLedger } from '../support/blocks.ts'
import { ANN, FIXED, FLASH, submitOne } from '../support/opened-ledger.ts'
import { accountOf, HUI, signed, STAR } from '../support/world.ts'
import { ReadsApp, tradedBlocks } from './reads-app.ts'

let ledger: BlockLedger
let app: ReadsApp

beforeAll(async () => {
  ledger = await tradedBlocks()
  app = new ReadsApp(ledger.blocks)
})

/** The same blocks, with another value for every record whose name starts so. */
function tampered(prefix: string, change: (value: string) => string): LedgerBlock[] {
  let count = 0
  const blocks = ledger.blocks.map((block) => ({
    ...block,
    transactions: block.transactions.map((transaction) => ({
      ...transaction,
      writes: transaction.writes.map(({ name, value }) => {
        if (!name.startsWith(prefix) || value === undefined) return { name, value }
        count += 1
        return { name, value: change(value) }
      }),
    })),
  }))
  if (count === 0) throw new Error(`nothing to tamper with: ${prefix}`)
  return blocks
}

describe('the trial balance', () => {
  test('balances, and the general ledger equals the detail', async () => {
    const { body } = await app.get('/trial-balance')
    expect(body).toMatchObject({
      asOfBlock: '6',
      businessDate: '2026-12-01',
      balanced: true,
      generalEqualsDetail: true,
    })
    expect(body['rows']).toContainEqual({
      code: '7101',
      name: 'issued 已发行',
      asset: STAR,
      debit: '1050',
      credit: '0',
      balance: '1050',
    })
    expect(body['rows']).toContainEqual({
      code: '7102',
      name: 'holding 持有',
      asset: STAR,
      debit: '307',
      credit: '1350',
      balance: '1043',
    })
    expect(body['totals']).toContainEqual({ asset: STAR, debit: '1357', credit: '1357' })
  })

  // 100 Hui and 7 Star at 10000/3 micro-yuan a point, each rounded down once.
  test('shows who owes whom in which cycle', async () => {
    const { body } = await app.get('/trial-balance?cycle=2026-12-01.1')
    const line = { asset: SETTLEMENT_ASSET, cycle: '2026-12-01.1' }
    const bank = { ...line, organisation: 'bank', counterparty: 'mall' }
    const mall = { ...line, organisation: 'mall', counterparty: 'bank' }
    expect(body['detail']).toEqual([
      { ...bank, debit: '23333', credit: '333333', balance: '-310000' },
      { ...mall, debit: '333333', credit: '23333', balance: '310000' },
    ])
    const other = await app.get('/trial-balance?cycle=2026-11-30.1')
    expect(other.body['detail']).toEqual([])
    expect(other.body['generalEqualsDetail']).toBe(true)
  })

  test.each([
    [`delta/7102/${STAR}/`, false],
    [`delta/7104/${HUI}/`, false],
    ['delta/3001/CNY:micro-yuan/', true],
    ['delta/3001/mall/bank/', true],
  ])('does not pass over a changed %s', async (prefix, balanced) => {
    // Both sides by the same amount leaves debit and credit equal; one side does not.
    const change = (value: string): string => {
      const { debit, credit } = JSON.parse(value) as { debit: string; credit: string }
      const more = balanced ? String(BigInt(debit) + 1n) : debit
      return JSON.stringify({ debit: more, credit: String(BigInt(credit) + 1n) })
    }
    const { body } = await new ReadsApp(tampered(prefix, change)).get('/trial-balance')
    expect([body['balanced'], body['generalEqualsDetail']]).toEqual([balanced, false])
  })

  test('misses a delta that was left out', async () => {
    const blocks = ledger.blocks.map((block) => ({
      ...block,
      transactions: block.transactions.map((transaction) => ({
        ...transaction,
        writes: transaction.writes.filter(({ name }) => !name.startsWith(`delta/7101/${FIXED}/`)),
      })),
    }))
    const { body } = await new ReadsApp(blocks).get('/trial-balance')
    expect(body['generalEqualsDetail']).toBe(false)
  })
})

describe('the outstanding liability', () => {
  test('is what was issued and neither redeemed nor expired, at the price', async () => {
    const { body } = await app.get('/liability')
    const programmes = body['programmes'] as Record<string, unknown>[]
    expect(programmes.map(({ asset }) => asset)).toEqual([FLASH, HUI, FIXED, STAR])
    expect(programmes[3]).toEqual({
      asset: STAR,
      issuer: 'mall',
      issued: '1050',
      redeemed: '7',
      expired: '0',
      exchangedOut: '0',
      outstanding: '1043',
      available: '993',
      pending: '50',
      pastDate: '0',
      // 1043 × 10000 ÷ 3, rounded down once.
      liabilityMicroYuan: '3476666',
      byExpiry: [{ expires: '2027-11-30', amount: '1043' }],
    })
  })

  test('shows what is past its date and not booked out, and what never expires', async () => {
    const { body } = await app.get('/liability')
    const programmes = body['programmes'] as Record<string, unknown>[]
    expect(programmes[0]).toMatchObject({
      asset: FLASH,
      outstanding: '70',
      available: '0',
      pastDate: '70',
      byExpiry: [{ expires: '2026-11-30', amount: '70' }],
    })
    expect(programmes[2]).toMatchObject({
      asset: FIXED,
      byExpiry: [{ expires: 'never', amount: '90' }],
    })
  })

  test('is earned in proportion to what is expected to be redeemed', async () => {
    const { body } = await app.get(`/liability/breakage?asset=${STAR}&expectedPercent=50`)
    expect(body).toMatchObject({
      issued: '1050',
      redeemed: '7',
      // Half of 1,050; of the 1,043 that are out, 518 more will be redeemed.
      expected: '525',
      breakage: '525',
      deferredMicroYuan: '3500000',
      earnedMicroYuan: '46666',
      liabilityMicroYuan: '3453334',
      cohorts: [{ expires: '2027-11-30', outstanding: '1043', breakage: '525' }],
    })
    const unknown = await app.get('/liability/breakage?asset=mall:none:point&expectedPercent=97')
    expect(unknown.status).toBe(404)
  })

  test('is gone when what is past its date has been booked out', async () => {
    const later = new BlockLedger(ledger)
    const expire = signed('ExpirePoints', ANN, { asset: FLASH, account: accountOf(ANN) })
    await submitOne(later, 'mall', expire)
    later.cut()
    const { body } = await new ReadsApp(later.blocks).get('/liability')
    const [flash] = body['programmes'] as Record<string, unknown>[]
    expect(flash).toMatchObject({
      issued: '70',
      expired: '70',
      exchangedOut: '0',
      outstanding: '0',
      pastDate: '0',
      liabilityMicroYuan: '0',
      byExpiry: [],
    })
  })
})
