import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { breakageOf, earnedRevenue } from '../../ledger/index.ts'

/** Fen in whole yuan, rounded to the nearest. */
function wholeOf(fen: bigint): bigint {
  return (fen + 50n) / 100n
}

// KPMG, Revenue handbook, examples 10A and 10B: a sale of 100,000 with 10,000 points, of which
// 9,000 is allocated to the points; 97 % are expected to be redeemed at first. Whole amounts there.
describe('the worked example', () => {
  const deferred = 900_000n
  const first = earnedRevenue({ deferred, redeemed: 4_500n, expected: 9_700n })

  test('of the second year: 4,500 of 9,700', () => {
    expect(wholeOf(first)).toBe(4_175n)
  })

  test.each([
    [9_900n, 3_552n],
    [9_200n, 4_140n],
  ])('of the third year, with %d expected by then', (expected, whole) => {
    const both = earnedRevenue({ deferred, redeemed: 8_500n, expected })
    expect(wholeOf(both - first)).toBe(whole)
  })

  test('of the end: as much is redeemed as was expected', () => {
    expect(earnedRevenue({ deferred, redeemed: 9_200n, expected: 9_200n })).toBe(deferred)
  })
})

test('an estimate is never less than is redeemed nor more than can be, and revenue never falls with it', () => {
  const count = fc.bigInt({ min: 0n, max: 1_000_000n })
  fc.assert(
    fc.property(
      count,
      count,
      count,
      fc.integer({ min: 1, max: 100 }),
      (redeemed, outstanding, lost, share) => {
        const issued = redeemed + outstanding + lost
        const expectedShare = { numerator: BigInt(share), denominator: 100n }
        const { expected, breakage } = breakageOf({ issued, redeemed, outstanding, expectedShare })
        expect(expected >= redeemed && expected + breakage === redeemed + outstanding).toBe(true)
        const deferred = issued * 3n
        const now = earnedRevenue({ deferred, redeemed, expected })
        const more = earnedRevenue({ deferred, redeemed: redeemed + 1n, expected })
        expect(now <= more && more <= deferred).toBe(true)
      },
    ),
  )
})
