import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { BlockAnswer, blockAnswer } from '../schemas/block.ts'
import { numberCursor } from '../schemas/cursor.ts'
import { pageOf } from '../schemas/page.ts'
import { PageQuery } from '../schemas/read-query.ts'
import { listResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

/** GET /blocks: the chain, newest block first. */
export function listBlocks(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/blocks',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List blocks, newest first',
        tags: ['chain'],
        querystring: PageQuery,
        response: listResponses(BlockAnswer),
      },
    },
    (request) =>
      readAsOf(services, request.query, () =>
        pageOf(request.query, {
          kind: numberCursor('blocks'),
          read: (before = String(Number.MAX_SAFE_INTEGER), limit) =>
            services.projection.blocks.list(BigInt(before), limit),
          keyOf: ({ number }) => String(number),
          toItem: blockAnswer,
        }),
      ),
  )
}
