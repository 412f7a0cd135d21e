import { checkBasket, checkTerms, give, readBasket, take } from './baskets.ts'
import type { Books, Judged, Refusal } from './books.ts'
import { homeOf } from './books.ts'

interface Request {
  readonly from: string
  readonly to: string
  readonly basket: string
  readonly until: string
  isOpen: boolean
}

/** Judges a line of requests. */
export function judgeRequest(books: Books, judged: Judged): Refusal {
  const { action, request: id, by } = judged.fields
  if (!books.members.has(by)) return 'ACTOR_UNKNOWN'
  if (action === 'ask') return ask(books, judged)
  const request = books.contracts.get(`request ${id}`) as Request | undefined
  if (!request) return 'CONTRACT_UNKNOWN'
  return action === 'pay' ? pay(books, request, judged) : decline(request, judged)
}

function ask(books: Books, { date, fields }: Judged): Refusal {
  const { request: id, by, from, to, basket, until } = fields
  if (!books.members.has(to) || !books.members.has(from)) return 'ACCOUNT_UNKNOWN'
  if (by !== to) return 'NOT_AUTHORISED'
  if (from === to) return 'SAME_ACCOUNT'
  if (homeOf(id) !== homeOf(to)) return 'CONTRACT_ELSEWHERE'
  if (books.contracts.has(`request ${id}`)) return 'CONTRACT_EXISTS'
  if (until < date) return 'LAST_DAY_PAST'
  const refusal = checkTerms(books, readBasket(basket), 'transfer')
  if (refusal) return refusal
  const request: Request = { from, to, basket, until, isOpen: true }
  books.contracts.set(`request ${id}`, request)
  return null
}

function pay(books: Books, request: Request, { date, fields }: Judged): Refusal {
  const { by, from, to, basket: text } = fields
  if (!books.members.has(from)) return 'ACCOUNT_UNKNOWN'
  if (by !== from) return 'NOT_AUTHORISED'
  if (!request.isOpen) return 'REQUEST_CLOSED'
  if (request.until < date) return 'CONTRACT_PAST_DATE'
  const isAsAsked = from === request.from && to === request.to && text === request.basket
  if (!isAsAsked) return 'REQUEST_DIFFERS'
  const basket = readBasket(text)
  const refusal = checkBasket(books, basket, { member: from, use: 'transfer', date })
  if (refusal) return refusal
  give(books, take(books, basket, { member: from, date, state: 'HELD' }), to)
  request.isOpen = false
  return null
}

function decline(request: Request, { date, fields: { by } }: Judged): Refusal {
  const isOver = request.until < date
  if (!isOver && by !== request.from && by !== request.to) return 'NOT_AUTHORISED'
  if (!request.isOpen) return 'REQUEST_CLOSED'
  request.isOpen = false
  return null
}
