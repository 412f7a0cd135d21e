import { Type } from 'typebox'
import { ActorIdText, CommandIdText, LedgerError } from '../../ledger/index.ts'
import { commandResponses } from '../commands/command-route.ts'
import { sendAnswer } from '../commands/send-answer.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** GET /commands/{actor}/{id}: what became of a command, as its submission was answered. */
export function readCommandOutcome(app: GatewayApp, services: WriteServices): void {
  app.get(
    '/commands/:actor/:id',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Ask for the outcome of a command',
        tags: ['commands'],
        params: Type.Object({ actor: ActorIdText, id: CommandIdText }),
        response: commandResponses,
      },
    },
    async (request, reply) => {
      const { actor, id } = request.params
      const answer = services.commands.recorded(actor, id)
      if (answer === undefined) throw new LedgerError('NOT_FOUND', { actor, id })
      return await sendAnswer(request, reply, answer)
    },
  )
}
