import { Type } from 'typebox'
import type { FastifyRequest } from 'fastify'
import { LedgerError } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import { traceparentFor } from '../plugins/traces.ts'
import { AcceptedCommand } from '../schemas/command-answer.ts'
import { Problem } from '../schemas/problem.ts'
import type { WriteServices } from '../write-services.ts'
import { clientOf } from './client-of.ts'
import type { CommandCall } from './command-service.ts'
import { sendAnswer } from './send-answer.ts'

const SIGNED_EXAMPLE = {
  v: 1,
  id: '5f0c7a52-0d6c-4f0e-9d2f-6f3a3f9f2b11',
  type: 'TransferPoints',
  actor: 'mall:m-4f7k2q9x1c',
  channel: 'consortium',
  ledgerId: '3c0a1f0e-7a39-4a55-8a55-0b6e0d0f2c11',
  notAfter: '2026-12-31',
  body: {
    asset: 'mall:star:point',
    from: 'mall:a-8d3h5j7k9m',
    to: 'bank:a-1c2v3b4n5m',
    amount: '100',
  },
}

/** A block that the gateway must have seen before it takes the command. */
export const MinBlockQuery = Type.Object(
  { minBlock: Type.Optional(Type.String({ pattern: '^(0|[1-9][0-9]{0,17})$' })) },
  { additionalProperties: false },
)

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ maxLength: 80, description: "the command's id, when given" }),
  ),
})

/**
 * The body is described in full and checked loosely: its form is the ledger's to judge, with the
 * ledger's code, as when it comes by another way.
 */
export const SignedCommandBody = Type.Object(
  {},
  { description: 'a signed command', examples: [{ command: SIGNED_EXAMPLE, proofs: [] }] },
)

export const commandResponses = { 200: AcceptedCommand, 201: AcceptedCommand, default: Problem }

/** How the request came in, for the command service. */
export function callOf(request: FastifyRequest): CommandCall {
  return {
    access: request.access,
    // Only another gateway's word counts: a command that is forwarded goes no further.
    isForwarded: request.access === 'gateway',
    client: clientOf(request),
    traceparent: traceparentFor(request),
  }
}

/** A route that takes one type of command, such as POST /transfers for TransferPoints. */
export function commandRoute(
  app: GatewayApp,
  services: WriteServices,
  route: { readonly path: string; readonly type: string; readonly summary: string },
): void {
  app.post(
    route.path,
    {
      config: { access: 'write' },
      schema: {
        summary: route.summary,
        description: `Takes a signed ${route.type} command.`,
        tags: ['commands'],
        querystring: MinBlockQuery,
        headers: IdempotencyHeaders,
        body: SignedCommandBody,
        response: commandResponses,
      },
    },
    async (request, reply) => {
      const type = textAt(request.body, 'command', 'type')
      if (type !== undefined && type !== route.type) {
        throw new LedgerError('COMMAND_TYPE_MISMATCH', { type: route.type })
      }
      checkIdempotencyKey(request.body, request.headers['idempotency-key'])
      await waitForMinBlock(services, request.query.minBlock)
      const answer = await services.commands.submit(request.body, callOf(request))
      return await sendAnswer(request, reply, answer)
    },
  )
}

/** Waits for the block that the caller wants the gateway to have seen. Rejects with NOT_YET. */
export async function waitForMinBlock(
  services: WriteServices,
  minBlock: string | undefined,
): Promise<void> {
  if (minBlock !== undefined) await services.waitForBlock(BigInt(minBlock))
}

/** Throws IDEMPOTENCY_KEY_MISMATCH when the header names another id than the command. */
export function checkIdempotencyKey(body: unknown, header: string | undefined): void {
  if (header === undefined || header === textAt(body, 'command', 'id')) return
  throw new LedgerError('IDEMPOTENCY_KEY_MISMATCH', { header })
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  let place = value
  for (const name of path) {
    if (typeof place !== 'object' || place === null) return undefined
    place = Object.getOwnPropertyDescriptor(place, name)?.value
  }
  return typeof place === 'string' ? place : undefined
}
