import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { idCursor } from '../schemas/cursor.ts'
import { pageOf } from '../schemas/page.ts'
import { PageQuery } from '../schemas/read-query.ts'
import { listResponses } from '../schemas/read-response.ts'
import { SeriesAnswer, seriesAnswer } from '../schemas/series.ts'
import { readAsOf } from './read-as-of.ts'

/** GET /series: all series of coupons with their terms. */
export function listSeries(app: GatewayApp, services: ReadServices): void {
  const { registry } = services.projection
  app.get(
    '/series',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List series of coupons',
        tags: ['coupons'],
        querystring: PageQuery,
        response: listResponses(SeriesAnswer),
      },
    },
    (request) =>
      readAsOf(services, request.query, () =>
        pageOf(request.query, {
          kind: idCursor('series'),
          read: (after = '', limit) => registry.allSeries({ after, limit }),
          keyOf: ({ id }) => id,
          toItem: (series) => seriesAnswer(series, registry.budgetLeft(series.id)),
        }),
      ),
  )
}
