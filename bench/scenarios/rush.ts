import { defineSeries, SPRING } from '../../test/support/coupon-world.ts'
import { accountOf, OPENING_DATE, signed } from '../../test/support/world.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { benchCrowd } from '../throughput/crowd.ts'

const COUPONS = 1_000

/** Three thousand members want one of a thousand coupons. */
export async function* benchRush(options: BenchOptions): AsyncGenerator<Measurement> {
  yield* benchCrowd(
    {
      scenario: 'rush',
      winners: COUPONS,
      prepare: async (world) => {
        await world.must('mall', [defineSeries(SPRING, { budget: '1000000000000' })])
      },
      open: async (world, round) => {
        const rush = `mall:rush-${String(round)}`
        const days = { from: OPENING_DATE, until: OPENING_DATE }
        const terms = { rush, series: SPRING, total: COUPONS, perMember: 1, ...days }
        await world.must('mall', [signed('OpenRush', 'mall:till', terms)])
        return (member) =>
          signed('ClaimRush', member, { rush, series: SPRING, to: accountOf(member) })
      },
    },
    options,
  )
}
