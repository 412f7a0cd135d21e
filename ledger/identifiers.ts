import { Type } from 'typebox'

/**
 * Identifiers. None may hold `/`, which separates the parts of a state key, so no identifier can
 * reach into another key. A person's or account's id starts with the organisation that keeps it.
 */
export type OrganisationId = string
export type ActorId = string
export type AccountId = string
/** issuer:code:unit for what a merchant issues (unit point, fen or piece), code:unit for currency. */
export type AssetId = string
export type SeriesId = AssetId
export type ContractId = string

const ORGANISATION = '[A-Za-z][A-Za-z0-9-]{0,31}'
const LOCAL = '[a-z0-9][a-z0-9.-]{0,47}'

export const OrganisationIdText = Type.String({
  pattern: `^${ORGANISATION}$`,
  description: 'an organisation, by its MSP id',
  examples: ['mall'],
})

export const PersonIdText = Type.String({
  pattern: `^${ORGANISATION}:${LOCAL}$`,
  description: 'a member or staff id, organisation:name',
  examples: ['mall:m-4f7k2q9x1c'],
})

/** Who gives a command: a person by a registered key, or an organisation by its MSP identity. */
export const ActorIdText = Type.String({
  pattern: `^${ORGANISATION}(:${LOCAL})?$`,
  description: 'a member or staff id, or an organisation for its own acts',
  examples: ['mall:m-4f7k2q9x1c'],
})

export const AccountIdText = Type.String({
  pattern: `^${ORGANISATION}:${LOCAL}$`,
  description: 'an account id, home organisation:name',
  examples: ['mall:a-8d3h5j7k9m'],
})

export const PointsAssetIdText = Type.String({
  pattern: `^${ORGANISATION}:[a-z0-9][a-z0-9-]{0,23}:point$`,
  description: 'a points asset, issuer:code:point',
  examples: ['mall:star:point'],
})

/** Units in which coupons are counted: fen of face value, or pieces. */
const SERIES_UNITS = ['fen', 'piece'] as const

export const SeriesIdText = Type.String({
  pattern: `^${ORGANISATION}:[a-z0-9][a-z0-9-]{0,23}:(${SERIES_UNITS.join('|')})$`,
  description:
    'a coupon series: issuer:code:fen for shopping coupons, issuer:code:piece for deduction coupons',
  examples: ['mall:spring50:fen'],
})

/** Whether an asset is a coupon series. */
export function isSeries(asset: AssetId): boolean {
  return SERIES_UNITS.some((unit) => asset.endsWith(`:${unit}`))
}

/** Whether an asset is points. */
export function isPoints(asset: AssetId): boolean {
  return asset.endsWith(':point')
}

const DATE = '[0-9]{4}-[0-9]{2}-[0-9]{2}'

/** What an exchange rate may issue on one business date. */
export const RateBoundText = Type.String({
  pattern: `^${ORGANISATION}:${LOCAL}:${DATE}$`,
  description: 'an exchange rate on a business date, organisation:name:YYYY-MM-DD',
  examples: ['mall:star-to-hui:2026-12-01'],
})

/** Whether the bound of a quota is that of an exchange rate on a date. */
export function isRateBound(bound: string): boolean {
  return new RegExp(`:.*:${DATE}$`).test(bound)
}

/** What an organisation may come to owe in a cycle. */
export const NetDebitBoundText = Type.String({
  pattern: `^${ORGANISATION}:${DATE}\\.[1-9][0-9]{0,2}:net-debit$`,
  description: 'the net debit of an organisation in a cycle, organisation:cycle:net-debit',
  examples: ['mall:2026-12-01.1:net-debit'],
})

export const SerialText = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  description: 'the number of a coupon within its series',
  examples: ['A-000017'],
})

/** A gift, an offer, an auction or the like. It is kept by the organisation in front. */
export const ContractIdText = Type.String({
  pattern: `^${ORGANISATION}:${LOCAL}$`,
  description: 'home organisation:name, chosen by who opens it',
  examples: ['mall:g-5h8k2m4p7r'],
})

/** What has a quota of its own: points and coupons by their budget, a rush, a rate, net debit. */
export const QuotaBoundText = Type.Union([
  PointsAssetIdText,
  SeriesIdText,
  ContractIdText,
  RateBoundText,
  NetDebitBoundText,
])

export const CommandIdText = Type.String({
  pattern: '^[A-Za-z0-9._-]{8,80}$',
  description: 'chosen by the client, kept before sending, unique per actor: the idempotency key',
  examples: ['5f0c7a52-0d6c-4f0e-9d2f-6f3a3f9f2b11'],
})

const REFERENCE = '^[A-Za-z0-9._:-]{1,64}$'

/** A reference from a merchant's own system: receipt, order, store. */
export const ReferenceText = Type.String({
  pattern: REFERENCE,
  description: 'a receipt, order or store number of the merchant',
  examples: ['R-20261201-0001'],
})

/** Whether a text that comes with an entry is a reference, so that it can be part of a key. */
export function isReference(text: string): boolean {
  return new RegExp(REFERENCE).test(text)
}

export const TransactionIdText = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** The organisation in front of a person's, account's or asset's id. */
export function organisationOf(id: string): OrganisationId {
  const end = id.indexOf(':')
  return end === -1 ? id : id.slice(0, end)
}

/** Whether the actor is an organisation itself rather than one of its people. */
export function isOrganisation(actor: ActorId): actor is OrganisationId {
  return !actor.includes(':')
}
