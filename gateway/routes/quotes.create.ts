import type { Static } from 'typebox'
import type { OfferedCoupon, OfferedPoints, PaymentVerdict } from '../../ledger/index.ts'
import { ERROR_TABLE, evaluateOrder, itemsOf, LedgerError, shortfall } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { Projection } from '../projection/projection.ts'
import type { ReadServices } from '../read-services.ts'
import { QuoteBody, quoteFields } from '../schemas/quote.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

type QuoteRequest = Static<typeof QuoteBody>

/**
 * POST /quotes: what would apply to an order today, in which order, and why the rest would not.
 * Nothing is signed and nothing kept; an order that is then signed over the total is refused when
 * the ledger comes to another.
 */
export function createQuote(app: GatewayApp, services: ReadServices): void {
  app.post(
    '/quotes',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Quote what coupons and points would pay of an order',
        tags: ['orders'],
        querystring: ReadQuery,
        body: QuoteBody,
        response: readResponses(quoteFields),
      },
    },
    (request) => readAsOf(services, request.query, () => quote(request.body, services.projection)),
  )
}

/** Throws ACCOUNT_UNKNOWN, or ORDER_AMOUNT_DIFFERS where the items do not come to the amount. */
function quote(request: QuoteRequest, projection: Projection) {
  const { acceptor, from, amountFen } = request
  const today = projection.ledger()?.cycle.date ?? ''
  if (projection.account(from) === undefined) {
    throw new LedgerError('ACCOUNT_UNKNOWN', { id: from })
  }
  const items = itemsOf(request)
  const sum = items.reduce((total, item) => total + item.amountFen, 0n)
  if (sum !== BigInt(amountFen)) {
    throw new LedgerError('ORDER_AMOUNT_DIFFERS', { items: String(sum) })
  }
  const { coupons, points, paidFen } = evaluateOrder(
    { acceptor, account: from, items, today },
    offeredCoupons(request, today, projection),
    offeredPoints(request, today, projection),
  )
  return {
    quotedOn: today,
    acceptor,
    from,
    amountFen,
    paidFen: String(paidFen),
    leftFen: String(sum - paidFen),
    coupons: coupons.map(({ series, serial, verdict }) => ({
      series,
      serial,
      ...verdictAnswer(verdict),
    })),
    points: points.map(({ asset, amount, verdict }) => ({
      asset,
      amount: String(amount),
      ...verdictAnswer(verdict),
    })),
  }
}

function offeredCoupons(
  { from, coupons }: QuoteRequest,
  today: string,
  { coupons: stored, registry }: Projection,
): OfferedCoupon[] {
  return coupons.map(({ series, serial }) => {
    const found = stored.read(series, serial)
    const coupon = found && {
      account: found.account,
      state: found.state,
      amount: BigInt(found.amount),
      validFrom: found.validFrom,
      expires: found.expires,
    }
    const day = registry.couponDay(series, from)
    const usedToday = day?.date === today ? day.count : 0
    return { series, serial, terms: registry.series(series), coupon, usedToday }
  })
}

function offeredPoints(
  { from, points }: QuoteRequest,
  today: string,
  projection: Projection,
): OfferedPoints[] {
  const held = projection.holdings.ofAccount(from)
  return points.map(({ asset, amount }) => {
    const lots = held.find((holding) => holding.asset === asset)?.lots ?? []
    const short = shortfall(lots, BigInt(amount), today)
    return { asset, amount: BigInt(amount), programme: projection.programme(asset), short }
  })
}

function verdictAnswer(verdict: PaymentVerdict) {
  if (verdict.ok) return { applies: true, fen: String(verdict.fen) }
  const { code, detail } = verdict
  return { applies: false, fen: '0', code, message: ERROR_TABLE[code].message, detail }
}
