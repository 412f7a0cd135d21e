import { describe, expect, test } from 'vitest'
import { endOfMonth, holdingKey, lotTotals, mergeLots } from '../../ledger/index.ts'
import { subtractLots, takeAvailable } from '../../ledger/lot.ts'
import type { Lot, SignedCommand } from '../../ledger/index.ts'
import { booksOf } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  FIXED,
  FLASH,
  issue,
  openedLedger,
  redeem,
  reverse,
  rollTo,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

function held(ledger: MemoryLedger, member: string, asset: string): readonly Lot[] {
  return booksOf(ledger).holdings.get(`${accountOf(member)} ${asset}`) ?? []
}

/** The lots of the last entry's posting to a member's holding. */
function posted(ledger: MemoryLedger, member: string): readonly Lot[] | undefined {
  const { postings = [] } = ledger.entries().at(-1) ?? {}
  return postings.find(({ account }) => account === `7102/${accountOf(member)}`)?.lots
}

function expireFlash(): SignedCommand {
  return signed('ExpirePoints', 'bank', { asset: FLASH, account: accountOf(ANN) })
}

describe('a holding', () => {
  test('has a lot for each month end, and spends the first-expiring first', async () => {
    const ledger = await openedLedger()
    await acceptAll(ledger, 'mall', [issue(STAR, ANN, '1000'), issue(STAR, ANN, '500')])
    await rollTo(ledger, '2026-12-01')
    await acceptAll(ledger, 'mall', [issue(STAR, ANN, '700')])
    expect(held(ledger, ANN, STAR)).toEqual([
      { expires: '2027-11-30', amount: 150n },
      { expires: '2027-12-31', amount: 70n },
    ])
    await submitOne(ledger, 'mall', redeem(STAR, ANN, '160'))
    expect(posted(ledger, ANN)).toEqual([
      { expires: '2027-11-30', amount: 150n },
      { expires: '2027-12-31', amount: 10n },
    ])
    expect(held(ledger, ANN, STAR)).toEqual([{ expires: '2027-12-31', amount: 60n }])
  })

  test('keeps what never expires to the last', async () => {
    const ledger = await openedLedger()
    await acceptAll(ledger, 'mall', [issue(FIXED, ANN, '90')])
    expect(held(ledger, ANN, FIXED)).toEqual([{ expires: 'never', amount: 9n }])
    const lots = [
      { expires: 'never', amount: 5n },
      { expires: '2027-01-31', amount: 5n },
    ]
    expect(takeAvailable(lots, 6n, '2026-12-01')).toEqual([
      { expires: '2027-01-31', amount: 5n },
      { expires: 'never', amount: 1n },
    ])
  })

  test('can spend on the last day, and not on the day after', async () => {
    const ledger = await openedLedger()
    await acceptAll(ledger, 'airline', [issue(FLASH, ANN, '1000')])
    expect(held(ledger, ANN, FLASH)).toEqual([{ expires: '2026-11-30', amount: 100n }])
    expect(verdict(await submitOne(ledger, 'mall', redeem(FLASH, ANN, '40')))).toBe('accepted')
    await rollTo(ledger, '2026-12-01')
    expect(verdict(await submitOne(ledger, 'mall', redeem(FLASH, ANN, '60')))).toBe(
      'POINTS_EXPIRED',
    )
    expect(verdict(await submitOne(ledger, 'mall', redeem(FLASH, ANN, '61')))).toBe(
      'INSUFFICIENT_POINTS',
    )
  })

  test('has pending lots, which a roll makes available', async () => {
    const ledger = await openedLedger()
    const awards = [
      issue(STAR, ANN, '300'),
      issue(STAR, ANN, '200', { availableFrom: '2026-12-01' }),
      issue(STAR, ANN, '100', { availableFrom: '2026-12-30' }),
      issue(STAR, ANN, '50', { availableFrom: '2026-11-30' }),
    ]
    await acceptAll(ledger, 'mall', awards)
    expect(held(ledger, ANN, STAR)).toEqual([
      { expires: '2027-11-30', amount: 35n },
      { expires: '2027-11-30', availableFrom: '2026-12-01', amount: 20n },
      { expires: '2027-11-30', availableFrom: '2026-12-30', amount: 10n },
    ])
    expect(verdict(await submitOne(ledger, 'mall', redeem(STAR, ANN, '36')))).toBe('POINTS_PENDING')
    await rollTo(ledger, '2026-12-01')
    expect(verdict(await submitOne(ledger, 'mall', redeem(STAR, ANN, '55')))).toBe('accepted')
    expect(held(ledger, ANN, STAR)).toEqual([
      { expires: '2027-11-30', availableFrom: '2026-12-30', amount: 10n },
    ])
  })

  test('is never to hold what becomes available only after its last day', async () => {
    const ledger = await openedLedger()
    const late = issue(FLASH, ANN, '200', { availableFrom: '2026-12-01' })
    expect(await submitOne(ledger, 'airline', late)).toMatchObject({
      code: 'AVAILABLE_FROM_TOO_LATE',
      detail: { latest: '2026-11-30' },
    })
    await rollTo(ledger, '2026-12-02')
    for (const [availableFrom, expected] of [
      ['2027-01-01', 'AVAILABLE_FROM_TOO_LATE'],
      ['2026-12-31', 'accepted'],
    ] as const) {
      const made = issue(FLASH, ANN, '200', { availableFrom })
      expect(verdict(await submitOne(ledger, 'airline', made))).toBe(expected)
    }
  })

  test('loses by expiry 200 lots at once, which can be brought back', async () => {
    const ledger = await openedLedger()
    const lots = Array.from({ length: 201 }, (_, at) => {
      return { expires: endOfMonth('2000-01-01', at), amount: 1n }
    })
    const key = holdingKey(accountOf(ANN), FLASH)
    ledger.state.set(key.name, key.codec.encode({ lots }))
    await submitOne(ledger, 'bank', expireFlash())
    expect(posted(ledger, ANN)).toEqual(lots.slice(0, 200))
    const entry = JSON.parse(ledger.published.at(-1)?.text ?? '') as object
    const reversal = reverse(entry, 'airline:finance-1', 'airline:finance-2')
    expect(verdict(await submitOne(ledger.clone(), 'mall', reversal))).toBe('accepted')
    expect(verdict(await submitOne(ledger, 'bank', expireFlash()))).toBe('accepted')
    expect(posted(ledger, ANN)).toEqual(lots.slice(200))
    expect(verdict(await submitOne(ledger, 'bank', expireFlash()))).toBe('NOTHING_TO_EXPIRE')
  })

  test('loses by expiry what is past its date, and nothing else', async () => {
    const ledger = await openedLedger()
    await acceptAll(ledger, 'airline', [issue(FLASH, ANN, '1000'), issue(FLASH, ANN, '200')])
    await rollTo(ledger, '2026-12-01')
    await acceptAll(ledger, 'airline', [issue(FLASH, ANN, '70')])
    await submitOne(ledger, 'bank', expireFlash())
    const { postings } = ledger.entries().at(-1) ?? {}
    expect(postings).toEqual([
      {
        account: `7102/${accountOf(ANN)}`,
        asset: FLASH,
        side: 'debit',
        amount: 120n,
        lots: [{ expires: '2026-11-30', amount: 120n }],
      },
      { account: '7105', asset: FLASH, side: 'credit', amount: 120n },
    ])
    expect(held(ledger, ANN, FLASH)).toEqual([{ expires: '2026-12-31', amount: 7n }])
  })
})

