import type { Projection } from './projection/projection.ts'

/** What routes that only read are given. */
export interface ReadServices {
  readonly organisation: string
  readonly channel: string
  readonly projection: Projection
  /** Resolves once the projection has applied the block; rejects with NOT_YET after a while. */
  readonly waitForBlock: (blockNumber: bigint) => Promise<void>
}
