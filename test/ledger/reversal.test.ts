import { beforeEach, describe, expect, test } from 'vitest'
import type { Entry } from '../../ledger/index.ts'
import { quotaLaneKey } from '../../ledger/index.ts'
import { balanceOf, booksOf, contradictions, markContradictions } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  ANN,
  BOB,
  CAT,
  FLASH,
  issue,
  redeem,
  refill,
  reverse,
  rollTo,
  stockedLedger,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, definePoints, HUI, signed, STAR } from '../support/world.ts'

const MONEY = 'CNY:micro-yuan'
const FINANCE = ['mall:finance-1', 'mall:finance-2'] as const

let ledger: MemoryLedger

beforeEach(async () => {
  ledger = await stockedLedger()
})

/** Submits a command and gives its entry as it was published. */
async function publish(organisation: string, command: unknown): Promise<object> {
  expect(verdict(await submitOne(ledger, organisation, command))).toBe('accepted')
  return JSON.parse(ledger.published.at(-1)?.text ?? '') as object
}

async function tryReverse(entry: object, ...signers: readonly string[]): Promise<string> {
  return verdict(await submitOne(ledger, 'mall', reverse(entry, ...signers)))
}

function last(): Entry | undefined {
  return ledger.entries().at(-1)
}

function heldBy(member: string, asset: string): bigint {
  const lots = booksOf(ledger).holdings.get(`${accountOf(member)} ${asset}`) ?? []
  return lots.reduce((sum, { amount }) => sum + amount, 0n)
}

