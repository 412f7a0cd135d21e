import { Type } from 'typebox'
import { AccountIdText, BusinessDateText } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { CouponPage } from '../projection/queries/coupon-queries.ts'
import type { ReadServices } from '../read-services.ts'
import { CouponAnswer, couponAnswer, CouponStateText } from '../schemas/coupon.ts'
import { couponCursor } from '../schemas/cursor.ts'
import { pageOf } from '../schemas/page.ts'
import { pageFields } from '../schemas/read-query.ts'
import { listResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const ListQuery = Type.Object(
  {
    ...pageFields,
    account: Type.Optional(AccountIdText),
    state: Type.Optional(CouponStateText),
    expiresBy: Type.Optional(BusinessDateText),
  },
  { additionalProperties: false },
)

/** GET /coupons: coupons by series and serial; of an account, of a state, or that expire soon. */
export function listCoupons(app: GatewayApp, services: ReadServices): void {
  const { coupons } = services.projection
  app.get(
    '/coupons',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List coupons',
        tags: ['coupons'],
        querystring: ListQuery,
        response: listResponses(CouponAnswer),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { account, state, expiresBy } = request.query
        return pageOf(request.query, {
          kind: couponCursor,
          read: (after = ' ', limit) =>
            coupons.list({ after: placeOf(after), limit }, { account, state, expiresBy }),
          keyOf: ({ series, serial }) => `${series} ${serial}`,
          toItem: couponAnswer,
        })
      }),
  )
}

function placeOf(key: string): CouponPage['after'] {
  const [series = '', serial = ''] = key.split(' ')
  return { series, serial }
}
