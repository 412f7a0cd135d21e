import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConnectionProfile } from '../gateway/index.ts'

/**
 * Leaves for each organisation how its own tools reach its peer, as its client: a file readable by
 * its owner alone, since a private key stands in it; replaced in one step.
 */
export function writeConnections(dataDir: string, profiles: readonly ConnectionProfile[]): void {
  const folder = join(dataDir, 'connections')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const { admin: _admin, endorsers: _endorsers, ...connection } of profiles) {
    const path = join(folder, `${connection.organisation}.json`)
    writeFileSync(`${path}.new`, `${JSON.stringify(connection, undefined, 2)}\n`, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
}
