import { beforeAll, expect, test } from 'vitest'
import {
  giftAddress,
  giftLinkOf,
  newGiftLink,
  openGiftLink,
  seedCommitment,
} from '../../../cli/gift-link.ts'
import { defineSeries, issueCoupons } from '../../support/coupon-world.ts'
import { couponsOf, payOrder, pointsOf, refundOrder } from '../../support/order-world.ts'
import {
  acceptOffer,
  basket,
  claimGift,
  linkSignature,
  openGift,
  openOffer,
  recallGift,
} from '../../support/trade-world.ts'
import { accountOf, STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { purchase } from './requests.ts'
import type { Json } from './scene.ts'
import { Scene } from './scene.ts'

const NEA = 'mall:m-nea'
const OLI = 'bank:m-oli'
const FIN = 'airline:m-fin'
export const GIVERS = [NEA, OLI, FIN]

/** Shopping coupons of 50.00. */
const CARD = 'mall:card:fen'
/** 5.00 off 30.00, which the bank and the mall pay in equal parts. */
const OFF = 'bank:off5:piece'

const ITEMS = [{ category: 'food', amountFen: '8000' }]

/** What members do with points and coupons among each other, and at the till. */
export function memberStories(net: GetNetwork): void {
  const scene = new Scene(net)

  beforeAll(async () => {
    const funders = ['bank', 'mall'].map((organisation) => ({ organisation, share: 1 }))
    await scene.take('mall', '/series', defineSeries(CARD))
    await scene.take('bank', '/series', defineSeries(OFF, { funders }))
    await scene.take('mall', '/coupons/issues', issueCoupons(CARD, NEA, ['N-1', 'N-2']))
    await scene.take('bank', '/coupons/issues', issueCoupons(OFF, NEA, ['N-1']))
    for (const member of [NEA, OLI]) await scene.take('mall', '/issues', purchase(member))
  })

  test('a gift by a link is claimed, spent in one order with points, and given back in part', async () => {
    const address = giftAddress('https://wallet.example', 'mall:g-story', newGiftLink())
    const link = giftLinkOf(address)
    if (link === undefined) throw new Error('an address without a secret')
    const content = {
      points: pointsOf(STAR, 600),
      coupons: couponsOf([CARD, 'N-1'], [OFF, 'N-1']),
    }
    const change = { linkKey: link.wallet.publicKey }
    await scene.take('mall', '/gifts', openGift('mall:g-story', NEA, content, change))
    const gift = await scene.read('airline', '/gifts/mall:g-story')
    expect(gift).toMatchObject({ status: 'open', from: accountOf(NEA) })
    expect(JSON.stringify(gift)).not.toContain(link.secret)
    expect(await scene.coupon(CARD, 'N-1')).toMatchObject({ state: 'gifted' })
    expect(await scene.points(NEA)).toBe(400)

    const signature = linkSignature('mall:g-story', OLI, link)
    const claim = claimGift('mall:g-story', OLI, { linkSignature: signature })
    await scene.take('bank', '/gifts/claims', claim)
    expect(await scene.coupon(CARD, 'N-1')).toMatchObject({
      state: 'held',
      account: accountOf(OLI),
    })
    expect(await scene.points(OLI)).toBe(1600)

    const order = { amountFen: '8000', items: ITEMS, from: accountOf(OLI), ...content }
    const quote = await scene.ask('airline', '/quotes', { acceptor: 'airline', ...order })
    // 5.00 off first, then 50.00 of the coupon, then 600 points at a third of a fen.
    expect(quote).toMatchObject({ paidFen: '5700', leftFen: '2300' })
    expect((quote['coupons'] as Json[]).map(({ fen }) => fen)).toEqual(['500', '5000'])
    const paidFen = String(quote['paidFen'])
    const payment = payOrder('airline:p-gift', { ...order, paidFen }, OLI)
    await scene.take('airline', '/orders', payment)
    expect(await scene.points(OLI)).toBe(1000)

    const refund = refundOrder('airline:p-gift', [[CARD, 'N-1', 1500]], [[STAR, 90]])
    await scene.take('airline', '/refunds', refund)
    expect(await scene.coupon(CARD, 'N-1')).toMatchObject({ state: 'held', amount: '1500' })
    expect(await scene.points(OLI)).toBe(1090)
    expect(await scene.unbalanced()).toEqual([])
  })

  test('a red packet gives each who comes a share, and the sender takes back what is left', async () => {
    const link = openGiftLink('a packet in a group')
    const shares = { count: 3, split: { kind: 'random', commitment: seedCommitment(link) } }
    const change = { linkKey: link.wallet.publicKey, shares }
    const before = await scene.points(NEA)
    const packet = openGift('mall:g-packet', NEA, basket({ [STAR]: 100 }), change)
    await scene.take('mall', '/gifts', packet)
    const gifted = new Map<string, number>()
    for (const member of [OLI, FIN]) {
      const had = await scene.points(member)
      const linked = linkSignature('mall:g-packet', member, link)
      const proofs = { linkSignature: linked, seed: link.seed }
      const claim = claimGift('mall:g-packet', member, proofs)
      await scene.take(member.split(':')[0] ?? '', '/gifts/claims', claim)
      gifted.set(member, (await scene.points(member)) - had)
      const again = claimGift('mall:g-packet', member, proofs)
      expect(await scene.verdict('mall', '/gifts/claims', again)).toBe('SHARE_TAKEN')
    }
    await scene.take('mall', '/gifts/recalls', recallGift('mall:g-packet', NEA))
    const given = [...gifted.values()]
    expect(given.every((share) => share > 0)).toBe(true)
    const total = given.reduce((sum, share) => sum + share, 0)
    expect(await scene.points(NEA)).toBe(before - total)
    expect(await scene.unbalanced()).toEqual([])
  })

  test('a coupon is swapped for points, both ways in one entry', async () => {
    const gives = { points: [], coupons: couponsOf([CARD, 'N-2']) }
    const wants = basket({ [STAR]: 200 })
    const offer = openOffer('mall:o-swap', NEA, gives, wants, { to: accountOf(OLI) })
    await scene.take('mall', '/offers', offer)
    const stranger = acceptOffer('mall:o-swap', FIN, wants, gives)
    expect(await scene.verdict('airline', '/offers/acceptances', stranger)).toBe('NOT_ADDRESSEE')
    const before = await scene.points(NEA)
    const accepted = acceptOffer('mall:o-swap', OLI, wants, gives)
    const { entryHash } = await scene.take('bank', '/offers/acceptances', accepted)
    expect(await scene.points(NEA)).toBe(before + 200)
    expect(await scene.coupon(CARD, 'N-2')).toMatchObject({ account: accountOf(OLI) })
    const { entry } = await scene.read('airline', `/entries/${String(entryHash)}`)
    const assets = (entry as { postings: Json[] }).postings.map(({ asset }) => asset)
    expect(new Set(assets)).toEqual(new Set([CARD, STAR]))
  })
}
