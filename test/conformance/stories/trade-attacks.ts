import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SignedCommand } from '../../../ledger/index.ts'
import { openGiftLink } from '../../../cli/gift-link.ts'
import { amendSeries, defineSeries, issueCoupons } from '../../support/coupon-world.ts'
import { defineRate } from '../../support/exchange-world.ts'
import type { Named } from '../../support/order-world.ts'
import { couponsOf, payOrder, pointsOf, refundOrder } from '../../support/order-world.ts'
import {
  acceptOffer,
  basket,
  cancelOffer,
  claimGift,
  linkSignature,
  openAuction,
  openGift,
  openOffer,
  placeBid,
} from '../../support/trade-world.ts'
import { accountOf, HUI, signed, STAR } from '../../support/world.ts'
import { DirectSubmitter } from '../direct-submitter.ts'
import type { GetNetwork } from './requests.ts'
import { purchase } from './requests.ts'
import type { Json } from './scene.ts'
import { Scene } from './scene.ts'

const VIC = 'mall:m-vic'
const WIM = 'bank:m-wim'
const EVE = 'airline:m-evil'
/** At home where the auction is, so that what she is told there is final. */
const XIA = 'mall:m-xia'
export const PREY = [VIC, WIM, EVE, XIA]

/** Shopping coupons of 50.00. */
const FACE = 'mall:prey:fen'
/** Shopping coupons of 10.00, which three pay in equal parts. */
const THIRDS = 'mall:thirds:fen'
/** Two STAR for one HUI, and one HUI for two STAR. */
const DOWN = 'mall:two-for-one'
const UP = 'bank:one-for-two'

const SERIALS = ['V-1', 'V-2', 'V-3', 'V-4']

/**
 * What somebody tries who has a gateway of his own and takes what others have signed. What can be
 * sent to the contract itself is sent there too, past all gateways.
 */
