import { expect, test } from 'vitest'
import { accountOf } from '../../support/world.ts'
import {
  amendSeries,
  claimCoupon,
  claimRush,
  defineSeries,
  issueCoupons,
  openRush,
  registerClaimCodes,
  transferCoupons,
} from '../../support/coupon-world.ts'
import type { GetNetwork } from './requests.ts'
import { accepted } from './requests.ts'

const GIVER = 'mall:m-giver'
const TAKER = 'bank:m-taker'
const CROWD = Array.from({ length: 30 }, (_, at) => `airline:m-crowd-${at}`)
export const COLLECTORS = [GIVER, TAKER, ...CROWD]

const SERIES = 'mall:feast:fen'
const RUSH = 'mall:rush-feast'

/** Coupons as merchants issue them and members get and pass them on. */
export function couponStories(net: GetNetwork): void {
  async function stateOf(serial: string, minBlock: unknown): Promise<Record<string, unknown>> {
    const path = `/coupons/${SERIES}/${serial}?minBlock=${String(minBlock)}`
    return (await net().get('bank', path)).body
  }

  test('a series is defined, and its coupons are issued and passed on', async () => {
    const defined = await net().post('mall', '/series', defineSeries(SERIES, { budget: '200000' }))
    expect(defined.status).toBe(201)
    const issue = issueCoupons(SERIES, GIVER, ['F-1', 'F-2'])
    // At any gateway: it goes to the issuer's, which fills its lane from the budget first.
    expect((await net().post('bank', '/coupons/issues', issue)).status).toBe(201)
    const moved = transferCoupons(SERIES, GIVER, TAKER, ['F-2'])
    const { status, body } = await net().post('mall', '/coupons/transfers', moved)
    expect(status).toBe(201)
    const seen = await stateOf('F-2', body['blockNumber'])
    expect(seen).toMatchObject({ account: accountOf(TAKER), state: 'held', amount: '5000' })
    const trial = await net().get('bank', `/trial-balance?minBlock=${String(body['blockNumber'])}`)
    expect(trial.body).toMatchObject({ balanced: true, generalEqualsDetail: true })
  })

  test('a frozen term stays, and a copied claim gets nothing', async () => {
    const change = { budget: '200000', minimumSpendFen: '1' }
    const amended = await net().post('mall', '/series/amendments', amendSeries(SERIES, change))
    expect(amended.body).toMatchObject({
      code: 'SERIES_FROZEN',
      detail: { field: 'minimumSpendFen' },
    })
    await accepted(net(), 'mall', registerClaimCodes(SERIES, [1]))
    const claim = claimCoupon(SERIES, 1, TAKER)
    const { signature } = claim.command.body as { signature: string }
    const copied = claimCoupon(SERIES, 1, GIVER, { signature })
    const stolen = await net().post('mall', '/claims', copied)
    expect(stolen.body).toMatchObject({ code: 'CLAIM_SIGNATURE_INVALID' })
    expect((await net().post('bank', '/claims', claim)).status).toBe(201)
    const second = await net().post('mall', '/claims', claimCoupon(SERIES, 1, GIVER))
    expect(second.body).toMatchObject({ code: 'CLAIM_CODE_USED' })
  })

  test('a crowd rushes, and just as many coupons go out as there are', async () => {
    await accepted(net(), 'mall', openRush(RUSH, SERIES, { total: 20 }))
    const claims = CROWD.map((member) => claimRush(RUSH, SERIES, member))
    const answers = await Promise.all(
      claims.map(async (claim, at) => {
        const gateway = at % 2 === 0 ? 'airline' : 'mall'
        return await net().post(gateway, '/rushes/claims', claim)
      }),
    )
    const verdicts = answers.map(({ body }) => String(body['code'] ?? body['status']))
    expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(20)
    expect(verdicts.filter((verdict) => verdict === 'RUSH_OVER')).toHaveLength(10)
    const blocks = answers.map(({ body }) => Number(body['blockNumber'] ?? 0))
    const path = `/rushes/${RUSH}?minBlock=${Math.max(...blocks)}`
    expect((await net().get('mall', path)).body).toMatchObject({ total: 20, left: '0' })
  })
}
