import { Type } from 'typebox'
import { PositiveAmount } from './amount.ts'
import type { BasketContent } from './basket-content.ts'
import type { StateView } from './batch-state.ts'
import type { BusinessDate } from './business-date.ts'
import type { CouponTransition } from './coupon-life.ts'
import { afterTransition, checkTransition, checkValidity } from './coupon-life.ts'
import type { Coupon, CouponSeries } from './coupon-series.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AccountId, SeriesId } from './identifiers.ts'
import { PointsAssetIdText, SerialText, SeriesIdText } from './identifiers.ts'
import type { Key } from './keys.ts'
import { couponKey, programmeKey, seriesKey } from './keys.ts'
import { sumLots, takeAvailable } from './lot.ts'
import type { AccountPath, CouponPart, Posting } from './posting.ts'
import type { Account } from './records.ts'
import type { DecisionContext, HoldingReference, RecordWrite } from './rule.ts'
import { write } from './rule.ts'
import { refuseShort, shortfall } from './sufficiency.ts'

const MAX_POINTS = 5
const MAX_COUPONS = 20

/** Points and coupons that change hands together. */
export const BasketText = Type.Object(
  {
    points: Type.Array(
      Type.Object(
        { asset: PointsAssetIdText, amount: PositiveAmount },
        { additionalProperties: false },
      ),
      { maxItems: MAX_POINTS },
    ),
    coupons: Type.Array(
      Type.Object({ series: SeriesIdText, serial: SerialText }, { additionalProperties: false }),
      { maxItems: MAX_COUPONS, uniqueItems: true },
    ),
  },
  { additionalProperties: false, description: 'points and coupons; one of them at least' },
)

export type Basket = Type.Static<typeof BasketText>

/** What a coupon is taken out of a wallet for, and the term of its series that allows it. */
const USES = {
  transfer: 'transferable',
  gift: 'giftable',
  offer: 'transferable',
  auction: 'auctionable',
} as const satisfies Partial<Record<CouponTransition, keyof CouponSeries>>

export type BasketUse = keyof typeof USES

/** Terms of everything in a basket, for a rule's `subjects`. */
export function basketTerms({ points, coupons }: Basket): Key<unknown>[] {
  return [
    ...points.map(({ asset }) => programmeKey(asset)),
    ...coupons.map(({ series }) => seriesKey(series)),
  ]
}

/** The coupons in a basket, for a rule's `reads`. */
export function basketCoupons({ coupons }: Basket): Key<Coupon>[] {
  return coupons.map(({ series, serial }) => couponKey(series, serial))
}

/** The holdings out of which a basket's points come, for a rule's `debits`. */
export function basketDebits(account: AccountId, { points }: Basket): HoldingReference[] {
  return points.map(({ asset }) => ({ account, asset }))
}

/** What is taken out of a wallet: to be posted by `movePostings`, and the coupons' new records. */
export interface TakenBasket {
  readonly ok: true
  readonly content: BasketContent
  readonly writes: readonly RecordWrite[]
}

/** Out of which account a basket is taken and what for, and what the coupons then say. */
export interface TakenFrom {
  readonly account: Account
  readonly use: BasketUse
  /** The contract that keeps them, or the account that gets them. */
  readonly change?: Pick<Coupon, 'keptBy'> | Pick<Coupon, 'account'>
}

/**
 * Takes a basket out of an account whose owner has signed. Refuses, in this order, what is not
 * there, is named twice, may not be given away, lies elsewhere, is out of its days or short.
 */
export function takeBasket(
  basket: Basket,
  from: TakenFrom,
  state: StateView,
  context: DecisionContext,
): TakenBasket | Refusal {
  const { account, use, change = {} } = from
  const refusal = checkTerms(basket, use, state) ?? checkCoupons(basket, from, state, context)
  if (refusal !== undefined) return refusal
  const today = context.ledger.cycle.date
  for (const { asset, amount } of basket.points) {
    const short = shortfall(state.lots(account.id, asset), BigInt(amount), today)
    if (short !== undefined) return refuseShort(short, account, asset, state, context)
  }
  const taken = basket.coupons.map(({ series, serial }) => {
    const coupon = couponIn(state, series, serial)
    const after = write(couponKey(series, serial), afterTransition(coupon, use, change))
    return { after, part: { series, serial, amount: coupon.amount } }
  })
  const points = basket.points.map(({ asset, amount }) => ({
    asset,
    lots: takeAvailable(state.lots(account.id, asset), BigInt(amount), today),
  }))
  return {
    ok: true,
    content: { points, coupons: taken.map(({ part }) => part) },
    writes: taken.map(({ after }) => after),
  }
}

