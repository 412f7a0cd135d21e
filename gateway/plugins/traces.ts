import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/

/** The W3C trace context of a request, when it carries a well-formed one. */
export function traceparentOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : undefined
}

/** A request's id is its trace id: the caller's, or a new one. It stands in every log line. */
export function traceIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const traceparent = traceparentOf(request.headers['traceparent'])
  return TRACEPARENT.exec(traceparent ?? '')?.[1] ?? randomBytes(16).toString('hex')
}