export function tradeAttackStories(net: GetNetwork): void {
  const scene = new Scene(net)
  let airline: DirectSubmitter
  let bank: DirectSubmitter

  beforeAll(async () => {
    airline = new DirectSubmitter(net().profile('airline'))
    bank = new DirectSubmitter(net().profile('bank'))
    const all = ['bank', 'mall', 'airline'].map((organisation) => ({ organisation, share: 1 }))
    const thirds = { value: { kind: 'shopping', faceFen: '1000', partialUse: true }, funders: all }
    await scene.take('mall', '/series', defineSeries(FACE))
    await scene.take('mall', '/series', defineSeries(THIRDS, thirds))
    await scene.take('mall', '/coupons/issues', issueCoupons(FACE, VIC, SERIALS))
    await scene.take('mall', '/coupons/issues', issueCoupons(THIRDS, VIC, ['V-1']))
    for (const member of PREY) await scene.take('mall', '/issues', purchase(member))
    const [half, twice] = [
      { numerator: '1', denominator: '2' },
      { numerator: '2', denominator: '1' },
    ]
    await scene.take('mall', '/rates', defineRate(DOWN, STAR, HUI, { toPerFrom: half }))
    await scene.take('bank', '/rates', defineRate(UP, HUI, STAR, { toPerFrom: twice }))
  })
  afterAll(() => {
    airline.close()
    bank.close()
  })

  /** Sends it past the gateways, as an organisation that has none could. */
  async function direct(submitter: DirectSubmitter, command: SignedCommand): Promise<string> {
    const { verdicts, blockNumber } = await submitter.submit([command], 'client')
    scene.saw(blockNumber)
    return verdicts[0] ?? ''
  }

  /** Runs what must take nothing from anybody. */
  async function takingNothing(attack: () => Promise<void>): Promise<void> {
    const before = await wallets()
    await attack()
    expect(await wallets()).toEqual(before)
  }

  async function wallets(): Promise<string[]> {
    return await Promise.all(PREY.map(async (member) => await scene.wallet(member)))
  }

  test('a gift’s link signature is of no use for another recipient', async () => {
    const link = openGiftLink('seen by a thief')
    const change = { linkKey: link.wallet.publicKey }
    const content = basket({ [STAR]: 100 })
    await scene.take('mall', '/gifts', openGift('mall:g-prey', VIC, content, change))
    const seen = linkSignature('mall:g-prey', WIM, link)
    await takingNothing(async () => {
      const copied = claimGift('mall:g-prey', EVE, { linkSignature: seen })
      expect(await scene.verdict('airline', '/gifts/claims', copied)).toBe('LINK_SIGNATURE_INVALID')
      const again = claimGift('mall:g-prey', EVE, { linkSignature: seen })
      expect(await direct(airline, again)).toBe('LINK_SIGNATURE_INVALID')
      // Nor does the thief get it by signing for the account of the one it was meant for.
      const posing = signed('ClaimGift', EVE, claimGift('mall:g-prey', WIM).command.body)
      expect(await direct(airline, posing)).toBe('NOT_AUTHORISED')
    })
    const claim = claimGift('mall:g-prey', WIM, { linkSignature: seen })
    expect(await scene.verdict('bank', '/gifts/claims', claim)).toBe('accepted')
  })

  test('a coupon shown at two tills at the same moment pays once', async () => {
    const verdicts = await Promise.all([
      scene.verdict('airline', '/orders', spend('airline:p-till-1', 'V-1')),
      scene.verdict('bank', '/orders', spend('airline:p-till-2', 'V-1')),
    ])
    expect(verdicts.toSorted()).toEqual(['COUPON_REDEEMED', 'accepted'])
  })

  test('nor does it pay twice by two organisations that go past all gateways', async () => {
    const verdicts = await Promise.all([
      direct(airline, spend('airline:p-till-3', 'V-2')),
      direct(bank, spend('airline:p-till-4', 'V-2')),
    ])
    expect(verdicts.toSorted()).toEqual(['COUPON_REDEEMED', 'accepted'])
  })

  test('an order is refunded once, be it by two staff at the same moment', async () => {
    await scene.take('mall', '/orders', spend('airline:p-prey', 'V-3'))
    const parts: [[...Named, amount: number]] = [[FACE, 'V-3', 5000]]
    const refunds = ['airline:till', 'airline:finance-1'].map((staff) =>
      refundOrder('airline:p-prey', parts, [], staff),
    )
    const answers = await Promise.all(
      refunds.map(async (refund) => await scene.verdict('airline', '/refunds', refund)),
    )
    expect(answers.toSorted()).toEqual(['REFUND_EXCEEDS', 'accepted'])
    await takingNothing(async () => {
      const third = refundOrder('airline:p-prey', [[FACE, 'V-3', 1]])
      expect(await direct(airline, third)).toBe('REFUND_EXCEEDS')
      // The same command is answered as before.
      for (const refund of refunds) await direct(airline, refund)
    })
    expect(await scene.coupon(FACE, 'V-3')).toMatchObject({ state: 'held', amount: '5000' })
  })

  test('an offer that was cancelled is not accepted any more', async () => {
    const gives = { points: [], coupons: couponsOf([FACE, 'V-4']) }
    const wants = basket({ [STAR]: 1 })
    await scene.take('mall', '/offers', openOffer('mall:o-prey', VIC, gives, wants))
    await scene.take('mall', '/offers/cancellations', cancelOffer('mall:o-prey', VIC))
    await takingNothing(async () => {
      const late = acceptOffer('mall:o-prey', EVE, wants, gives)
      expect(await scene.verdict('airline', '/offers/acceptances', late)).toBe('OFFER_CLOSED')
      const past = acceptOffer('mall:o-prey', EVE, wants, gives)
      expect(await direct(airline, past)).toBe('OFFER_CLOSED')
    })
  })

  test('points that are put aside, or that are pending, make no bid', async () => {
    const item = { points: [], coupons: couponsOf([FACE, 'V-4']) }
    const change = { closesAt: '9000000000' }
    await scene.take('mall', '/auctions', openAuction('mall:a-prey', VIC, item, change))
    const aside = basket({ [STAR]: 950 })
    await scene.take('airline', '/gifts', openGift('airline:g-aside', EVE, aside))
    await scene.take('mall', '/gifts', openGift('mall:g-aside', XIA, aside))
    const bids = async (code: string): Promise<void> => {
      await takingNothing(async () => {
        const near = placeBid('mall:a-prey', XIA, 51)
        expect(await scene.verdict('mall', '/bids', near)).toBe(code)
        const far = placeBid('mall:a-prey', EVE, 51)
        expect(await scene.verdict('airline', '/bids', far)).toBe('SHORT_AWAY_FROM_HOME')
      })
    }
    await bids('INSUFFICIENT_POINTS')
    for (const member of [EVE, XIA]) {
      await scene.take('mall', '/issues', purchase(member, { availableFrom: '2026-12-20' }))
    }
    await bids('POINTS_PENDING')
  })

  test.each([
    ['value', { value: { kind: 'shopping', faceFen: '1', partialUse: true } }],
    ['validity', { validity: { kind: 'days', days: 1 } }],
    ['acceptors', { acceptors: ['mall', 'bank'] }],
    ['minimumSpendFen', { minimumSpendFen: '100000' }],
    ['funders', { funders: [{ organisation: 'airline', share: 1 }] }],
    ['budget', { budget: '9000000' }],
  ])('an issuer does not change %s once coupons are out', async (field, change) => {
    const before = await scene.read('bank', `/series/${FACE}`)
    const body = await scene.ask('mall', '/series/amendments', {
      ...amendSeries(FACE, change),
    })
    expect(body).toMatchObject({ code: 'SERIES_FROZEN', detail: { field } })
    expect(await direct(airline, amendSeries(FACE, change))).toBe('SERIES_FROZEN')
    const { asOfBlock: _before, ...terms } = before
    expect(await scene.read('bank', `/series/${FACE}`)).toMatchObject(terms)
  })

  test('going round by an exchange gains nothing, in however small steps', async () => {
    const before = await scene.points(WIM)
    await takingNothing(async () => {
      const free = exchange(DOWN, STAR, HUI, [1, 1])
      expect(await scene.verdict('bank', '/exchanges', free)).toBe('QUOTE_CHANGED')
      const up = exchange(DOWN, STAR, HUI, [3, 2])
      expect(await scene.verdict('bank', '/exchanges', up)).toBe('QUOTE_CHANGED')
    })
    await scene.take('bank', '/exchanges', exchange(DOWN, STAR, HUI, [3, 1]))
    await scene.take('bank', '/exchanges', exchange(UP, HUI, STAR, [1, 2]))
    expect([await scene.points(WIM), await scene.points(WIM, HUI)]).toEqual([before - 1, 0])
  })

  test('a fraction of a fen pays for nothing', async () => {
    const items = [{ category: 'food', amountFen: '100' }]
    const order = { amountFen: '100', items, coupons: [], from: accountOf(WIM) }
    const points = pointsOf(STAR, 5)
    const asked = { acceptor: 'airline', ...order, points }
    const quote = await scene.ask('airline', '/quotes', asked)
    // Three STAR are worth a fen.
    expect(quote).toMatchObject({ paidFen: '1', leftFen: '99' })
    await takingNothing(async () => {
      const more = payOrder('airline:p-fen', { ...order, points, paidFen: '2' }, WIM)
      expect(await scene.verdict('airline', '/orders', more)).toBe('QUOTE_CHANGED')
      const one = { ...order, points: pointsOf(STAR, 2), paidFen: '1' }
      const less = payOrder('airline:p-fen', one, WIM)
      expect(await scene.verdict('airline', '/orders', less)).not.toBe('accepted')
    })
  })

  test('a refund in odd parts takes back from the funders just what they owed', async () => {
    const before = await cleared()
    const items = [{ category: 'food', amountFen: '1000' }]
    const facts = { amountFen: '1000', items, coupons: couponsOf([THIRDS, 'V-1']), points: [] }
    const paid = payOrder('airline:p-thirds', { ...facts, paidFen: '1000' }, VIC)
    await scene.take('airline', '/orders', paid)
    const owed = await cleared()
    // A third each of 10.00; the airline, which is its own debtor for one, clears nothing for it.
    expect(owed.map((sum, at) => sum - (before[at] ?? 0n))).toEqual([3_333_333n, 3_333_333n])
    for (const part of [333, 334, 1, 332]) {
      const refund = refundOrder('airline:p-thirds', [[THIRDS, 'V-1', part]])
      await scene.take('airline', '/refunds', refund)
    }
    expect(await cleared()).toEqual(before)
    expect(await scene.coupon(THIRDS, 'V-1')).toMatchObject({ state: 'held', amount: '1000' })
  })

  async function cleared(): Promise<bigint[]> {
    return [await scene.cleared('airline', 'bank'), await scene.cleared('airline', 'mall')]
  }

  test('after all that the books balance at every gateway', async () => {
    expect(await scene.unbalanced()).toEqual([])
    const owners = await Promise.all(
      SERIALS.map(async (serial): Promise<Json> => await scene.coupon(FACE, serial)),
    )
    expect(new Set(owners.map(({ account }) => account))).toEqual(new Set([accountOf(VIC)]))
  })
}

/** An order of Vic’s at the airline that one coupon pays. */
function spend(order: string, serial: string): SignedCommand {
  const items = [{ category: 'food', amountFen: '6000' }]
  const facts = { amountFen: '6000', items, coupons: couponsOf([FACE, serial]), points: [] }
  return payOrder(order, { ...facts, paidFen: '5000' }, VIC)
}

/** An exchange of Wim’s own points at what he says it gives. */
function exchange(
  rate: string,
  from: string,
  to: string,
  [pays, receives]: readonly [number, number],
): SignedCommand {
  const account = accountOf(WIM)
  return signed('ExchangePoints', WIM, {
    from: account,
    to: account,
    pays: { asset: from, amount: String(pays) },
    legs: [{ rate, receives: { asset: to, amount: String(receives) } }],
    quotedOn: '2026-11-30',
  })
}
