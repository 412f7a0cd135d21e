import { Type } from 'typebox'
import { COUPON_STATES, LedgerError, SeriesIdText } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { seriesAnswer, seriesFields } from '../schemas/series.ts'
import { readAsOf } from './read-as-of.ts'

const fields = {
  ...seriesFields,
  coupons: Type.Object(Object.fromEntries(COUPON_STATES.map((state) => [state, Type.Integer()])), {
    description: 'how many coupons there are in each state',
  }),
}

/** GET /series/{series}: the terms of a series, what is left of its budget, and its coupons by state. */
export function readSeries(app: GatewayApp, services: ReadServices): void {
  const { coupons, registry } = services.projection
  app.get(
    '/series/:series',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read a series of coupons',
        tags: ['coupons'],
        params: Type.Object({ series: SeriesIdText }, { additionalProperties: false }),
        querystring: ReadQuery,
        response: readResponses(fields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { series: id } = request.params
        const series = registry.series(id)
        if (series === undefined) throw new LedgerError('NOT_FOUND', { series: id })
        return { ...seriesAnswer(series, registry.budgetLeft(id)), coupons: coupons.counts(id) }
      }),
  )
}
