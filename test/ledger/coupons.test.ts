import { expect, test } from 'vitest'
import { signClaim } from '../../cli/claim-code.ts'
import { couponKey, EntryText, quotaPoolKey, shapeOf } from '../../ledger/index.ts'
import { contradictions } from '../support/books.ts'
import {
  claimCode,
  claimCoupon,
  claimRush,
  closeRush,
  defineSeries,
  expireCoupons,
  giveCoupons,
  issueCoupons,
  LESS5,
  openRush,
  openSeries,
  registerClaimCodes,
  SPRING,
  transferCoupons,
  voidCoupons,
} from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  CAT,
  openedLedger,
  refill,
  rollTo,
  submitOne,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, CHANNEL, LEDGER_ID, registerMember } from '../support/world.ts'

const checkEntry = shapeOf(EntryText)

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${letter}-${at}`)
}

/** The last entry, after it was seen to have the form in which it can be brought back. */
function lastEntry(ledger: MemoryLedger): ReturnType<MemoryLedger['entries']>[number] | undefined {
  expect(checkEntry(JSON.parse(ledger.published.at(-1)?.text ?? ''))).toMatchObject({ ok: true })
  return ledger.entries().at(-1)
}

test('a coupon keeps its days when it is passed on', async () => {
  const ledger = await openedLedger()
  await openSeries(ledger, SPRING)
  await giveCoupons(ledger, SPRING, ANN, ['A-1'])
  const before = ledger.get(couponKey(SPRING, 'A-1'))
  expect(before).toMatchObject({ validFrom: '2026-11-30', expires: '2026-12-30' })
  await rollTo(ledger, '2026-12-20')
  await acceptAll(ledger, 'mall', [transferCoupons(SPRING, ANN, BOB, ['A-1'])])
  await acceptAll(ledger, 'bank', [transferCoupons(SPRING, BOB, CAT, ['A-1'])])
  expect(ledger.get(couponKey(SPRING, 'A-1'))).toEqual({ ...before, account: accountOf(CAT) })
})

test('a hundred coupons are issued at once, and ninety expire out of as many wallets', async () => {
  const ledger = await openedLedger()
  const members = Array.from({ length: 90 }, (_, at) => `mall:m-many-${at}`)
  await acceptAll(ledger, 'mall', members.map(registerMember))
  await openSeries(ledger, LESS5)
  await giveCoupons(ledger, LESS5, ANN, numbered('A', 100))
  expect(lastEntry(ledger)?.postings.map(({ amount }) => amount)).toEqual([100n, 100n])
  const given = members.map((member, at) => issueCoupons(LESS5, member, [`M-${at}`]))
  await acceptAll(ledger, 'mall', given)
  await rollTo(ledger, '2026-12-31')
  await acceptAll(ledger, 'bank', [expireCoupons(LESS5, numbered('M', 90))])
  const { postings } = lastEntry(ledger) ?? { postings: [] }
  expect(postings).toHaveLength(91)
  expect(postings.at(-1)).toMatchObject({ account: '7105', side: 'credit', amount: 90n })
  expect(contradictions(ledger)).toEqual([])
})

test('what is made void goes to 7106, out of every wallet that has some of it', async () => {
  const ledger = await openedLedger()
  await openSeries(ledger, SPRING)
  await giveCoupons(ledger, SPRING, ANN, ['A-1', 'A-2'])
  await giveCoupons(ledger, SPRING, BOB, ['B-1'])
  await acceptAll(ledger, 'mall', [voidCoupons(SPRING, ['A-1', 'B-1', 'A-2'])])
  expect(lastEntry(ledger)).toMatchObject({
    references: { reason: 'misprint' },
    postings: [
      { account: `7102/${accountOf(ANN)}`, side: 'debit', amount: 10_000n },
      { account: `7102/${accountOf(BOB)}`, side: 'debit', amount: 5_000n },
      { account: '7106', side: 'credit', amount: 15_000n },
    ],
  })
  expect(contradictions(ledger)).toEqual([])
})

test('a claim code signs for one account, series, ledger and channel', async () => {
  const ledger = await openedLedger()
  await openSeries(ledger, SPRING)
  await openSeries(ledger, LESS5)
  await acceptAll(ledger, 'mall', [registerClaimCodes(SPRING, [1]), registerClaimCodes(LESS5, [1])])
  const code = claimCode(1)
  const here = { channel: CHANNEL, ledgerId: LEDGER_ID }
  const to = accountOf(ANN)
  const wrong = [
    signClaim(code, here, SPRING, accountOf(BOB)),
    signClaim(code, here, LESS5, to),
    signClaim(code, { ...here, ledgerId: 'test-ledger-0002' }, SPRING, to),
    signClaim(code, { ...here, channel: 'other' }, SPRING, to),
    signClaim(claimCode(2), here, SPRING, to),
  ]
  for (const signature of wrong) {
    const outcome = await submitOne(ledger, 'mall', claimCoupon(SPRING, 1, ANN, { signature }))
    expect(verdict(outcome)).toBe('CLAIM_SIGNATURE_INVALID')
  }
  await acceptAll(ledger, 'mall', [claimCoupon(SPRING, 1, ANN)])
  expect(ledger.get(couponKey(SPRING, code.keyId))).toMatchObject({ account: to, state: 'held' })
})

test('a rush takes its total from the budget, and gives back what nobody claimed', async () => {
  const ledger = await openedLedger()
  await acceptAll(ledger, 'mall', [
    defineSeries(LESS5, { budget: '30' }),
    openRush('mall:rush-a', LESS5, { total: 20, perMember: 3 }),
  ])
  const second = await submitOne(ledger, 'mall', openRush('mall:rush-b', LESS5, { total: 11 }))
  expect(verdict(second)).toBe('BUDGET_EXHAUSTED')
  await acceptAll(ledger, 'mall', [refill('mall:rush-a', '5')], { lane: 1 })
  await acceptAll(ledger, 'mall', [refill('mall:rush-a', '5')], { lane: 63 })
  const claims = [ANN, ANN, BOB].map((member) => claimRush('mall:rush-a', LESS5, member))
  await acceptAll(ledger, 'mall', claims, { lane: 63 })
  await rollTo(ledger, '2026-12-11')
  await acceptAll(ledger, 'airline', [closeRush('mall:rush-a')], { lane: 5 })
  expect(contradictions(ledger)).toEqual([])
  // The pool never gains: what came back lies in the issuer's lane.
  expect(ledger.get(quotaPoolKey(LESS5))).toEqual({ left: 10n })
  await acceptAll(ledger, 'mall', [issueCoupons(LESS5, ANN, numbered('L', 17))], { lane: 5 })
  const after = await submitOne(ledger, 'mall', issueCoupons(LESS5, ANN, ['L-17']), { lane: 5 })
  expect(verdict(after)).toBe('QUOTA_REFILL')
})
