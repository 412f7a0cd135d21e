import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { CouponSeries } from '../../ledger/index.ts'
import { seriesKey } from '../../ledger/index.ts'
import { Amount } from './read-response.ts'

const Days = { from: Type.String(), until: Type.String() }
const Count = Type.Union([Type.Integer(), Type.Null()])

const DiscountAnswer = Type.Union([
  Type.Object({ kind: Type.Literal('amount'), fen: Amount }),
  Type.Object({ kind: Type.Literal('percent'), percent: Type.Integer(), capFen: Amount }),
])

/** The fields of a coupon series as the API answers them. */
export const seriesFields = {
  series: Type.String(),
  issuer: Type.String(),
  name: Type.String(),
  value: Type.Union([
    Type.Object({
      kind: Type.Literal('shopping'),
      faceFen: Amount,
      partialUse: Type.Boolean(),
    }),
    Type.Object({ kind: Type.Literal('deduction'), discount: DiscountAnswer }),
  ]),
  minimumSpendFen: Amount,
  validity: Type.Union([
    Type.Object({ kind: Type.Literal('window'), ...Days }),
    Type.Object({ kind: Type.Literal('days'), days: Type.Integer() }),
  ]),
  blackouts: Type.Array(Type.Object(Days)),
  acceptors: Type.Array(Type.String()),
  categories: Type.Array(Type.String(), { description: 'what it pays for; empty: all' }),
  funders: Type.Array(Type.Object({ organisation: Type.String(), share: Type.Integer() })),
  transferable: Type.Boolean(),
  giftable: Type.Boolean(),
  auctionable: Type.Boolean(),
  stacking: Type.Object({
    ownPerOrder: Type.Integer(),
    otherSeries: Type.Boolean(),
    points: Type.Boolean(),
  }),
  perMember: Count,
  perMemberDay: Count,
  budget: Amount,
  budgetLeft: Type.String({
    description: 'what may still be issued, without what is set aside for rushes',
    examples: ['100000'],
  }),
  stopped: Type.Boolean(),
}

export const SeriesAnswer = Type.Object(seriesFields)

/** A series as the API shows it: amounts are text, as in its record. */
export function seriesAnswer(
  series: CouponSeries,
  budgetLeft: bigint,
): Static<typeof SeriesAnswer> {
  const record: unknown = JSON.parse(seriesKey(series.id).codec.encode(series))
  const { id, ...terms } = record as Omit<Static<typeof SeriesAnswer>, 'series'> & { id: string }
  return { ...terms, series: id, budgetLeft: String(budgetLeft) }
}