describe('an award', () => {
  test('is reversed by two of the finance staff of the issuer, and by nobody else', async () => {
    const entry = await publish('mall', issue(STAR, ANN, '1000'))
    const others = [
      ['mall:finance-1'],
      ['mall:finance-1', 'mall:finance-1'],
      ['mall:finance-1', 'bank:finance-1'],
      ['mall:till', 'mall:admin'],
      ['bank:finance-1', 'bank:finance-2'],
      [ANN],
    ]
    for (const signers of others) {
      expect(await tryReverse(entry, ...signers)).toBe('APPROVALS_MISSING')
    }
    expect(heldBy(ANN, STAR)).toBe(550n)
    expect(await tryReverse(entry, ...FINANCE)).toBe('accepted')
    expect(heldBy(ANN, STAR)).toBe(450n)
    expect(await tryReverse(entry, ...FINANCE)).toBe('ALREADY_REVERSED')
    expect(contradictions(ledger)).toEqual([])
  })

  test("by a partner is reversed by the issuer's staff, not the partner's", async () => {
    const entry = await publish('mall', issue(HUI, ANN, '300', { funder: 'mall' }))
    expect(await tryReverse(entry, ...FINANCE)).toBe('APPROVALS_MISSING')
    expect(await tryReverse(entry, 'bank:finance-1', 'bank:finance-2')).toBe('accepted')
    expect(balanceOf(booksOf(ledger), '3001/mall/bank/2026-11-30.1', MONEY)).toBe(0n)
  })

  test("gives its quota back to the issuer's lane, whoever funded it and submits", async () => {
    const lane = quotaLaneKey(STAR, 'mall', 3)
    const entry = await publish('bank', issue(STAR, BOB, '1000', { funder: 'bank' }))
    const made = reverse(entry, ...FINANCE)
    await submitOne(ledger, 'bank', made, { lane: 3 })
    expect(ledger.get(lane)).toEqual({ left: 100n })
    await submitOne(ledger, 'bank', made, { lane: 3 })
    expect(ledger.get(lane)?.left).toBe(100n)
    expect(contradictions(ledger)).toEqual([])
  })

  test('cannot be reversed when its points are spent, even where others remain', async () => {
    await rollTo(ledger, '2026-12-01')
    const entry = await publish('mall', issue(STAR, ANN, '1000'))
    await publish('mall', transfer(STAR, ANN, BOB, '451'))
    // Of the lot that ends in December 99 of 100 are left.
    expect(heldBy(ANN, STAR)).toBe(99n)
    expect(await tryReverse(entry, ...FINANCE)).toBe('LOT_SPENT')
    await publish('mall', issue(STAR, ANN, '10'))
    expect(await tryReverse(entry, ...FINANCE)).toBe('accepted')
    expect(heldBy(ANN, STAR)).toBe(0n)
  })

  test('takes back pending points, also after they have become available', async () => {
    const pending = { availableFrom: '2026-12-01' }
    const early = await publish('mall', issue(STAR, CAT, '100', pending))
    const late = await publish('mall', issue(STAR, CAT, '200', pending))
    expect(await tryReverse(early, ...FINANCE)).toBe('accepted')
    await rollTo(ledger, '2026-12-01')
    expect(await tryReverse(late, ...FINANCE)).toBe('accepted')
    expect(heldBy(CAT, STAR)).toBe(450n)
  })

  test('frees its receipt, once: the purchase can be entered rightly', async () => {
    const award = issue(STAR, ANN, '1000')
    const entry = await publish('mall', award)
    const again = (): unknown => signed('IssuePoints', 'mall:till', award.command.body)
    expect(verdict(await submitOne(ledger, 'mall', again()))).toBe('RECEIPT_USED')
    await tryReverse(entry, ...FINANCE)
    expect(markContradictions(ledger)).toEqual([])
    await publish('mall', again())
    expect(verdict(await submitOne(ledger, 'mall', again()))).toBe('RECEIPT_USED')
    expect(await tryReverse(entry, ...FINANCE)).toBe('ALREADY_REVERSED')
    expect(markContradictions(ledger)).toEqual([])
    expect(heldBy(ANN, STAR)).toBe(550n)
  })

  test('and its reversal in one transaction leave no receipt behind', async () => {
    const award = issue(STAR, ANN, '1000')
    const entry = JSON.parse(
      (await ledger.simulate('mall', [award])).published[0]?.text ?? '',
    ) as object
    const again = signed('IssuePoints', 'mall:till', award.command.body)
    const batch = [award, reverse(entry, ...FINANCE), again, reverse(entry, ...FINANCE)]
    const fold = ledger.completeFold()
    const both = await ledger.simulate('mall', batch.slice(0, 2), { fold })
    expect(both.outcomes.map(verdict)).toEqual(['accepted', 'accepted'])
    expect(both.writes.filter(({ name }) => name.startsWith('receipt/'))).toEqual([])
    const done = await ledger.submit('mall', batch, { fold })
    expect(done.outcomes.map(verdict)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'ALREADY_REVERSED',
    ])
    expect(markContradictions(ledger)).toEqual([])
  })

  test('altered to name a receipt outside its form reaches no key', async () => {
    const entry = await publish('mall', issue(STAR, ANN, '1000'))
    const altered = { ...entry, references: { receipt: 'R/../x', funder: 'mall' } }
    const { reads } = await ledger.simulate('mall', [reverse(altered, ...FINANCE)])
    expect(reads.filter((name) => name.startsWith('receipt/'))).toEqual([])
    expect(await tryReverse(altered, ...FINANCE)).toBe('ENTRY_UNKNOWN')
  })
})

test('a redemption is reversed by the acceptor, in the cycle that is open', async () => {
  const entry = await publish('mall', redeem(STAR, ANN, '100', { acceptor: 'bank' }))
  await rollTo(ledger, '2026-12-01')
  for (const stranger of [ANN, 'mall:till', 'mall:finance-1', 'bank:admin']) {
    expect(await tryReverse(entry, stranger)).toBe('APPROVALS_MISSING')
  }
  expect(await tryReverse(entry, 'bank:till')).toBe('accepted')
  expect(last()).toMatchObject({
    type: 'ReverseEntry',
    cycle: '2026-12-01.1',
    postings: [
      { account: '3001/mall/bank/2026-12-01.1', side: 'debit', amount: 333_333n },
      { account: '3001/bank/mall/2026-12-01.1', side: 'credit', amount: 333_333n },
      { account: '7104', asset: STAR, side: 'debit', amount: 100n },
      {
        account: '7102/mall:a-ann',
        asset: STAR,
        side: 'credit',
        amount: 100n,
        lots: [{ expires: '2027-11-30', amount: 100n }],
      },
    ],
    references: { reversedType: 'RedeemPoints', reason: 'mistake' },
  })
  expect(heldBy(ANN, STAR)).toBe(450n)
  const books = booksOf(ledger)
  expect(balanceOf(books, '3001/bank/mall/2026-11-30.1', MONEY)).toBe(333_333n)
  expect(balanceOf(books, '3001/bank/mall/2026-12-01.1', MONEY)).toBe(-333_333n)
  expect(contradictions(ledger)).toEqual([])
})

