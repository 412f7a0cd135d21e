import { giftClaimBody, openGiftBody } from '../throughput/packet-gift.ts'
import { signed } from '../../test/support/world.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { benchCrowd } from '../throughput/crowd.ts'

const SHARES = 200

/** Three thousand members of a group want one of the two hundred shares of a red packet 红包. */
export async function* benchPacket(options: BenchOptions): AsyncGenerator<Measurement> {
  yield* benchCrowd(
    {
      scenario: 'packet',
      winners: SHARES,
      open: async (world, round) => {
        const gift = `mall:g-${String(round)}`
        const giver = world.everybody.find((member) => member.startsWith('mall:')) ?? ''
        await world.must('mall', [signed('OpenGift', giver, openGiftBody(gift, giver, SHARES))])
        return (member) => signed('ClaimGift', member, giftClaimBody(gift, member))
      },
    },
    options,
  )
}
