import type { ConnectionProfile } from '../gateway/index.ts'

/** What the gateways run on. They cannot tell which it is. */
export interface Engine {
  /** One for each organisation that has a gateway. */
  readonly profiles: readonly ConnectionProfile[]
  /** Ends what this process started; a Fabric network goes on running. */
  readonly close: () => Promise<void>
}

export const ENGINES = ['embedded', 'fabric'] as const
export type EngineName = (typeof ENGINES)[number]
