import { checkBasket, give, readBasket, take } from './baskets.ts'
import type { Books, Coupon, Judged, Refusal } from './books.ts'
import { addDays, countOf, homeOf, move } from './books.ts'
import { wordsOf } from './read-coupons.ts'
import type { Series } from './read-coupons.ts'

const SERIAL = /^[A-Za-z0-9._-]{1,64}$/

/** Judges a line of issues. */
export function judgeIssue(books: Books, { organisation, date, fields }: Judged): Refusal {
  const serials = wordsOf(fields.serials)
  if (serials.length === 0 || !serials.every((serial) => SERIAL.test(serial))) {
    return 'COMMAND_MALFORMED'
  }
  const series = books.series.get(fields.series)
  if (!series) return 'ASSET_UNKNOWN'
  if (!books.members.has(fields.member)) return 'ACCOUNT_UNKNOWN'
  if (homeOf(series.id) !== organisation) return 'NOT_AUTHORISED'
  return issue(books, { series, member: fields.member, date }, serials)
}

interface Issue {
  readonly series: Series
  readonly member: string
  readonly date: string
}

function issue(books: Books, { series, member, date }: Issue, serials: readonly string[]): Refusal {
  const { id, window, days, perMember } = series
  if (window && window[1] < date) return 'SERIES_OVER'
  const names = serials.map((serial) => `${id}/${serial}`)
  if (names.some((name) => books.coupons.has(name))) return 'COUPON_EXISTS'
  const had = `issued ${id} ${member}`
  const count = countOf(books, had) + BigInt(serials.length)
  if (perMember !== null && count > perMember) return 'PER_MEMBER_CAP'
  books.counts.set(had, count)
  const amount = series.kind === 'face' ? series.figure : 1n
  const [validFrom, expires] = window ?? [date, addDays(date, days)]
  for (const name of names) {
    const coupon: Coupon = { name, series, validFrom, expires, member, amount, state: 'HELD' }
    books.coupons.set(name, coupon)
    move(books, id, amount, { from: '7101', to: '7102' })
  }
  return null
}

/** Judges a line of claims: what its coupon is numbered, nothing in the files says. */
export function judgeClaim(books: Books, { date, fields }: Judged): Refusal {
  const { code, member, signed_for: signedFor } = fields
  const series = books.series.get(fields.series)
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  if (!series) return 'ASSET_UNKNOWN'
  const name = `${series.id} ${code}`
  if (!books.codes.has(name)) return 'CLAIM_CODE_UNKNOWN'
  if (signedFor !== member) return 'CLAIM_SIGNATURE_INVALID'
  if (books.used.has(`code ${name}`)) return 'CLAIM_CODE_USED'
  const refusal = issue(books, { series, member, date }, [`code ${code}`])
  if (!refusal) books.used.add(`code ${name}`)
  return refusal
}

/** Judges a line of rushes. */
export function judgeRush(books: Books, { date, time, fields }: Judged): Refusal {
  const { member } = fields
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  const rush = books.rushes.get(fields.rush)
  const series = books.series.get(fields.series)
  if (!rush || !series || rush.series !== fields.series) return 'CONTRACT_UNKNOWN'
  if (date < rush.from) return 'RUSH_NOT_YET'
  if (date > rush.until) return 'RUSH_OVER'
  const had = `rush ${fields.rush} ${member}`
  const count = countOf(books, had)
  if (count >= rush.perMember) return 'RUSH_CLAIMED'
  const serial = `${fields.rush} ${member} ${count} ${time}`
  const refusal = issue(books, { series, member, date }, [serial])
  if (!refusal) books.counts.set(had, count + 1n)
  return refusal
}

/** Judges a line of handovers. */
export function judgeHandover(books: Books, { date, fields }: Judged): Refusal {
  const { from, to } = fields
  if (!books.members.has(from)) return 'ACTOR_UNKNOWN'
  if (!books.members.has(to)) return 'ACCOUNT_UNKNOWN'
  if (from === to) return 'SAME_ACCOUNT'
  const basket = readBasket(fields.coupons)
  const refusal = checkBasket(books, basket, { member: from, use: 'transfer', date })
  if (refusal) return refusal
  give(books, take(books, basket, { member: from, date, state: 'HELD' }), to)
  return null
}
