import { expect, test } from 'vitest'
import { accountOf, signed, STAR } from '../../support/world.ts'
import { defineSeries, issueCoupons, SPRING } from '../../support/coupon-world.ts'
import {
  acceptOffer,
  basket,
  bidId,
  cancelOffer,
  claimGift,
  closeSealedAuction,
  commitBid,
  linkSignature,
  openAuction,
  openGift,
  openOffer,
  openSealedAuction,
  placeBid,
  recallGift,
  revealBid,
  settleBid,
} from '../../support/trade-world.ts'
import type { GetNetwork } from './requests.ts'
import { accepted, available, purchase } from './requests.ts'

const LENA = 'mall:m-lena'
const OMAR = 'bank:m-omar'
const PIA = 'airline:m-pia'
export const TRADERS = [LENA, OMAR, PIA]

/** Keepers tell the time every 15 seconds. */
const CLOSING_LIMIT_MS = 60_000

function now(): number {
  return Math.floor(Date.now() / 1000)
}

/** What members give one another, swap and auction. */
export function tradingStories(net: GetNetwork): void {
  async function read(path: string, minBlock: unknown): Promise<Record<string, unknown>> {
    return (await net().get('bank', `${path}?minBlock=${String(minBlock)}`)).body
  }

  /** Tells the time as two organisations do. */
  async function tick(time: number): Promise<void> {
    for (const organisation of ['mall', 'bank']) {
      const command = signed('TickClock', organisation, { time: String(time) })
      const { body } = await net().post(organisation, '/commands', command, {}, 'admin')
      expect(body).toMatchObject({ status: 'accepted' })
    }
  }

  test('a gift goes to the one whose account the link has signed for', async () => {
    await accepted(net(), 'mall', defineSeries(SPRING))
    await accepted(net(), 'mall', issueCoupons(SPRING, LENA, ['L-1', 'L-2']))
    for (const member of TRADERS) await accepted(net(), 'mall', purchase(member))
    const gift = openGift('mall:g-lena', LENA, basket({ [STAR]: 100 }, ['L-1']))
    expect((await net().post('bank', '/gifts', gift)).status).toBe(201)
    const linkOfOmar = { linkSignature: linkSignature('mall:g-lena', OMAR) }
    const copied = claimGift('mall:g-lena', PIA, linkOfOmar)
    const stolen = await net().post('airline', '/gifts/claims', copied)
    expect(stolen.body).toMatchObject({ code: 'LINK_SIGNATURE_INVALID' })
    const claim = await net().post('bank', '/gifts/claims', claimGift('mall:g-lena', OMAR))
    expect(claim.status).toBe(201)
    const seen = await read('/gifts/mall:g-lena', claim.body['blockNumber'])
    expect(seen).toMatchObject({ status: 'claimed', claims: [{ to: accountOf(OMAR) }], keeps: [] })
    expect(await available(net(), OMAR, claim.body['blockNumber'])).toBe('1100')
  })

  test('a red packet gives everybody one share, and the rest comes back', async () => {
    const shares = { count: 3, split: { kind: 'equal' } }
    await accepted(net(), 'mall', openGift('mall:g-red', LENA, basket({ [STAR]: 10 }), { shares }))
    const claims = [OMAR, PIA, OMAR].map((member) => claimGift('mall:g-red', member))
    const answers = await Promise.all(
      claims.map(async (claim) => await net().post('airline', '/gifts/claims', claim)),
    )
    const verdicts = answers.map(({ body }) => String(body['code'] ?? body['status']))
    expect(verdicts.toSorted()).toEqual(['SHARE_TAKEN', 'accepted', 'accepted'])
    const recall = await net().post('mall', '/gifts/recalls', recallGift('mall:g-red', LENA))
    const seen = await read('/gifts/mall:g-red', recall.body['blockNumber'])
    expect(seen).toMatchObject({ status: 'recalled', keeps: [] })
  })

  test('a swap is made at once or not at all', async () => {
    const [gives, wants] = [basket({}, ['L-2']), basket({ [STAR]: 50 })]
    expect(
      (await net().post('mall', '/offers', openOffer('mall:o-1', LENA, gives, wants))).status,
    ).toBe(201)
    await accepted(net(), 'mall', cancelOffer('mall:o-1', LENA))
    const late = acceptOffer('mall:o-1', PIA, wants, gives)
    expect((await net().post('airline', '/offers/acceptances', late)).body).toMatchObject({
      code: 'OFFER_CLOSED',
    })
    await accepted(net(), 'mall', openOffer('mall:o-2', LENA, gives, wants))
    const acceptance = acceptOffer('mall:o-2', PIA, wants, gives)
    const done = await net().post('airline', '/offers/acceptances', acceptance)
    expect(done.status).toBe(201)
    const coupon = await read(`/coupons/${SPRING}/L-2`, done.body['blockNumber'])
    expect(coupon).toMatchObject({ account: accountOf(PIA), state: 'held' })
  })

  test(
    'an auction is closed by the home of its seller when its time is over',
    async () => {
      const closesAt = String(now() + 5)
      const change = { closesAt, extendSeconds: 0 }
      const item = basket({}, ['L-2'])
      await accepted(net(), 'airline', openAuction('airline:a-pia', PIA, item, change))
      expect((await net().post('mall', '/bids', placeBid('airline:a-pia', LENA, 20))).status).toBe(
        201,
      )
      const best = await net().post('bank', '/bids', placeBid('airline:a-pia', OMAR, 30))
      expect(best.status).toBe(201)
      const low = await net().post('mall', '/bids', placeBid('airline:a-pia', LENA, 31))
      expect(low.body).toMatchObject({ code: 'BID_TOO_LOW', detail: { least: '35' } })
      await expect
        .poll(async () => (await read('/auctions/airline:a-pia', '0'))['status'], {
          timeout: CLOSING_LIMIT_MS,
          interval: 500,
        })
        .toBe('sold')
      const coupon = await read(`/coupons/${SPRING}/L-2`, '0')
      expect(coupon).toMatchObject({ account: accountOf(OMAR), state: 'held' })
      const late = await net().post('mall', '/bids', placeBid('airline:a-pia', LENA, 50))
      expect(late.body).toMatchObject({ code: 'AUCTION_CLOSED' })
    },
    CLOSING_LIMIT_MS,
  )

  test('a sealed auction sells for the second best bid, and sealed deposits are lost', async () => {
    const noon = now() + 3600
    const times = { bidsUntil: String(noon), closesAt: String(noon + 60) }
    const item = basket({}, ['L-2'])
    await accepted(net(), 'bank', openSealedAuction('bank:a-omar', OMAR, item, times))
    for (const [member, amount] of [
      [LENA, 80],
      [PIA, 60],
    ] as const) {
      const bid = commitBid('bank:a-omar', member, amount)
      expect((await net().post('mall', '/bids/sealed', bid)).status).toBe(201)
    }
    const early = await net().post('mall', '/bids/reveals', revealBid('bank:a-omar', LENA, 80))
    expect(early.body).toMatchObject({ code: 'REVEAL_NOT_YET' })
    await tick(noon + 1)
    await accepted(net(), 'bank', revealBid('bank:a-omar', LENA, 80))
    await tick(noon + 61)
    await accepted(net(), 'bank', closeSealedAuction('bank:a-omar', PIA))
    const settled = await accepted(net(), 'bank', settleBid(bidId('bank:a-omar', PIA), OMAR))
    const bids = await read(`/bids`, settled['blockNumber'])
    const statuses = (bids['items'] as { from: string; status: string }[]).map(
      ({ from, status }) => `${from} ${status}`,
    )
    expect(statuses.toSorted()).toEqual([`${accountOf(PIA)} forfeited`, `${accountOf(LENA)} won`])
    const trial = await read('/trial-balance', settled['blockNumber'])
    expect(trial).toMatchObject({ balanced: true, generalEqualsDetail: true })
  })
}
