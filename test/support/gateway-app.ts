import { pino } from 'pino'
import { buildApp } from '../../gateway/app.ts'
import type { CommandService } from '../../gateway/commands/command-service.ts'
import type { GatewayApp } from '../../gateway/gateway-app.ts'
import { tokenDigest } from '../../gateway/index.ts'
import { GatewayMetrics } from '../../gateway/metrics/gateway-metrics.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import type { GatewayServices } from '../../gateway/write-services.ts'

/** The token that opens what `write` opens. */
export const TOKEN = 'token'

/** The HTTP face of the mall's gateway over nothing but a way to take commands. */
export async function gatewayApp(
  submit: CommandService['submit'],
  services: Partial<GatewayServices> = {},
): Promise<GatewayApp> {
  // The routes under test call nothing else of it.
  const commands = { submit } as unknown as CommandService
  return await buildApp({
    services: {
      organisation: 'mall',
      channel: 'consortium',
      projection: Projection.open(':memory:'),
      waitForBlock: () => Promise.resolve(),
      commands,
      isReady: () => true,
      lag: () => 0n,
      metrics: new GatewayMetrics('mall'),
      ...services,
    },
    tokens: new Map([[tokenDigest(TOKEN), 'write']]),
    logger: pino({ level: 'silent' }),
  })
}
