import { Type } from 'typebox'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const ClockTime = Type.String({ description: 'seconds since 1970', examples: ['1796083200'] })

/** GET /clock: the time by which auctions open and end, and what each organisation has told. */
export function readClock(app: GatewayApp, services: ReadServices): void {
  const { registry } = services.projection
  app.get(
    '/clock',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Which time the ledger knows',
        description: 'The time that a majority of organisations has reached; told during auctions.',
        tags: ['ledger'],
        querystring: ReadQuery,
        response: readResponses({
          time: Type.String({ description: '0 until a majority has told the time' }),
          ticks: Type.Array(Type.Object({ organisation: Type.String(), time: ClockTime })),
        }),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { time = 0n, ticks = {} } = registry.clock() ?? {}
        return {
          time: String(time),
          ticks: Object.entries(ticks).map(([organisation, tick]) => ({
            organisation,
            time: String(tick),
          })),
        }
      }),
  )
}
