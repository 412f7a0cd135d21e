import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problemOf, sendProblem } from '../plugins/problems.ts'
import type { CommandAnswer } from './command-answer.ts'

/** Answers a command: 201, 200 when it is a replay, or the problem that its refusal is. */
export async function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: CommandAnswer,
): Promise<FastifyReply> {
  if (answer.replayed) void reply.header('idempotency-replayed', 'true')
  if (answer.status === 'accepted')
    return await reply.code(answer.replayed ? 200 : 201).send(answer)
  const { code, detail, status: _status, ...rest } = answer
  return await sendProblem(reply, { ...problemOf(code, detail, request.id), ...rest })
}

/** Streams answers, one JSON object a line. */
export async function sendLines(reply: FastifyReply, lines: Readable): Promise<FastifyReply> {
  return await reply.type('application/x-ndjson').send(lines)
}
