import { Type } from 'typebox'
import { ActorIdText, CommandIdText, LedgerError } from '../../ledger/index.ts'
import { sendAnswer } from '../commands/send-answer.ts'
import type { GatewayApp } from '../gateway-app.ts'
import { RecordedCommand } from '../schemas/command-answer.ts'
import { Problem } from '../schemas/problem.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import type { WriteServices } from '../write-services.ts'
import { readAsOf } from './read-as-of.ts'

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
        querystring: ReadQuery,
        response: { 200: RecordedCommand, default: Problem },
      },
    },
    async (request, reply) => {
      const { actor, id } = request.params
      const answer = await readAsOf(services, request.query, () => {
        const recorded = services.commands.recorded(actor, id)
        if (recorded === undefined) throw new LedgerError('NOT_FOUND', { actor, id })
        return recorded
      })
      return await sendAnswer(request, reply, answer)
    },
  )
}
