import type { CommandService } from './commands/command-service.ts'
import type { GatewayMetrics } from './metrics/gateway-metrics.ts'
import type { ReadServices } from './read-services.ts'

/** What routes that take commands are given. */
export interface WriteServices extends ReadServices {
  readonly commands: CommandService
  /** Whether the ledger is reachable and the projection follows it. */
  readonly isReady: () => boolean
}

/** What the whole gateway is given. */
export interface GatewayServices extends WriteServices {
  /** How many blocks the ledger was last known to have that have not been read yet. */
  readonly lag: () => bigint
  readonly metrics: Pick<GatewayMetrics, 'answered' | 'contentType' | 'text'>
}
