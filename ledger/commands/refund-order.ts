import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { actsAs } from '../authority.ts'
import { movePostings } from '../basket.ts'
import type { StateView } from '../batch-state.ts'
import { dayWrites } from '../coupon-day.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import {
  ContractIdText,
  organisationOf,
  PointsAssetIdText,
  SerialText,
  SeriesIdText,
} from '../identifiers.ts'
import type { Key } from '../keys.ts'
import { couponDayKey, couponKey, orderKey, programmeKey, purchaseKey, seriesKey } from '../keys.ts'
import { postDebts } from '../order-clearing.ts'
import type { AccountPath, Posting } from '../posting.ts'
import { EXPIRED, holdingPath, REDEEMED } from '../posting.ts'
import type { Purchase } from '../purchase.ts'
import { purchaseReferences } from '../redemption.ts'
import type { CouponRefund, PointsRefund, RefundedContent } from '../refund.ts'
import {
  afterRefund,
  refuseCouponRefund,
  refundDebts,
  refundedContent,
  refusePointsRefund,
} from '../refund.ts'
import { accept, defineRule, remove, write } from '../rule.ts'

const Body = Type.Object(
  {
    purchase: ContractIdText,
    coupons: Type.Array(
      Type.Object(
        { series: SeriesIdText, serial: SerialText, amount: PositiveAmount },
        { additionalProperties: false },
      ),
      { maxItems: 20, description: 'fen of shopping coupons, 1 for a deduction coupon' },
    ),
    points: Type.Array(
      Type.Object(
        { asset: PointsAssetIdText, amount: PositiveAmount },
        { additionalProperties: false },
      ),
      { maxItems: 5 },
    ),
    reason: Type.String({ minLength: 1, maxLength: 140 }),
  },
  { additionalProperties: false },
)

type Body = Static<typeof Body>

/**
 * The acceptor gives back what a member has paid an order with, all or a part of it: to the coupons
 * and lots that it came from, with their dates. What the funders owed for it is taken back in the
 * current cycle.
 */
export const refundOrder = defineRule({
  type: 'RefundOrder',
  body: Body,
  subjects: ({ purchase }) => [purchaseKey(purchase)],
  home: ({ purchase }) => organisationOf(purchase),
  clears: true,
  debits: () => [],
  reads: ({ body }, _context, subject) => [
    ...body.points.map(({ asset }) => programmeKey(asset)),
    ...body.coupons.flatMap(({ series, serial }) => [seriesKey(series), couponKey(series, serial)]),
    ...marksOf(body, subject(purchaseKey(body.purchase))),
  ],
  decide(command, state, context) {
    const { body } = command
    const today = context.ledger.cycle.date
    const purchase = state.get(purchaseKey(body.purchase))
    if (purchase === undefined) return refuse('CONTRACT_UNKNOWN', { id: body.purchase })
    const { acceptor, account, status } = purchase
    const roles = ['cashier', 'finance'] as const
    if (!roles.some((role) => actsAs(command, context, acceptor, role))) {
      return refuse('NOT_AUTHORISED')
    }
    const named = partsOf(body, purchase)
    if (!named.ok) return named
    if (status === 'open' || status === 'released') return refuse('PURCHASE_UNPAID', { status })
    const refusal = refuseParts(named, purchase, state, today)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    const { coupons, points } = named
    const content = refundedContent(coupons, points, state, today)
    const whole = coupons.filter(({ paid, amount }) => paid.refunded + amount === paid.amount)
    const use = { account, today: purchase.usedOn, change: -1 } as const
    const after = afterRefund(purchase, coupons, points)
    const mark = orderKey(acceptor, purchase.order, account)
    return accept(
      [
        write(purchaseKey(body.purchase), after),
        // As after a reversal: an order of which nothing is paid any more can be entered again.
        ...(after.status === 'refunded' ? [remove(mark)] : []),
        ...content.writes,
        ...dayWrites(
          whole.map(({ paid }) => paid),
          use,
          state,
        ),
      ],
      {
        postings: [
          ...refundPostings(content, holdingPath(account)),
          ...postDebts(refundDebts(coupons, points, state), acceptor, context.cycle),
        ],
        references: { ...purchaseReferences(body.purchase, purchase), reason: body.reason },
      },
    )
  },
})

/** What says that the order is paid, and how many coupons it counts for. */
function marksOf({ coupons }: Body, purchase: Purchase | undefined): Key<unknown>[] {
  if (purchase === undefined) return []
  const { acceptor, order, account } = purchase
  return [
    orderKey(acceptor, order, account),
    ...coupons.map(({ series }) => couponDayKey(series, account)),
  ]
}

interface NamedParts {
  readonly ok: true
  readonly coupons: readonly CouponRefund[]
  readonly points: readonly PointsRefund[]
}

/** What a refund names, beside what was paid. Refuses nothing at all, and the same thing twice. */
function partsOf({ coupons, points }: Body, purchase: Purchase): NamedParts | Refusal {
  const names = [
    ...coupons.map(({ series, serial }) => ({ asset: series, serial })),
    ...points.map(({ asset }) => ({ asset, serial: '' })),
  ]
  if (names.length === 0) return refuse('BASKET_EMPTY')
  const twice = names.find(({ asset, serial }, at) =>
    names.slice(0, at).some((other) => other.asset === asset && other.serial === serial),
  )
  if (twice !== undefined) return refuse('ASSET_TWICE', { asset: twice.asset })
  return {
    ok: true,
    coupons: coupons.map(({ series, serial, amount }) => ({
      paid: purchase.coupons.find((paid) => paid.series === series && paid.serial === serial) ?? {
        series,
        serial,
        ...NOTHING_PAID,
        amount: 0n,
      },
      amount: BigInt(amount),
    })),
    points: points.map(({ asset, amount }) => ({
      paid: purchase.points.find((paid) => paid.asset === asset) ?? {
        asset,
        ...NOTHING_PAID,
        lots: [],
      },
      amount: BigInt(amount),
    })),
  }
}

const NOTHING_PAID = { fen: 0n, refunded: 0n } as const

function refuseParts(
  { coupons, points }: NamedParts,
  purchase: Purchase,
  state: StateView,
  today: string,
): Refusal | undefined {
  for (const refund of coupons) {
    const refusal = refuseCouponRefund(refund, purchase, state, today)
    if (refusal !== undefined) return refusal
  }
  for (const refund of points) {
    const refusal = refusePointsRefund(refund)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Out of what is redeemed, into the wallet, or among what has expired. */
function refundPostings({ back, lost }: RefundedContent, wallet: AccountPath): Posting[] {
  return [...movePostings(back, REDEEMED, wallet), ...movePostings(lost, REDEEMED, EXPIRED)].map(
    (posting) => {
      const { lots: _lots, coupons: _coupons, ...sum } = posting
      return posting.account === wallet ? posting : sum
    },
  )
}
