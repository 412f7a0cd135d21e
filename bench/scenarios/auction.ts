import { accountOf, OPENING_DATE, signed, STAR } from '../../test/support/world.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { benchCrowd } from '../throughput/crowd.ts'

/** Later than any benchmark ends. */
const AUCTION_SECONDS = 86_400

/**
 * Three thousand members bid for the same thing, each one point more than the one before; what comes
 * out of turn is too low.
 */
export async function* benchAuction(options: BenchOptions): AsyncGenerator<Measurement> {
  const closesAt = String(Math.ceil(Date.now() / 1_000) + AUCTION_SECONDS)
  yield* benchCrowd(
    {
      scenario: 'auction',
      open: async (world, round) => {
        const auction = `mall:auction-${String(round)}`
        const seller = world.everybody.find((member) => member.startsWith('mall:')) ?? ''
        const item = { points: [{ asset: STAR, amount: '1000' }], coupons: [] }
        const sale = { auction, from: accountOf(seller), item, asset: STAR, minimum: '1', closesAt }
        const terms = { ...sale, until: OPENING_DATE, increment: '1', extendSeconds: 0 }
        await world.must('mall', [signed('OpenAuction', seller, terms)])
        return (member, place) =>
          signed('PlaceBid', member, {
            auction,
            from: accountOf(member),
            asset: STAR,
            amount: String(place + 1),
          })
      },
    },
    options,
  )
}
