import { Type } from 'typebox'
import { LedgerError, SerialText, SeriesIdText } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { couponAnswer, couponFields } from '../schemas/coupon.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

/** GET /coupons/{series}/{serial}: who has a coupon, and in which state it is. */
export function readCoupon(app: GatewayApp, services: ReadServices): void {
  const { coupons } = services.projection
  app.get(
    '/coupons/:series/:serial',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read a coupon',
        tags: ['coupons'],
        params: Type.Object(
          { series: SeriesIdText, serial: SerialText },
          { additionalProperties: false },
        ),
        querystring: ReadQuery,
        response: readResponses(couponFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { series, serial } = request.params
        const coupon = coupons.read(series, serial)
        if (coupon === undefined) throw new LedgerError('NOT_FOUND', { series, serial })
        return couponAnswer(coupon)
      }),
  )
}
