import { Type } from 'typebox'
import type { GatewayApp } from '../gateway-app.ts'
import { Problem } from '../schemas/problem.ts'
import type { GatewayServices } from '../write-services.ts'

/** GET /metrics: what the gateway does and how long it takes, for Prometheus. */
export function readMetrics(app: GatewayApp, { metrics }: GatewayServices): void {
  app.get(
    '/metrics',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read the figures of this gateway, for Prometheus',
        description:
          "Prometheus' text format: the queue, batches, what is in flight, validation codes, failures and retries, time by stage, blocks behind the peer, requests, the process.",
        tags: ['operation'],
        produces: ['text/plain'],
        response: { 200: Type.String(), default: Problem },
      },
    },
    async (_request, reply) => {
      const text = await metrics.text()
      return await reply.type(metrics.contentType).send(text)
    },
  )
}
