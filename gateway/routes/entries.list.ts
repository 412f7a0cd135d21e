import { Type } from 'typebox'
import { holdingPath } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { EntryFilter } from '../projection/queries/entry-queries.ts'
import type { ReadServices } from '../read-services.ts'
import { numberCursor } from '../schemas/cursor.ts'
import { EntryAnswer, entryAnswer } from '../schemas/entry.ts'
import { pageOf } from '../schemas/page.ts'
import { pageFields } from '../schemas/read-query.ts'
import { listResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const EntriesQuery = Type.Object(
  {
    ...pageFields,
    type: Type.Optional(Type.String({ pattern: '^[A-Za-z]{1,40}$', examples: ['TransferPoints'] })),
    account: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9:./-]{1,200}$',
        description: 'an account id, or a path of the chart of accounts such as 7104',
        examples: ['mall:a-8d3h5j7k9m'],
      }),
    ),
  },
  { additionalProperties: false },
)

/** GET /entries: the journal, newest first. */
export function listEntries(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/entries',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List entries, newest first',
        tags: ['books'],
        querystring: EntriesQuery,
        response: listResponses(EntryAnswer),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const filter = filterOf(request.query)
        return pageOf(request.query, {
          kind: numberCursor('entries'),
          read: (before = String(Number.MAX_SAFE_INTEGER), limit) =>
            services.projection.entries.list(filter, Number(before), limit),
          keyOf: ({ seq }) => String(seq),
          toItem: entryAnswer,
        })
      }),
  )
}

function filterOf({ type, account }: { type?: string; account?: string }): EntryFilter {
  const isPath = account !== undefined && /^[0-9]/.test(account)
  return {
    ...(type !== undefined && { type }),
    ...(account !== undefined && { path: isPath ? account : holdingPath(account) }),
  }
}
