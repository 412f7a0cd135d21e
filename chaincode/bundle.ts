import { hash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { rolldown } from 'rolldown'

/** The chaincode in one file; its sha256 is the version that organisations approve. */
export interface Bundle {
  /** Absolute path of the file. */
  readonly path: string
  /** Lower-case hex digest of the file's bytes. */
  readonly sha256: string
}

const ENTRY = 'serve.ts'
const CONTRACTS = join(import.meta.dirname, 'index.ts')
const FILE_NAME = 'chaincode.cjs'

/**
 * Writes the chaincode's server, the rules and all npm code as one CommonJS file into `outDir`,
 * which is made if need be. The same sources give the same bytes, in whatever folder they lie.
 * `contracts` is the module whose `contracts` are served, unless they are the ledger's: for tests
 * and measurements. Throws when something that is imported cannot be found.
 */
export async function buildBundle(outDir: string, contracts = CONTRACTS): Promise<Bundle> {
  const folder = resolve(outDir)
  const path = join(folder, FILE_NAME)
  const code = await bundledCode(contracts)
  await mkdir(folder, { recursive: true })
  await writeFile(path, code)
  return { path, sha256: hash('sha256', code) }
}

async function bundledCode(contracts: string): Promise<string> {
  await using build = await rolldown({
    input: join(import.meta.dirname, ENTRY),
    cwd: join(import.meta.dirname, '..'),
    platform: 'node',
    transform: { target: 'node24' },
    // The bytes are to depend on the sources alone: not on a tsconfig.json, nor on paths.
    tsconfig: false,
    resolve: { alias: { [CONTRACTS]: contracts } },
    experimental: { attachDebugInfo: 'none' },
    // What is not found would become a require that fails on another machine.
    onLog: (_level, log, handle) => handle('error', log),
  })
  const { output } = await build.generate({
    format: 'cjs',
    codeSplitting: false,
    minify: false,
    sourcemap: false,
  })
  return output[0].code
}

interface CommandOptions {
  readonly out: string
  readonly json: boolean
}

async function run({ out, json }: CommandOptions): Promise<void> {
  const bundle = await buildBundle(out)
  if (json) {
    console.log(JSON.stringify(bundle))
    return
  }
  console.log(`path    ${bundle.path}`)
  console.log(`sha256  ${bundle.sha256}`)
  console.log(NEXT_STEPS)
}

const NEXT_STEPS = `
Next: every organisation builds the same sources, compares the sha256, and approves the chaincode
with it as the version. Then it starts this file, and no other, with \`node\` and in the environment
  CHAINCODE_ID                      the package id that its peer gave at installation
  CHAINCODE_SERVER_ADDRESS          host:port to listen on, as in its connection.json
  CHAINCODE_TLS_KEY_FILE            the server's key (PEM)
  CHAINCODE_TLS_CERT_FILE           the server's certificate (PEM)
  CHAINCODE_TLS_CLIENT_CACERT_FILE  the CA whose certificates its peer shows as a client (PEM)`

if (import.meta.main) {
  await new Command('bundle')
    .description('Bundles the chaincode and its server into one file, the same bytes everywhere.')
    .requiredOption('--out <dir>', 'folder for the bundle, made if need be')
    .option('--json', 'print path and sha256 as JSON', false)
    .showHelpAfterError()
    .action(run)
    .parseAsync()
}
