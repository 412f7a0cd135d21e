import type { Static } from 'typebox'
import type {
  Account,
  ExchangeLeg,
  ExchangeRate,
  Lot,
  PointsProgramme,
} from '../../ledger/index.ts'
import {
  exchangeLegs,
  LedgerError,
  lotTotals,
  multiply,
  rateBound,
  rateKey,
  receivedLots,
  refuseRate,
  takeAvailable,
} from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { Projection } from '../projection/projection.ts'
import type { ReadServices } from '../read-services.ts'
import { ExchangeQuoteBody, exchangeQuoteFields } from '../schemas/exchange-quote.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

type QuoteRequest = Static<typeof ExchangeQuoteBody>

/**
 * POST /exchange-quotes: what an exchange would give today. Nothing is signed and nothing kept: it
 * holds for the business date, because no rate that is open ends before its day does.
 */
export function createExchangeQuote(app: GatewayApp, services: ReadServices): void {
  app.post(
    '/exchange-quotes',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Quote an exchange of points',
        tags: ['exchange'],
        querystring: ReadQuery,
        body: ExchangeQuoteBody,
        response: readResponses(exchangeQuoteFields),
      },
    },
    (request) => readAsOf(services, request.query, () => quote(request.body, services.projection)),
  )
}

/** Throws the refusal that an exchange would meet. */
function quote({ rates: ids, from, amount }: QuoteRequest, projection: Projection) {
  const today = projection.ledger()?.cycle.date ?? ''
  const { rates, programmes } = termsOf(ids, today, projection)
  const account = projection.account(from)
  if (account === undefined) throw new LedgerError('ACCOUNT_UNKNOWN', { id: from })
  const legs = exchangeLegs(rates, BigInt(amount))
  const total = legs.at(-1)?.receives.whole ?? 0n
  if (total === 0n) throw new LedgerError('QUOTE_CHANGED', { gives: '0' })
  const asset = rates[0]?.from ?? ''
  const given = takeAvailable(payable(account, asset, amount, projection), BigInt(amount), today)
  return {
    quotedOn: today,
    from,
    pays: { asset, amount },
    legs: legs.map((leg, at) => {
      const id = ids[at] ?? ''
      return legAnswer(id, leg, leftOfDay(id, leg.rate, today, projection))
    }),
    lots: receivedLots(given, total, programmes, today).map(lotAnswer),
  }
}

function termsOf(
  ids: readonly string[],
  today: string,
  projection: Projection,
): { readonly rates: readonly ExchangeRate[]; readonly programmes: readonly PointsProgramme[] } {
  const rates = ids.map((id) => {
    const stored = projection.contracts.read('rate', id)
    if (stored === undefined) throw new LedgerError('CONTRACT_UNKNOWN', { kind: 'rate', id })
    const rate = rateKey(id).codec.decode(stored.value)
    const refusal = refuseRate(rate, { id, isChained: ids.length > 1, today })
    if (refusal !== undefined) throw new LedgerError(refusal.code, refusal.detail)
    return rate
  })
  const [first, second] = rates
  if (first === undefined || (second !== undefined && second.from !== first.to)) {
    throw new LedgerError('RATES_UNFIT', { id: ids[1] ?? '' })
  }
  if (second?.to === first.from) throw new LedgerError('ASSET_TWICE', { asset: first.from })
  return { rates, programmes: rates.flatMap(({ to }) => projection.programme(to) ?? []) }
}

/** The lots out of which the amount would be paid. */
function payable(
  { id }: Account,
  asset: string,
  amount: string,
  projection: Projection,
): readonly Lot[] {
  const lots = projection.holdings.ofAccount(id).find((held) => held.asset === asset)?.lots ?? []
  const { available } = lotTotals(lots, projection.ledger()?.cycle.date ?? '')
  if (available >= BigInt(amount)) return lots
  throw new LedgerError('INSUFFICIENT_POINTS', { asset, available: String(available) })
}

/** What is left of a rate's cap; its pool is full until somebody draws on it. */
function leftOfDay(
  id: string,
  { capPerDay }: ExchangeRate,
  today: string,
  { registry }: Projection,
): bigint {
  const bound = rateBound(id, today)
  return registry.hasQuota(bound) ? registry.budgetLeft(bound) : capPerDay
}

function legAnswer(rate: string, leg: ExchangeLeg, left: bigint) {
  const { spread, to, pricePerPoint, rate: toPerFrom } = leg.rate
  const points = leg.receives.whole
  const clearing = multiply(points, pricePerPoint)
  const paid = spread && multiply(points, spread.pricePerPoint)
  return {
    rate,
    receives: { asset: to, amount: String(points) },
    toPerFrom: {
      numerator: String(toPerFrom.numerator),
      denominator: String(toPerFrom.denominator),
    },
    ...fractionOf('pointsRoundedDown', leg.receives),
    clearingMicroYuan: String(clearing.whole),
    ...fractionOf('roundedDown', clearing),
    ...(spread !== undefined &&
      paid !== undefined && {
        spread: {
          party: spread.party,
          microYuan: String(paid.whole),
          ...fractionOf('roundedDown', paid),
        },
      }),
    leftOfDay: String(left),
  }
}

function fractionOf<Name extends string>(
  name: Name,
  { remainder, denominator }: ReturnType<typeof multiply>,
): { readonly [key in Name]?: string } {
  if (remainder === 0n) return {}
  return { [name]: `${remainder}/${denominator}` } as { readonly [key in Name]?: string }
}

function lotAnswer({ expires, amount }: Lot) {
  return { expires, amount: String(amount) }
}
