import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/

function traceparentOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : undefined
}

/** The W3C trace context for the commands of a request: its own, or one under the request's id. */
export function traceparentFor(request: {
  readonly id: string
  readonly headers: IncomingMessage['headers']
}): string {
  const own = traceparentOf(request.headers['traceparent'])
  return own ?? `00-${request.id}-${randomBytes(8).toString('hex')}-01`
}

/** A request's id is its trace id: the caller's, or a new one. It stands in every log line. */
export function traceIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const traceparent = traceparentOf(request.headers['traceparent'])
  return TRACEPARENT.exec(traceparent ?? '')?.[1] ?? randomBytes(16).toString('hex')
}
