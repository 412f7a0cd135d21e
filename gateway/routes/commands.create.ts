import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { answerBulk, MAX_BULK_BYTES, MAX_BULK_LINES, tooLarge } from '../commands/bulk-commands.ts'
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

const NDJSON = 'application/x-ndjson'

/** POST /commands: one signed command as JSON, or many as NDJSON. */
export function createCommands(app: GatewayApp, services: WriteServices): void {
  app.register((scope: GatewayApp, _options, done) => {
    readAsItArrives(scope)
    addRoute(scope, services)
    done()
  })
}

/** The handler is given the stream of the lines, not all of them. */
function readAsItArrives(scope: GatewayApp): void {
  scope.addContentTypeParser(NDJSON, (_request, payload: IncomingMessage, done) => {
    done(null, payload)
  })
}

function addRoute(app: GatewayApp, services: WriteServices): void {
  app.post(
    '/commands',
    {
      config: { access: 'write' },
      schema: {
        summary: 'Submit one signed command, or many',
        description: `As application/json one command. As ${NDJSON} up to ${MAX_BULK_LINES} in ${MAX_BULK_BYTES} bytes, one a line, taken as they arrive; the answer is streamed, one line each in order of completion, with the number of the input line.`,
        tags: ['commands'],
        querystring: MinBlockQuery,
        headers: IdempotencyHeaders,
        body: Type.Union([SignedCommandBody, Type.String()]),
        response: commandResponses,
      },
    },
    async (request, reply) => {
      const isBulk = request.body instanceof Readable
      const length = Number(request.headers['content-length'] ?? 0)
      if (isBulk && length > MAX_BULK_BYTES) throw tooLarge()
      await waitForMinBlock(services, request.query.minBlock)
      const { commands } = services
      const call = callOf(request)
      if (request.body instanceof Readable) {
        const onFault = (error: unknown): void => request.log.error({ err: error }, 'fault')
        return await sendLines(reply, answerBulk(request.body, { commands, call, onFault }))
      }
      checkIdempotencyKey(request.body, request.headers['idempotency-key'])
      return await sendAnswer(request, reply, await commands.submit(request.body, call))
    },
  )
}
