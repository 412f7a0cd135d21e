import type { TSchema } from 'typebox'
import { Type } from 'typebox'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()], { description: 'null until the ledger is opened' })
}

/** GET /ledger: which ledger this is and where its calendar stands. */
export function readLedger(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/ledger',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Which ledger this is and where its calendar stands',
        tags: ['ledger'],
        querystring: ReadQuery,
        response: readResponses({
          channel: Type.String(),
          organisation: Type.String({ description: 'whose gateway answers' }),
          ledgerId: orNull(Type.String()),
          businessDate: orNull(Type.String()),
          cycle: orNull(Type.Integer()),
        }),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { channel, organisation, projection } = services
        const ledger = projection.ledger()
        return {
          channel,
          organisation,
          ledgerId: ledger?.ledgerId ?? null,
          businessDate: ledger?.cycle.date ?? null,
          cycle: ledger?.cycle.number ?? null,
        }
      }),
  )
}
