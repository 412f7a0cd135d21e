import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import type { ErrorCode, ErrorDetail } from '../../ledger/index.ts'
import { ERROR_TABLE, LedgerError } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { Problem } from '../schemas/problem.ts'

/** RFC 9457 problem details of a code, from the ledger's one table. */
export function problemOf(
  code: ErrorCode,
  detail: ErrorDetail,
  instance: string,
): Static<typeof Problem> {
  const { status, message } = ERROR_TABLE[code]
  return { type: `/errors/${code}`, title: message, status, code, detail, instance }
}

/** Sends a problem, with Retry-After where the same request may succeed later. */
export async function sendProblem(
  reply: FastifyReply,
  problem: Static<typeof Problem>,
): Promise<FastifyReply> {
  if (problem.status === 503) void reply.header('retry-after', '1')
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer')
  return await reply
    .code(problem.status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problem)
}

/** The only place where an error becomes an HTTP answer. */
export function answerProblems(app: GatewayApp): void {
  app.setErrorHandler(async (error, request, reply) => {
    const { code, detail } = codedError(error)
    if (code === 'INTERNAL') request.log.error({ err: error }, 'fault')
    return await sendProblem(reply, problemOf(code, detail, request.id))
  })
  app.setNotFoundHandler(async (request: FastifyRequest, reply) => {
    return await sendProblem(reply, problemOf('NOT_FOUND', {}, request.id))
  })
}

/** Answers a request that Fastify refuses before it looks for a route, such as a broken address. */
export function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { code, detail } = codedError(error)
  void sendProblem(reply, problemOf(code, detail, request.id))
}

interface CodedError {
  readonly code: ErrorCode
  readonly detail: ErrorDetail
}

/** Fastify's own errors that are the caller's doing; any other is a fault of the gateway. */
const FASTIFY_CODES = new Map<string, ErrorCode>([
  ['FST_ERR_VALIDATION', 'REQUEST_MALFORMED'],
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'TOO_LARGE'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'UNSUPPORTED_MEDIA_TYPE'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'REQUEST_MALFORMED'],
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'REQUEST_MALFORMED'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'REQUEST_MALFORMED'],
  ['FST_ERR_CTP_EMPTY_TYPE', 'UNSUPPORTED_MEDIA_TYPE'],
  ['FST_ERR_BAD_URL', 'REQUEST_MALFORMED'],
  ['FST_ERR_MAX_URI_LENGTH', 'REQUEST_MALFORMED'],
])

function codedError(error: unknown): CodedError {
  if (error instanceof LedgerError) return { code: error.code, detail: error.detail }
  if (!(error instanceof Error)) return { code: 'INTERNAL', detail: {} }
  const foreign = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const code = FASTIFY_CODES.get(foreign)
  if (code !== undefined) return { code, detail: { problem: error.message } }
  const status = 'statusCode' in error ? error.statusCode : undefined
  // What Fastify's plugins refuse with another code of their own.
  const isCallers = typeof status === 'number' && status >= 400 && status < 500
  return isCallers
    ? { code: 'REQUEST_MALFORMED', detail: { problem: error.message } }
    : { code: 'INTERNAL', detail: {} }
}
