import { Type } from 'typebox'
import { breakageOf, earnedRevenue, LedgerError, multiply } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { Liability } from '../projection/liability.ts'
import { liabilities } from '../projection/liability.ts'
import type { ReadServices } from '../read-services.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { Amount, readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const breakageFields = {
  asset: Type.String(),
  issued: Amount,
  redeemed: Type.String({ description: 'and exchanged for others' }),
  outstanding: Amount,
  expected: Type.String({ description: 'to be redeemed in all, by the estimate' }),
  breakage: Type.String({ description: 'of what is outstanding, never to be redeemed' }),
  deferredMicroYuan: Type.String({ description: 'what was issued, at the price' }),
  earnedMicroYuan: Type.String({ description: 'deferred × redeemed ÷ expected (IFRS 15)' }),
  liabilityMicroYuan: Type.String({ description: 'deferred and not earned yet' }),
  cohorts: Type.Array(
    Type.Object({ expires: Type.String(), outstanding: Amount, breakage: Amount }),
    { description: 'by the day on which they expire; the estimate falls on all alike' },
  ),
}

const Query = Type.Object(
  {
    ...ReadQuery.properties,
    asset: Type.String({ pattern: '^[A-Za-z0-9:-]{1,80}$', examples: ['mall:star:point'] }),
    expectedPercent: Type.String({
      pattern: '^(100|[1-9]?[0-9])(\\.[0-9]{1,4})?$',
      description: "of what is issued, to be redeemed in the end: the issuer's own estimate",
      examples: ['97'],
    }),
  },
  { additionalProperties: false },
)

/** GET /liability/breakage: what of a programme's deferred revenue is earned, by an estimate. */
export function readBreakage(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/liability/breakage',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Estimate the breakage of a programme',
        tags: ['books'],
        querystring: Query,
        response: readResponses(breakageFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { asset, expectedPercent } = request.query
        const programme = services.projection.registry.programme(asset)
        const liability = liabilities(services.projection).find((one) => one.asset === asset)
        if (programme === undefined || liability === undefined) {
          throw new LedgerError('NOT_FOUND', { id: asset })
        }
        const deferred = multiply(liability.issued, programme.pricePerPoint).whole
        return breakageAnswer(liability, deferred, expectedPercent)
      }),
  )
}

function breakageAnswer(liability: Liability, deferred: bigint, expectedPercent: string) {
  const { asset, issued, outstanding, byExpiry } = liability
  const redeemed = liability.redeemed + liability.exchangedOut
  const expectedShare = shareOf(expectedPercent)
  const { expected, breakage } = breakageOf({ issued, redeemed, outstanding, expectedShare })
  const earned = earnedRevenue({ deferred, redeemed, expected })
  return {
    asset,
    issued: String(issued),
    redeemed: String(redeemed),
    outstanding: String(outstanding),
    expected: String(expected),
    breakage: String(breakage),
    deferredMicroYuan: String(deferred),
    earnedMicroYuan: String(earned),
    liabilityMicroYuan: String(deferred - earned),
    cohorts: byExpiry.map(({ expires, amount }) => ({
      expires,
      outstanding: String(amount),
      breakage: String(outstanding === 0n ? 0n : (breakage * amount) / outstanding),
    })),
  }
}

/** A percentage with at most four decimals, as a share. */
function shareOf(percent: string): { numerator: bigint; denominator: bigint } {
  const [whole = '0', decimals = ''] = percent.split('.')
  return { numerator: BigInt(whole + decimals.padEnd(4, '0')), denominator: 1_000_000n }
}
