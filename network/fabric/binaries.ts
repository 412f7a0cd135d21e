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

/** Programs that come from one Go module of ours, which pins what they are built from. */
interface Suite {
  readonly title: string
  readonly version: string
  readonly programs: readonly string[]
  /** What the first program's `version` has to say. */
  readonly wanted: RegExp
  readonly module: string
  readonly linkFlags: string
  readonly needsC: boolean
  readonly advice: string
}

const FABRIC: Suite = {
  title: 'Fabric',
  version: '3.1.4',
  programs: ['peer', ...PROGRAMS.filter((program) => program !== 'peer')],
  wanted: /Version: v?3\.1\./,
  module: import.meta.dirname,
  linkFlags: '-s -w -X github.com/hyperledger/fabric/common/metadata.Version=3.1.4',
  needsC: false,
  advice:
    'Fabric 3.1 is not here and there is no Go to build it with. Install Go 1.26 or later, ' +
    "or put Fabric's programs on PATH, or name their folder in FABRIC_BIN.",
}

const FABRIC_CA: Suite = {
  title: 'Fabric CA',
  version: '1.5.15',
  programs: ['fabric-ca-server'],
  wanted: /Version: v?1\.5\./,
  module: join(import.meta.dirname, 'ca'),
  linkFlags: '-s -w',
  needsC: true,
  advice:
    'Fabric CA 1.5 is not here and there is no Go to build it with. Install Go 1.26 or later and ' +
    'a C compiler, or put fabric-ca-server on PATH or into FABRIC_BIN, or use ca: cryptogen.',
}

const BUILD_TIMEOUT_MS = 20 * 60_000

/**
 * Finds Fabric 3.1: in FABRIC_BIN, else on PATH, else built once from the pinned Go module into
 * the user's cache. `report` gets a line when it builds. Throws NO_FABRIC.
 */
export async function findBinaries(report: (line: string) => void): Promise<FabricBinaries> {
  const given = process.env['FABRIC_BIN']
  if (given !== undefined && given !== '' && !(await isWanted(FABRIC, given))) {
    throw new NetworkFailure(
      'NO_FABRIC',
      `FABRIC_BIN (${given}) does not hold the programs of Fabric 3.1.`,
    )
  }
  const folder = await findSuite(FABRIC, report)
  return { folder, path: (program) => join(folder, program) }
}

/** The same for the server of Fabric CA 1.5; returns its path. Throws NO_FABRIC. */
export async function findCaServer(report: (line: string) => void): Promise<string> {
  return join(await findSuite(FABRIC_CA, report), 'fabric-ca-server')
}

async function findSuite(suite: Suite, report: (line: string) => void): Promise<string> {
  const given = process.env['FABRIC_BIN'] ?? ''
  for (const folder of [given, ...(process.env['PATH'] ?? '').split(delimiter)]) {
    if (folder !== '' && (await isWanted(suite, folder))) return folder
  }
  const cached = cacheFolder(suite)
  if (!hasPrograms(suite, cached)) await build(suite, cached, report)
  return cached
}

async function isWanted(suite: Suite, folder: string): Promise<boolean> {
  const [first] = suite.programs
  if (first === undefined || !hasPrograms(suite, folder)) return false
  const version = await runCommand(join(folder, first), ['version']).catch(() => '')
  return suite.wanted.test(version)
}

function hasPrograms({ programs }: Suite, folder: string): boolean {
  return programs.every((program) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Named by the modules that go into the programs, so that a change of them builds anew. */
function cacheFolder({ title, module }: Suite): string {
  const sums = readFileSync(join(module, 'go.sum'))
  const key = createHash('sha256').update(sums).digest('hex').slice(0, 16)
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'tallystick', `${title.toLowerCase().replace(' ', '-')}-${key}`)
}

async function build(suite: Suite, folder: string, report: (line: string) => void): Promise<void> {
  const { title, version, module, linkFlags } = suite
  await checkCompilers(suite)
  report(`Building ${title} ${version} once into ${folder} (1 to 5 minutes) …`)
  // Built aside and moved into place, so that a build that is broken off leaves nothing half done.
  const aside = `${folder}.${String(process.pid)}`
  mkdirSync(aside, { recursive: true })
  try {
    const args = ['build', '-trimpath', '-ldflags', linkFlags, '-o', `${aside}/`, 'tool']
    await runCommand('go', args, { cwd: module, timeoutMs: BUILD_TIMEOUT_MS })
    rmSync(folder, { recursive: true, force: true })
    renameSync(aside, folder)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    throw new NetworkFailure(
      'NO_FABRIC',
      `${title} could not be built: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Throws NO_FABRIC. */
async function checkCompilers({ advice, needsC, title }: Suite): Promise<void> {
  const go = await runCommand('go', ['env', 'CC', 'CGO_ENABLED']).catch(() => undefined)
  if (go === undefined) throw new NetworkFailure('NO_FABRIC', advice)
  if (!needsC) return
  // Its database is SQLite in C; without cgo the build succeeds and the server does not start.
  const [compiler = '', cgo] = go.trim().split('\n')
  const [program = '', ...args] = compiler.split(' ')
  const hasC = await runCommand(program, [...args, '--version']).then(
    () => true,
    () => false,
  )
  if (hasC && cgo !== '0') return
  throw new NetworkFailure(
    'NO_FABRIC',
    `${title} is built with a C compiler, and ${compiler || 'cc'} is not here or CGO_ENABLED is ` +
      '0. Install gcc or clang, or use ca: cryptogen.',
  )
}
