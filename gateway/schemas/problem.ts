import { Type } from 'typebox'

/** RFC 9457 problem details, with the ledger's code. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'a page about the code' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'stable; see docs/errors.md' }),
    detail: Type.Record(Type.String(), Type.String()),
    instance: Type.String({ description: 'the trace id, as in the log' }),
    actor: Type.Optional(Type.String()),
    id: Type.Optional(Type.String()),
    replayed: Type.Optional(Type.Boolean()),
    transactionId: Type.Optional(Type.String()),
    blockNumber: Type.Optional(Type.String()),
    asOfBlock: Type.Optional(Type.String({ description: 'of a refusal that was asked for' })),
  },
  { $id: 'Problem', description: 'why the request was refused' },
)