test('a transfer keeps the expiry of what it moves, on the far side too', async () => {
  const ledger = await openedLedger()
  await acceptAll(ledger, 'mall', [issue(STAR, ANN, '1000')])
  await rollTo(ledger, '2026-12-01')
  await acceptAll(ledger, 'mall', [issue(STAR, ANN, '1000'), issue(STAR, BOB, '50')])
  await submitOne(ledger, 'mall', transfer(STAR, ANN, BOB, '130'))
  expect(held(ledger, BOB, STAR)).toEqual([
    { expires: '2027-11-30', amount: 100n },
    { expires: '2027-12-31', amount: 35n },
  ])
  expect(held(ledger, ANN, STAR)).toEqual([{ expires: '2027-12-31', amount: 70n }])
})

describe('lots', () => {
  const lots: Lot[] = [
    { expires: '2026-12-31', availableFrom: '2026-12-05', amount: 4n },
    { expires: '2026-12-31', amount: 1n },
    { expires: '2026-11-30', amount: 2n },
    { expires: '2026-12-31', availableFrom: '2026-12-02', amount: 8n },
  ]

  test('merge as of a date, sorted', () => {
    expect(mergeLots(lots, '2026-12-02')).toEqual([
      { expires: '2026-11-30', amount: 2n },
      { expires: '2026-12-31', amount: 9n },
      { expires: '2026-12-31', availableFrom: '2026-12-05', amount: 4n },
    ])
  })

  test('come to available, pending and expired', () => {
    expect(lotTotals(lots, '2026-12-01')).toEqual({ available: 1n, pending: 12n, expired: 2n })
    expect(lotTotals(lots, '2026-12-05')).toEqual({ available: 13n, pending: 0n, expired: 2n })
    expect(lotTotals(lots, '2027-01-01')).toEqual({ available: 0n, pending: 0n, expired: 15n })
  })

  test('are taken whole or not at all', () => {
    const pending = { expires: '2026-12-31', availableFrom: '2026-12-05', amount: 5n }
    expect(subtractLots(lots, [pending], '2026-12-01')).toBeUndefined()
    expect(subtractLots(lots, [pending], '2026-12-05')).toEqual([
      { expires: '2026-11-30', amount: 2n },
      { expires: '2026-12-31', amount: 8n },
    ])
    expect(() => takeAvailable(lots, 14n, '2026-12-05')).toThrow('lots do not reach')
  })
})
