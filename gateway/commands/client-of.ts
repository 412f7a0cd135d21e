import type { FastifyRequest } from 'fastify'
import { tokenDigest } from '../plugins/access.ts'

/** Names of connections, for as long as they are open. */
const names = new WeakMap<object, string>()
let named = 0

/**
 * Who sends a request, for taking turns with others: another gateway, by its token, whatever
 * connection it uses, and any other client by its connection, for many share a token.
 */
export function clientOf({ access, headers, socket }: FastifyRequest): string {
  if (access === 'gateway') return `gateway ${tokenDigest(headers.authorization ?? '')}`
  let name = names.get(socket)
  if (name === undefined) {
    named += 1
    name = `connection ${String(named)}`
    names.set(socket, name)
  }
  return name
}
