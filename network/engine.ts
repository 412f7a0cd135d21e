import type { ConnectionProfile } from '../gateway/index.ts'

/** What gateways run on that share a process with it. They cannot tell it from a Fabric network. */
export interface Engine {
  /** One for each organisation that has a gateway. */
  readonly profiles: readonly ConnectionProfile[]
  readonly close: () => Promise<void>
}

export const ENGINES = ['embedded', 'fabric'] as const
export type EngineName = (typeof ENGINES)[number]
