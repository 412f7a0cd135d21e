import { Type } from 'typebox'

/** How the API answers a command that was accepted. */
export const AcceptedCommand = Type.Object(
  {
    actor: Type.String(),
    id: Type.String(),
    status: Type.Literal('accepted'),
    replayed: Type.Boolean({ description: 'the outcome was recorded before' }),
    transactionId: Type.Optional(Type.String()),
    blockNumber: Type.Optional(Type.String()),
    entryHash: Type.Optional(Type.String({ description: 'absent when nothing of value moved' })),
  },
  { $id: 'AcceptedCommand' },
)
