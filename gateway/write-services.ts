import type { CommandService } from './commands/command-service.ts'
import type { ReadServices } from './read-services.ts'

/** What routes that take commands are given. */
export interface WriteServices extends ReadServices {
  readonly commands: CommandService
  /** Whether the ledger is reachable and the projection follows it. */
  readonly isReady: () => boolean
}
