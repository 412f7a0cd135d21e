import { Type } from 'typebox'
import { asOfBlock } from './read-response.ts'

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

/** How the API answers the question what became of a command that was accepted. */
export const RecordedCommand = Type.Object(
  { asOfBlock, ...AcceptedCommand.properties },
  { $id: 'RecordedCommand' },
)
