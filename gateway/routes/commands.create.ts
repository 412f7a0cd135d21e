import { Type } from 'typebox'
import { answerBulk, MAX_BULK_LINES } from '../commands/bulk-commands.ts'
import {
  callOf,
  checkIdempotencyKey,
  commandResponses,
  IdempotencyHeaders,
  MinBlockQuery,
  SignedCommandBody,
  waitForMinBlock,
} from '../commands/command-route.ts'
import { sendAnswer, sendLines } from '../commands/send-answer.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /commands: one signed command as JSON, or many as NDJSON. */
export function createCommands(app: GatewayApp, services: WriteServices): void {
  app.post(
    '/commands',
    {
      config: { access: 'write' },
      schema: {
        summary: 'Submit one signed command, or many',
        description: `As application/json one command. As application/x-ndjson up to ${MAX_BULK_LINES}, one a line; the answer is streamed, one line each in order of completion, with the number of the input line.`,
        tags: ['commands'],
        querystring: MinBlockQuery,
        headers: IdempotencyHeaders,
        body: Type.Union([SignedCommandBody, Type.String()]),
        response: commandResponses,
      },
    },
    async (request, reply) => {
      await waitForMinBlock(services, request.query.minBlock)
      const { commands } = services
      const call = callOf(request)
      if (typeof request.body === 'string') {
        const fault = (error: unknown): void => request.log.error({ err: error }, 'fault')
        const answers = answerBulk(request.body, commands, call, fault)
        return await sendLines(reply, answers)
      }
      checkIdempotencyKey(request.body, request.headers['idempotency-key'])
      return await sendAnswer(request, reply, await commands.submit(request.body, call))
    },
  )
}
