import { Type } from 'typebox'
import type { GatewayApp } from '../gateway-app.ts'
import type { Liability } from '../projection/liability.ts'
import { liabilities } from '../projection/liability.ts'
import type { ReadServices } from '../read-services.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { Amount, readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const LiabilityAnswer = Type.Object({
  asset: Type.String(),
  issuer: Type.String(),
  issued: Amount,
  redeemed: Amount,
  expired: Amount,
  exchangedOut: Amount,
  outstanding: Type.String({ description: 'issued less redeemed, expired and exchanged' }),
  available: Amount,
  pending: Amount,
  pastDate: Type.String({ description: 'past its date, but not booked out yet' }),
  liabilityMicroYuan: Type.String({ description: 'outstanding at the price, rounded down once' }),
  byExpiry: Type.Array(Type.Object({ expires: Type.String(), amount: Amount })),
})

/** GET /liability: what the issuers owe in points and in money, per programme. */
export function readLiability(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/liability',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read the outstanding liability of every programme',
        tags: ['books'],
        querystring: ReadQuery,
        response: readResponses({ programmes: Type.Array(LiabilityAnswer) }),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => ({
        programmes: liabilities(services.projection).map(liabilityAnswer),
      })),
  )
}

function liabilityAnswer(liability: Liability) {
  const { asset, issuer, issued, redeemed, expired } = liability
  const { exchangedOut, outstanding, available, pending, pastDate } = liability
  const { liabilityMicroYuan, byExpiry } = liability
  return {
    asset,
    issuer,
    issued: String(issued),
    redeemed: String(redeemed),
    expired: String(expired),
    exchangedOut: String(exchangedOut),
    outstanding: String(outstanding),
    available: String(available),
    pending: String(pending),
    pastDate: String(pastDate),
    liabilityMicroYuan: String(liabilityMicroYuan),
    byExpiry: byExpiry.map(({ expires, amount }) => ({ expires, amount: String(amount) })),
  }
}
