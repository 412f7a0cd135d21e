import { createHash } from 'node:crypto'
import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { NetworkFailure } from './network-failure.ts'
import { runCommand } from './run-command.ts'

/** What running a network needs. */
const PROGRAMS = ['configtxgen', 'configtxlator', 'cryptogen', 'orderer', 'peer'] as const

type Program = (typeof PROGRAMS)[number]

/** Folder of Fabric's programs. */
export interface FabricBinaries {
  readonly folder: string
  readonly path: (program: Program) => string
}

const VERSION = '3.1.4'
const WANTED = /Version: v?3\.1\./
const BUILD_TIMEOUT_MS = 20 * 60_000

/**
 * Finds Fabric 3.1: in FABRIC_BIN, else on PATH, else built once from the pinned Go module into
 * the user's cache. `report` gets a line when it builds. Throws NO_FABRIC.
 */
export async function findBinaries(report: (line: string) => void): Promise<FabricBinaries> {
  const given = process.env['FABRIC_BIN']
  if (given !== undefined && given !== '') {
    if (await isWanted(given)) return binariesIn(given)
    throw new NetworkFailure(
      'NO_FABRIC',
      `FABRIC_BIN (${given}) does not hold the programs of Fabric 3.1.`,
    )
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && (await isWanted(folder))) return binariesIn(folder)
  }
  const cached = cacheFolder()
  if (!hasPrograms(cached)) await build(cached, report)
  return binariesIn(cached)
}

function binariesIn(folder: string): FabricBinaries {
  return { folder, path: (program) => join(folder, program) }
}

async function isWanted(folder: string): Promise<boolean> {
  if (!hasPrograms(folder)) return false
  const version = await runCommand(join(folder, 'peer'), ['version']).catch(() => '')
  return WANTED.test(version)
}

function hasPrograms(folder: string): boolean {
  return PROGRAMS.every((program) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Named by the modules that go into the programs, so that a change of them builds anew. */
function cacheFolder(): string {
  const sums = readFileSync(join(import.meta.dirname, 'go.sum'))
  const key = createHash('sha256').update(sums).digest('hex').slice(0, 16)
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'tallystick', `fabric-${key}`)
}

async function build(folder: string, report: (line: string) => void): Promise<void> {
  const go = await runCommand('go', ['version']).catch(() => undefined)
  if (go === undefined) {
    throw new NetworkFailure(
      'NO_FABRIC',
      'Fabric 3.1 is not here and there is no Go to build it with. Install Go 1.26 or later, ' +
        "or put Fabric's programs on PATH, or name their folder in FABRIC_BIN.",
    )
  }
  report(`Building Fabric ${VERSION} once into ${folder} (1 to 5 minutes) …`)
  // Built aside and moved into place, so that a build that is broken off leaves nothing half done.
  const aside = `${folder}.${String(process.pid)}`
  mkdirSync(aside, { recursive: true })
  const flags = `-s -w -X github.com/hyperledger/fabric/common/metadata.Version=${VERSION}`
  try {
    await runCommand('go', ['build', '-trimpath', '-ldflags', flags, '-o', `${aside}/`, 'tool'], {
      cwd: import.meta.dirname,
      timeoutMs: BUILD_TIMEOUT_MS,
    })
    rmSync(folder, { recursive: true, force: true })
    renameSync(aside, folder)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    throw new NetworkFailure(
      'NO_FABRIC',
      `Fabric could not be built: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
