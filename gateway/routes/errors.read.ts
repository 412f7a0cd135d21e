import { Type } from 'typebox'
import { ERROR_TABLE, isErrorCode, LedgerError } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import { Problem } from '../schemas/problem.ts'

/** GET /errors/{code}: what a code means; problems name this address as their type. */
export function readError(app: GatewayApp): void {
  app.get(
    '/errors/:code',
    {
      config: { access: 'public' },
      schema: {
        summary: 'What an error code means',
        tags: ['operation'],
        params: Type.Object({ code: Type.String({ maxLength: 40 }) }),
        response: {
          200: Type.Object({
            code: Type.String(),
            status: Type.Integer(),
            retryable: Type.Boolean({ description: 'the same request may succeed later' }),
            recorded: Type.Boolean({ description: 'kept on chain under the id of the command' }),
            message: Type.String(),
          }),
          default: Problem,
        },
      },
    },
    (request) => {
      const { code } = request.params
      if (!isErrorCode(code)) throw new LedgerError('NOT_FOUND', { code })
      return { code, ...ERROR_TABLE[code] }
    },
  )
}
