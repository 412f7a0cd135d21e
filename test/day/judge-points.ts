import type { Award, Books, Judged, Lot, Refusal } from './books.ts'
import {
  addDays,
  credit,
  debit,
  expiryOf,
  insufficiency,
  lotsOf,
  move,
  owe,
  stateOf,
} from './books.ts'
import type { Fields, Programme } from './read-day.ts'
import { compare, isDate } from './read-day.ts'

const AMOUNT = /^[1-9][0-9]{0,15}$/
const ID = /^[a-z0-9][a-z0-9:.-]{0,79}$/
/** Points are counted in points: an asset id without its unit is no asset id. */
const ASSET = /^[a-z0-9][a-z0-9-]*:[a-z0-9][a-z0-9-]*:point$/
const REFERENCE = /^[A-Za-z0-9._:-]{1,64}$/

/** Judges a line of earnings. */
export function judgeEarning(books: Books, { organisation, date, fields }: Judged): Refusal {
  const { receipt, member, amount_fen: amountFen, asset, available_from: availableFrom } = fields
  if (!earningIsWellFormed(fields)) return 'COMMAND_MALFORMED'
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!books.members.has(member)) return 'ACCOUNT_UNKNOWN'
  if (![programme.issuer, ...programme.partners].includes(organisation)) return 'NOT_AUTHORISED'
  if (availableFrom > addDays(date, 30)) return 'AVAILABLE_FROM_TOO_LATE'
  if (books.used.has(`receipt ${organisation} ${receipt}`)) return 'RECEIPT_USED'
  const { numerator, denominator } = programme.pointsPerYuan
  const points = (BigInt(amountFen) * numerator) / (100n * denominator)
  if (points === 0n) return 'NOTHING_TO_ISSUE'
  books.used.add(`receipt ${organisation} ${receipt}`)
  credit(books, member, asset, {
    expires: expiryOf(programme, date),
    availableFrom: availableFrom > date ? availableFrom : null,
    amount: points,
  })
  move(books, asset, points, { from: '7101', to: '7102' })
  const microYuan = priceOf(programme, points)
  owe(books, { debtor: organisation, creditor: programme.issuer, date }, microYuan)
  books.awards.set(`${organisation} ${receipt}`, {
    member,
    asset,
    fen: BigInt(amountFen),
    points,
    microYuan: organisation === programme.issuer ? 0n : microYuan,
    expires: expiryOf(programme, date),
    returnedFen: 0n,
    due: 0n,
    settled: 0n,
    cleared: 0n,
  })
  return null
}

function earningIsWellFormed(fields: Fields): boolean {
  return (
    AMOUNT.test(fields.amount_fen) &&
    [fields.receipt, fields.store].every((text) => REFERENCE.test(text)) &&
    ASSET.test(fields.asset) &&
    ID.test(fields.member) &&
    (fields.available_from === '' || isDate(fields.available_from))
  )
}

/** Judges a line of transfers. */
export function judgeTransfer(books: Books, { date, fields }: Judged): Refusal {
  const { from, to, asset } = fields
  if (!transferIsWellFormed(fields)) return 'COMMAND_MALFORMED'
  if (!books.members.has(from)) return 'ACTOR_UNKNOWN'
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!books.members.has(to)) return 'ACCOUNT_UNKNOWN'
  if (from === to) return 'SAME_ACCOUNT'
  if (!programme.transferable) return 'NOT_TRANSFERABLE'
  const spending = { member: from, asset, points: BigInt(fields.points), date }
  const refusal = insufficiency(books, spending)
  if (refusal) return refusal
  for (const lot of debit(books, spending)) credit(books, to, asset, lot)
  return null
}

function transferIsWellFormed({ from, to, asset, points, note }: Fields): boolean {
  const idsAreWellFormed = ASSET.test(asset) && [from, to].every((text) => ID.test(text))
  return AMOUNT.test(points) && idsAreWellFormed && /^.{0,140}$/.test(note)
}

/** Judges a line of redemptions. */
export function judgeRedemption(books: Books, { organisation, date, fields }: Judged): Refusal {
  const { order, member, asset } = fields
  if (!redemptionIsWellFormed(fields)) return 'COMMAND_MALFORMED'
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!programme.acceptors.includes(organisation)) return 'NOT_ACCEPTED'
  const payment = `order ${organisation} ${order} ${member}`
  if (books.used.has(payment)) return 'ORDER_PAID'
  const spending = { member, asset, points: BigInt(fields.points), date }
  const refusal = insufficiency(books, spending)
  if (refusal) return refusal
  books.used.add(payment)
  debit(books, spending)
  const { points } = spending
  move(books, asset, points, { from: '7102', to: '7104' })
  owe(books, { debtor: programme.issuer, creditor: organisation, date }, priceOf(programme, points))
  return null
}

function redemptionIsWellFormed({ store, order, member, asset, points }: Fields): boolean {
  return (
    AMOUNT.test(points) &&
    [order, store].every((text) => REFERENCE.test(text)) &&
    ASSET.test(asset) &&
    ID.test(member)
  )
}

/** What points are worth in micro-yuan, rounded down once. */
export function priceOf({ price }: Programme, points: bigint): bigint {
  return (points * price.numerator) / price.denominator
}

/** Judges a line of returns: goods come back, and points that were awarded for them. */
export function judgeReturn(books: Books, { organisation, date, fields }: Judged): Refusal {
  const award = books.awards.get(`${organisation} ${fields.receipt}`)
  // Without the entry that awarded the points there is nothing to show.
  if (!award || !AMOUNT.test(fields.returned_fen)) return 'COMMAND_MALFORMED'
  const programme = books.programmes.get(award.asset)
  if (!programme) return 'ASSET_UNKNOWN'
  const fen = award.returnedFen + BigInt(fields.returned_fen)
  if (fen > award.fen) return 'RETURN_EXCEEDS'
  const { numerator, denominator } = programme.pointsPerYuan
  const due = award.points - ((award.fen - fen) * numerator) / (100n * denominator)
  const taken = takeBack(books, award, due - award.due, date)
  const settled = award.settled + taken
  const cleared = (award.microYuan * settled) / award.points
  move(books, award.asset, taken, { from: '7102', to: '7101' })
  const parties = { debtor: programme.issuer, creditor: organisation, date }
  owe(books, parties, cleared - award.cleared)
  Object.assign(award, { returnedFen: fen, due, settled, cleared })
  return null
}

/** What is pending goes first, then what can be spent; of each, what expires with the award. */
function takeBack(books: Books, award: Award, points: bigint, date: string): bigint {
  const rankOf = (lot: Lot): string => {
    const isOwn = lot.expires === award.expires
    const group = stateOf(lot, date) === 'pending' ? (isOwn ? '0' : '1') : isOwn ? '2' : '3'
    const from = stateOf(lot, date) === 'pending' ? (lot.availableFrom ?? '') : ''
    return `${group} ${lot.expires ?? '9'} ${from}`
  }
  let left = points
  const lots = lotsOf(books, award.member, award.asset)
    .filter((lot) => stateOf(lot, date) !== 'expired')
    .sort((one, other) => compare(rankOf(one), rankOf(other)))
  for (const lot of lots) {
    const part = lot.amount < left ? lot.amount : left
    lot.amount -= part
    left -= part
  }
  return points - left
}