test('a reversed redemption frees its order for the account that paid it', async () => {
  const order = { acceptor: 'bank', order: 'O-wrong' }
  const entry = await publish('mall', redeem(STAR, ANN, '100', order))
  await publish('bank', redeem(STAR, BOB, '1', order))
  expect(verdict(await submitOne(ledger, 'mall', redeem(STAR, ANN, '10', order)))).toBe(
    'ORDER_PAID',
  )
  expect(await tryReverse(entry, 'bank:till')).toBe('accepted')
  await publish('mall', redeem(STAR, ANN, '10', order))
  expect(verdict(await submitOne(ledger, 'bank', redeem(STAR, BOB, '1', order)))).toBe('ORDER_PAID')
  expect(markContradictions(ledger)).toEqual([])
})

test("a redemption's points come back with their own date, even when that has passed", async () => {
  const entry = await publish('mall', redeem(FLASH, ANN, '100', { acceptor: 'mall' }))
  await rollTo(ledger, '2026-12-01')
  expect(await tryReverse(entry, 'mall:finance-1')).toBe('accepted')
  expect(verdict(await submitOne(ledger, 'mall', redeem(FLASH, ANN, '1')))).toBe('POINTS_EXPIRED')
})

test('a transfer is reversed by whoever received it', async () => {
  const entry = await publish('mall', transfer(STAR, ANN, BOB, '50'))
  for (const stranger of [ANN, 'bank:finance-1', 'bank:admin', CAT]) {
    expect(await tryReverse(entry, stranger)).toBe('APPROVALS_MISSING')
  }
  expect(await tryReverse(entry, BOB)).toBe('accepted')
  expect([heldBy(ANN, STAR), heldBy(BOB, STAR)]).toEqual([450n, 450n])
})

test("an expiry is reversed by two of the issuer's finance staff, and comes back expired", async () => {
  await rollTo(ledger, '2026-12-01')
  const expire = signed('ExpirePoints', CAT, { asset: FLASH, account: accountOf(ANN) })
  const entry = await publish('airline', expire)
  expect(heldBy(ANN, FLASH)).toBe(0n)
  expect(await tryReverse(entry, ...FINANCE)).toBe('APPROVALS_MISSING')
  expect(await tryReverse(entry, 'airline:finance-1', 'airline:finance-2')).toBe('accepted')
  expect(heldBy(ANN, FLASH)).toBe(200n)
  expect(balanceOf(booksOf(ledger), '7105', FLASH)).toBe(0n)
  expect(verdict(await submitOne(ledger, 'mall', redeem(FLASH, ANN, '1')))).toBe('POINTS_EXPIRED')
})

test('a reversal is not reversed in its turn', async () => {
  const entry = await publish('mall', transfer(STAR, ANN, BOB, '50'))
  const reversal = await publish('bank', reverse(entry, BOB))
  expect(await tryReverse(reversal, ANN, BOB, ...FINANCE)).toBe('NOT_REVERSIBLE')
})

test('two reversals of one entry in one batch: the first wins', async () => {
  const entry = await publish('mall', transfer(STAR, ANN, BOB, '50'))
  const fold = ledger.completeFold()
  const twice = [reverse(entry, BOB), reverse(entry, BOB)]
  const { outcomes } = await ledger.submit('mall', twice, { fold })
  expect(outcomes.map(verdict)).toEqual(['accepted', 'ALREADY_REVERSED'])
})

test('an entry whose money has 32 digits can be brought back', async () => {
  const asset = 'mall:gold:point'
  const most = '9999999999999999'
  const dear = { pricePerPoint: { numerator: most, denominator: '1' }, budget: most }
  await submitOne(ledger, 'mall', definePoints(asset, dear))
  await submitOne(ledger, 'mall', refill(asset, most))
  await publish('mall', issue(asset, ANN, '90000000000000'))
  const entry = await publish('mall', redeem(asset, ANN, '9000000000000', { acceptor: 'bank' }))
  expect(last()?.postings[2]?.amount).toBe(89_999_999_999_999_991_000_000_000_000n)
  expect(await tryReverse(entry, 'bank:till')).toBe('accepted')
})
