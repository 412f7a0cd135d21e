import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from './amount.ts'
import { staffSigners } from './authority.ts'
import type { BusinessDate } from './business-date.ts'
import { BusinessDateText } from './business-date.ts'
import type { CouponSeries } from './coupon-series.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { OrganisationId } from './identifiers.ts'
import { OrganisationIdText, organisationOf, SeriesIdText } from './identifiers.ts'
import type { Key } from './keys.ts'
import { organisationKey } from './keys.ts'
import type { Organisation } from './records.ts'
import type { DecisionContext } from './rule.ts'
import type { StateView } from './batch-state.ts'

const MAX_DAYS = 1_461
const MAX_SHARE = 10_000
const MAX_COUNT = 1_000_000

const AmountOrZero = Type.Union([PositiveAmount, Type.Literal('0')])

const Count = Type.Union([Type.Integer({ minimum: 1, maximum: MAX_COUNT }), Type.Null()])

const Days = { from: BusinessDateText, until: BusinessDateText }

const Closed = { additionalProperties: false }

const DiscountText = Type.Union([
  Type.Object({ kind: Type.Literal('amount'), fen: PositiveAmount }, Closed),
  Type.Object(
    {
      kind: Type.Literal('percent'),
      percent: Type.Integer({ minimum: 1, maximum: 100 }),
      capFen: PositiveAmount,
    },
    Closed,
  ),
])

/** The terms of a series at a border, each in a field of its own. */
export const SERIES_FIELDS = {
  series: SeriesIdText,
  name: Type.String({ minLength: 1, maxLength: 80 }),
  value: Type.Union([
    Type.Object(
      { kind: Type.Literal('shopping'), faceFen: PositiveAmount, partialUse: Type.Boolean() },
      Closed,
    ),
    Type.Object({ kind: Type.Literal('deduction'), discount: DiscountText }, Closed),
  ]),
  minimumSpendFen: AmountOrZero,
  validity: Type.Union([
    Type.Object({ kind: Type.Literal('window'), ...Days }, Closed),
    Type.Object(
      { kind: Type.Literal('days'), days: Type.Integer({ minimum: 0, maximum: MAX_DAYS }) },
      Closed,
    ),
  ]),
  blackouts: Type.Array(Type.Object(Days, Closed), { maxItems: 50 }),
  acceptors: Type.Array(OrganisationIdText, { uniqueItems: true, minItems: 1, maxItems: 100 }),
  categories: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), {
    uniqueItems: true,
    maxItems: 50,
    description: 'categories of goods that it pays for; empty: all',
  }),
  funders: Type.Array(
    Type.Object(
      {
        organisation: OrganisationIdText,
        share: Type.Integer({ minimum: 1, maximum: MAX_SHARE }),
      },
      Closed,
    ),
    { minItems: 1, maxItems: 10, description: 'who pays the acceptors, in which proportion' },
  ),
  transferable: Type.Boolean(),
  giftable: Type.Boolean(),
  auctionable: Type.Boolean(),
  stacking: Type.Object(
    {
      ownPerOrder: Type.Integer({ minimum: 1, maximum: 20 }),
      otherSeries: Type.Boolean(),
      points: Type.Boolean(),
    },
    Closed,
  ),
  perMember: Count,
  perMemberDay: Count,
  budget: PositiveAmount,
} as const

export const SeriesTermsText = Type.Object(SERIES_FIELDS, { additionalProperties: false })

export type SeriesTerms = Static<typeof SeriesTermsText>

/** The record that terms ask for, before anything is stopped. */
export function seriesOf({ series, ...terms }: SeriesTerms): CouponSeries {
  return {
    ...terms,
    id: series,
    issuer: organisationOf(series),
    value: valueOf(terms.value),
    minimumSpendFen: BigInt(terms.minimumSpendFen),
    budget: BigInt(terms.budget),
    stopped: false,
  }
}

function valueOf(value: SeriesTerms['value']): CouponSeries['value'] {
  if (value.kind === 'shopping') return { ...value, faceFen: BigInt(value.faceFen) }
  const { discount } = value
  return discount.kind === 'amount'
    ? { ...value, discount: { ...discount, fen: BigInt(discount.fen) } }
    : { ...value, discount: { ...discount, capFen: BigInt(discount.capFen) } }
}

/** The organisations that terms name, for a rule's `reads`. */
export function organisationsNamed(terms: SeriesTerms): Key<Organisation>[] {
  return namedIn(terms).map(organisationKey)
}

function namedIn({ series, acceptors, funders }: SeriesTerms): OrganisationId[] {
  const paying = funders.map(({ organisation }) => organisation)
  return [...new Set([organisationOf(series), ...acceptors, ...paying])]
}

/** Refuses terms that name an organisation which is not there. */
export function refuseStrangers(terms: SeriesTerms, state: StateView): Refusal | undefined {
  const unknown = namedIn(terms).find((id) => state.get(organisationKey(id)) === undefined)
  return unknown === undefined ? undefined : refuse('ORGANISATION_UNKNOWN', { id: unknown })
}

/** Refuses terms by which a funder would pay who has not signed them by its finance staff. */
export function refuseUnsigned(
  { series, funders }: SeriesTerms,
  context: DecisionContext,
): Refusal | undefined {
  const absent = funders.find(
    ({ organisation }) =>
      organisation !== organisationOf(series) &&
      staffSigners(context, organisation, 'finance').length === 0,
  )
  return absent && refuse('APPROVALS_MISSING', { organisation: absent.organisation })
}

/** Refuses terms that contradict one another or are over already, naming the field. */
export function refuseContradiction(terms: SeriesTerms, today: BusinessDate): Refusal | undefined {
  const field = contradictedField(terms, today)
  return field === undefined ? undefined : refuse('SERIES_TERMS_INVALID', { field })
}

function contradictedField(terms: SeriesTerms, today: BusinessDate): string | undefined {
  const { series, value, validity, blackouts, funders } = terms
  const unit = value.kind === 'shopping' ? 'fen' : 'piece'
  if (!series.endsWith(`:${unit}`)) return 'value'
  if (value.kind === 'shopping' && BigInt(value.faceFen) > BigInt(terms.budget)) return 'budget'
  if (validity.kind === 'window') {
    if (validity.until < validity.from || validity.until < today) return 'validity'
  }
  if (blackouts.some(({ from, until }) => until < from)) return 'blackouts'
  const paying = new Set(funders.map(({ organisation }) => organisation))
  return paying.size === funders.length ? undefined : 'funders'
}
