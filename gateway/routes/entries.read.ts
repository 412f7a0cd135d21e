import { Type } from 'typebox'
import { LedgerError } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { entryAnswer, entryFields } from '../schemas/entry.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const Params = Type.Object(
  { hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
  { additionalProperties: false },
)

/** GET /entries/{hash}: an entry as the ledger published it. */
export function readEntry(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/entries/:hash',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read an entry',
        tags: ['books'],
        params: Params,
        querystring: ReadQuery,
        response: readResponses(entryFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { hash } = request.params
        const entry = services.projection.entries.byHash(hash)
        if (entry === undefined) throw new LedgerError('NOT_FOUND', { hash })
        return entryAnswer(entry)
      }),
  )
}
