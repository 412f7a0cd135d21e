import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../data/seeded-random.ts'
import type { ClearingTurnover } from '../../ledger/index.ts'
import { cyclePositions } from '../../ledger/index.ts'
import { postClearing } from '../../ledger/clearing.ts'

const CYCLE = '2026-12-01.1'
const IDS = ['airline', 'bank', 'hotel', 'mall', 'store'] as const

const claims = fc.array(
  fc.record({
    parties: fc.shuffledSubarray([...IDS], { minLength: 2, maxLength: 2 }),
    points: fc.bigInt({ min: 1n, max: 10n ** 9n }),
    numerator: fc.bigInt({ min: 1n, max: 10n ** 6n }),
    denominator: fc.bigInt({ min: 1n, max: 7n }),
  }),
  { maxLength: 40 },
)

type Claims = typeof claims extends fc.Arbitrary<infer Value> ? Value : never

/** The clearing accounts that entries with these claims post to. */
function accountsOf(made: Claims): ClearingTurnover[] {
  const accounts = new Map<string, { debit: bigint; credit: bigint }>()
  for (const { parties, points, numerator, denominator } of made) {
    const [debtor = '', creditor = ''] = parties
    const pricePerPoint = { numerator, denominator }
    const claim = { debtor, creditor, points, pricePerPoint, cycle: CYCLE }
    for (const { account, side, amount } of postClearing(claim).postings) {
      const sums = accounts.get(account) ?? { debit: 0n, credit: 0n }
      sums[side] += amount
      accounts.set(account, sums)
    }
  }
  return [...accounts].map(([path, sums]) => {
    const [, organisation = '', counterparty = ''] = path.split('/')
    return { organisation, counterparty, ...sums }
  })
}

function sum<Item>(items: readonly Item[], amountOf: (item: Item) => bigint): bigint {
  return items.reduce((total, item) => total + amountOf(item), 0n)
}

describe('the positions of a cycle', () => {
  test('sum to zero, and keep what is owed gross', () => {
    fc.assert(
      fc.property(claims, (made) => {
        const accounts = accountsOf(made)
        const { pairs, nets } = cyclePositions(accounts)
        const owed = sum(accounts, ({ debit }) => debit)
        expect(sum(nets, ({ netFen }) => netFen)).toBe(0n)
        expect(sum(nets, ({ toGet }) => toGet)).toBe(owed)
        expect(sum(nets, ({ toPay }) => toPay)).toBe(owed)
        expect(sum(pairs, (pair) => pair.owedByDebtor + pair.owedByCreditor)).toBe(owed)
        for (const { owedByDebtor, owedByCreditor, netFen, roundedDown } of pairs) {
          expect(netFen * 10_000n + roundedDown).toBe(owedByDebtor - owedByCreditor)
          expect(roundedDown >= 0n && roundedDown < 10_000n).toBe(true)
        }
      }),
    )
  })

  test('are settled by fewer payments than there are organisations', () => {
    fc.assert(
      fc.property(claims, (made) => {
        const { nets, payments } = cyclePositions(accountsOf(made))
        const left = new Map(nets.map(({ organisation, netFen }) => [organisation, netFen]))
        for (const { debtor, creditor, fen } of payments) {
          expect(fen).toBeGreaterThan(0n)
          left.set(debtor, (left.get(debtor) ?? 0n) + fen)
          left.set(creditor, (left.get(creditor) ?? 0n) - fen)
        }
        expect([...left.values()].filter((fen) => fen !== 0n)).toEqual([])
        expect(payments.length).toBeLessThanOrEqual(Math.max(nets.length - 1, 0))
      }),
    )
  })

  test('are the same in whatever order the accounts come', () => {
    fc.assert(
      fc.property(claims, fc.nat(), (made, seed) => {
        const accounts = accountsOf(made)
        const random = seededRandom(seed)
        const shuffled = accounts
          .map((account) => ({ account, place: random.below(1_000_000) }))
          .sort((one, other) => one.place - other.place)
          .map(({ account }) => account)
        expect(cyclePositions(shuffled)).toEqual(cyclePositions(accounts))
      }),
    )
  })

  test('of an example on paper', () => {
    type Id = (typeof IDS)[number]
    const pay = (debtor: Id, creditor: Id, points: bigint): Claims[number] => {
      return { parties: [debtor, creditor], points, numerator: 10_000n, denominator: 3n }
    }
    const made = [pay('bank', 'mall', 100n), pay('mall', 'bank', 40n), pay('airline', 'bank', 60n)]
    expect(cyclePositions(accountsOf(made))).toEqual({
      pairs: [
        {
          debtor: 'airline',
          creditor: 'bank',
          owedByDebtor: 200_000n,
          owedByCreditor: 0n,
          netFen: 20n,
          roundedDown: 0n,
        },
        {
          debtor: 'bank',
          creditor: 'mall',
          owedByDebtor: 333_333n,
          owedByCreditor: 133_333n,
          netFen: 20n,
          roundedDown: 0n,
        },
      ],
      nets: [
        { organisation: 'airline', toGet: 0n, toPay: 200_000n, netFen: -20n },
        { organisation: 'bank', toGet: 333_333n, toPay: 333_333n, netFen: 0n },
        { organisation: 'mall', toGet: 333_333n, toPay: 133_333n, netFen: 20n },
      ],
      payments: [{ debtor: 'airline', creditor: 'mall', fen: 20n }],
    })
  })

  test('throw on an account that nothing mirrors', () => {
    const alone = { organisation: 'bank', counterparty: 'mall', debit: 1n, credit: 0n }
    expect(() => cyclePositions([alone])).toThrow(/mirror/)
  })
})
