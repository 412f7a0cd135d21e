import type { Books, Judged, Lot, Refusal } from './books.ts'
import { countOf, credit, debit, expiryOf, homeOf, insufficiency, move, owe } from './books.ts'
import type { Rate } from './read-coupons.ts'
import { wordsOf } from './read-coupons.ts'

interface Leg {
  readonly id: string
  readonly asset: string
  readonly amount: bigint
}

/** Judges a line of exchanges. */
export function judgeExchange(books: Books, judged: Judged): Refusal {
  const { date, fields } = judged
  const [asset = '', paid = '0'] = fields.pays.split('=')
  const legs = wordsOf(fields.legs).map(legOf)
  const points = BigInt(paid)
  if (points === 0n || legs.some(({ amount }) => amount === 0n)) return 'COMMAND_MALFORMED'
  if (!books.members.has(fields.member)) return 'ACTOR_UNKNOWN'
  const refusal =
    refuseWay(books, asset, legs) ??
    refuseQuote(books, points, legs, judged) ??
    refuseCaps(books, legs, judged) ??
    insufficiency(books, { member: fields.member, asset, points, date })
  if (refusal) return refusal
  exchange(books, { asset, points, legs }, judged)
  return null
}

function legOf(word: string): Leg {
  const [way = '', amount = '0'] = word.split('=')
  const [id = '', asset = ''] = way.split('/')
  return { id, asset, amount: BigInt(amount) }
}

function rateOf(books: Books, { id }: Leg): Rate {
  const rate = books.rates.get(id)
  if (!rate) throw new RangeError(`there is no rate ${id}`)
  return rate
}

function refuseWay(books: Books, asset: string, legs: readonly Leg[]): Refusal {
  const assets = [asset, ...legs.map((leg) => leg.asset)]
  if (assets.some((one) => !books.programmes.has(one))) return 'ASSET_UNKNOWN'
  if (legs.some(({ id }) => !books.rates.has(id))) return 'CONTRACT_UNKNOWN'
  const isUnfit = legs.some((leg, at) => {
    const { from, to } = rateOf(books, leg)
    return from !== assets[at] || to !== assets[at + 1]
  })
  if (isUnfit) return 'RATES_UNFIT'
  return assets.at(-1) === asset ? 'ASSET_TWICE' : null
}

function refuseQuote(
  books: Books,
  points: bigint,
  legs: readonly Leg[],
  { date, fields }: Judged,
): Refusal {
  if (fields.quoted_on !== date) {
    return fields.quoted_on < date ? 'QUOTE_EXPIRED' : 'QUOTE_NOT_YET'
  }
  let pays = points
  for (const leg of legs) {
    const { ratio, validFrom, validUntil, isChainable } = rateOf(books, leg)
    if (legs.length > 1 && !isChainable) return 'NOT_CHAINABLE'
    if (date < validFrom) return 'RATE_NOT_YET'
    if (date > validUntil) return 'RATE_OVER'
    pays = (pays * ratio.numerator) / ratio.denominator
    if (pays !== leg.amount) return 'QUOTE_CHANGED'
  }
  return null
}

function refuseCaps(books: Books, legs: readonly Leg[], { date, fields }: Judged): Refusal {
  const isOver = legs.some((leg) => {
    const had = countOf(books, `exchanged ${leg.id} ${fields.member} ${date}`)
    return had + leg.amount > rateOf(books, leg).perMember
  })
  return isOver ? 'EXCHANGE_MEMBER_CAP' : null
}

interface Exchange {
  readonly asset: string
  readonly points: bigint
  readonly legs: readonly Leg[]
}

function exchange(
  books: Books,
  { asset, points, legs }: Exchange,
  { date, fields: { member } }: Judged,
): void {
  const given = debit(books, { member, asset, points, date })
  move(books, asset, points, { from: '7102', to: '7107' })
  for (const [at, leg] of legs.entries()) {
    const { price, spread } = rateOf(books, leg)
    const isLast = at === legs.length - 1
    move(books, leg.asset, leg.amount, { from: '7101', to: isLast ? '7102' : '7107' })
    const debtor = homeOf(rateOf(books, leg).from)
    const parts = [{ creditor: homeOf(leg.asset), price }]
    if (spread) parts.push({ creditor: spread.party, price: spread.price })
    for (const part of parts) {
      const amount = (leg.amount * part.price.numerator) / part.price.denominator
      owe(books, { debtor, creditor: part.creditor, date }, amount)
    }
    const name = `exchanged ${leg.id} ${member} ${date}`
    books.counts.set(name, countOf(books, name) + leg.amount)
  }
  const last = legs.at(-1)
  if (!last) return
  // Of several dates the first: none of them comes on this day.
  const expires = firstDate([
    ...given.map((lot: Lot) => lot.expires),
    ...legs.map((leg) => {
      const programme = books.programmes.get(leg.asset)
      return programme ? expiryOf(programme, date) : null
    }),
  ])
  credit(books, member, last.asset, { expires, availableFrom: null, amount: last.amount })
}

function firstDate(dates: readonly (string | null)[]): string | null {
  return dates.reduce((first, date) => {
    if (first === null || date === null) return first ?? date
    return date < first ? date : first
  }, null)
}
