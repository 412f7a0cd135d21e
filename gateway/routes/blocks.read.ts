import { Type } from 'typebox'
import { LedgerError } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { blockAnswer, blockFields } from '../schemas/block.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const TransactionAnswer = Type.Object({
  id: Type.String(),
  index: Type.Integer({ description: 'position in the block, from 0' }),
  validationCode: Type.String({ examples: ['VALID', 'MVCC_READ_CONFLICT'] }),
  submitter: Type.String({ description: 'the organisation that submitted it' }),
  timestamp: Type.String({ description: 'as the submitter wrote it' }),
  entryCount: Type.Integer(),
})

const Params = Type.Object(
  { number: Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$' }) },
  { additionalProperties: false },
)

/** GET /blocks/{number}: a block with its transactions, valid or not. */
export function readBlock(app: GatewayApp, services: ReadServices): void {
  const { blocks } = services.projection
  app.get(
    '/blocks/:number',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read a block with its transactions',
        tags: ['chain'],
        params: Params,
        querystring: ReadQuery,
        response: readResponses({ ...blockFields, transactions: Type.Array(TransactionAnswer) }),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const number = BigInt(request.params.number)
        const block = blocks.read(number)
        if (block === undefined) throw new LedgerError('NOT_FOUND', { block: String(number) })
        return { ...blockAnswer(block), transactions: blocks.transactionsOf(number) }
      }),
  )
}