/** The coupons of an escrow as the account has them that gets them. */
export function giveCoupons(
  { coupons }: BasketContent,
  account: AccountId,
  state: StateView,
): RecordWrite[] {
  return coupons.map(({ series, serial }) => {
    const coupon = couponIn(state, series, serial)
    return write(couponKey(series, serial), afterTransition(coupon, 'release', { account }))
  })
}

/** The postings that move a content as a whole from one account to another. */
export function movePostings(
  { points, coupons }: BasketContent,
  from: AccountPath,
  to: AccountPath,
): Posting[] {
  const bySeries = new Map<SeriesId, CouponPart[]>()
  for (const { series, serial, amount } of coupons) {
    bySeries.set(series, [...(bySeries.get(series) ?? []), { serial, amount }])
  }
  const moves = [
    ...points.map(({ asset, lots }) => ({ asset, amount: sumLots(lots), lots })),
    ...[...bySeries].map(([asset, parts]) => {
      const amount = parts.reduce((sum, part) => sum + part.amount, 0n)
      return { asset, amount, coupons: parts }
    }),
  ]
  return moves.flatMap((move): Posting[] => [
    { ...move, account: from, side: 'debit' },
    { ...move, account: to, side: 'credit' },
  ])
}

/** The last day on which all of a content can be used. */
export function contentExpires(
  { points, coupons }: BasketContent,
  state: StateView,
): BusinessDate | undefined {
  const dates = [
    ...points.flatMap(({ lots }) => lots.map(({ expires }) => expires)),
    ...coupons.map(({ series, serial }) => couponIn(state, series, serial).expires),
  ]
  return dates.reduce<BusinessDate | undefined>(
    (first, date) => (first === undefined || date < first ? date : first),
    undefined,
  )
}

/** Refuses a basket by the terms of what it names, whoever has that; undefined when they allow it. */
export function checkTerms(
  { points, coupons }: Basket,
  use: BasketUse,
  state: StateView,
): Refusal | undefined {
  if (points.length + coupons.length === 0) return refuse('BASKET_EMPTY')
  for (const { asset } of points) {
    if (state.get(programmeKey(asset)) === undefined) return refuse('ASSET_UNKNOWN', { asset })
  }
  for (const { series } of coupons) {
    if (state.get(seriesKey(series)) === undefined) {
      return refuse('ASSET_UNKNOWN', { asset: series })
    }
  }
  const twice = points.find(({ asset }, at) => points.slice(0, at).some((p) => p.asset === asset))
  if (twice !== undefined) return refuse('ASSET_TWICE', { asset: twice.asset })
  const fixed = [
    ...points.filter(({ asset }) => state.get(programmeKey(asset))?.transferable === false),
    ...coupons
      .map(({ series }) => ({ asset: series }))
      .filter(({ asset }) => state.get(seriesKey(asset))?.[USES[use]] === false),
  ]
  const [first] = fixed
  return first === undefined ? undefined : refuse('NOT_TRANSFERABLE', { asset: first.asset })
}

function checkCoupons(
  { coupons }: Basket,
  { account, use }: { readonly account: Account; readonly use: BasketUse },
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  for (const { series, serial } of coupons) {
    if (state.get(couponKey(series, serial)) === undefined) {
      return refuse('COUPON_UNKNOWN', { series, serial })
    }
  }
  for (const { series, serial } of coupons) {
    const coupon = couponIn(state, series, serial)
    const detail = { series, serial }
    if (coupon.account !== account.id) return refuse('NOT_COUPON_HOLDER', detail)
    const refusal =
      checkTransition(coupon, use, detail) ??
      checkLastDay(coupon, context.ledger.cycle.date, detail)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** A coupon that is not valid yet can be given away, one past its date cannot. */
function checkLastDay(
  coupon: Coupon,
  today: BusinessDate,
  detail: { readonly series: string; readonly serial: string },
): Refusal | undefined {
  return checkValidity({ ...coupon, validFrom: today }, today, detail)
}

function couponIn(state: StateView, series: SeriesId, serial: string): Coupon {
  const coupon = state.get(couponKey(series, serial))
  if (coupon === undefined) throw new Error(`no such coupon: ${series}/${serial}`)
  return coupon
}
