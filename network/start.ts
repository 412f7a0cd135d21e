import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { FIRST_GATEWAY_PORT } from './consortium.ts'
import type { DataFolder } from './data-folder.ts'
import { DataFolderRefused, openDataFolder } from './data-folder.ts'
import type { OrderingType } from './consortium-file.ts'
import { ConsortiumFileError } from './consortium-file.ts'
import type { EngineName } from './engine.ts'
import { ENGINES } from './engine.ts'
import { downFabric } from './fabric/fabric-network.ts'
import { NetworkFailure } from './fabric/network-failure.ts'
import type { Network } from './start-network.ts'
import { rebuildProjections, startNetwork } from './start-network.ts'

interface StartOptions {
  readonly data: string
  readonly reset: boolean
  readonly rebuild: boolean
  readonly port: number | 'any'
  readonly engine: EngineName
  readonly orderer?: OrderingType
}

function parsePort(text: string): number | 'any' {
  if (text === 'any') return 'any'
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1025 && port <= 65_000) return port
  throw new InvalidArgumentError('a port is a whole number from 1025 to 65000, or any')
}

/** What a person has to know of the engine before he relies on it. */
const TRUST = {
  embedded: 'This is a development ledger on one machine: every organisation trusts this process.',
  fabric: 'This is Fabric with all nodes and keys on one machine: for development.',
} as const satisfies Record<EngineName, string>

const LONG_MS = 24 * 60 * 60_000

const program = new Command('npm start --')
  .description(
    'Brings up the consortium on this machine: a ledger and a gateway for each organisation.',
  )
  .option('--data <dir>', 'where everything is kept', '.tallystick')
  .option('--reset', 'begin with an empty ledger', false)
  .option('--rebuild', 'make the gateways read the whole ledger again', false)
  .option('--port <number>', 'port of the first gateway, or any', parsePort, FIRST_GATEWAY_PORT)
  .addOption(
    new Option('--engine <name>', 'what it runs on').choices([...ENGINES]).default('embedded'),
  )
  .addOption(new Option('--orderer <type>', 'how Fabric orders').choices(['bft', 'raft']))
  .addHelpText('after', '\nExample: npm start -- --data /tmp/demo --port 8101')
  .action(start)

await program.parseAsync()

async function start(options: StartOptions): Promise<void> {
  const { data, reset, rebuild, port, engine, orderer } = options
  if (isProduction()) {
    program.error('The embedded ledger is for development; it does not start in production mode.')
  }
  const dataDir = resolve(data)
  const folder = openOrExplain(dataDir)
  if (reset) {
    // Its processes go on when a start ends, and must not lose their files while they run.
    await downFabric(dataDir)
    folder.reset()
  }
  if (rebuild) await rebuildProjections(dataDir)
  const startedMs = performance.now()
  console.log(`Starting the ${engine} ledger and its gateways …`)
  const network = await startNetwork({
    dataDir,
    ports: port,
    engine,
    ...(orderer !== undefined && { orderer }),
    report: (line) => console.log(`  ${line}`),
  }).catch(explain)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log('\nStopping …')
      void network.close().then(() => {
        folder.close()
        process.exit(0)
      })
    })
  }
  announce(network, options, performance.now() - startedMs)
  // On Fabric everything runs in other processes; this one stays to end the gateways with.
  setInterval(() => {}, LONG_MS)
}

/** Either variable will do: what signs for everybody must not start by an oversight. */
function isProduction(): boolean {
  return [process.env['NODE_ENV'], process.env['TALLYSTICK_MODE']].includes('production')
}

function openOrExplain(dataDir: string): DataFolder {
  try {
    return openDataFolder(dataDir)
  } catch (error) {
    if (error instanceof DataFolderRefused) program.error(error.message)
    throw error
  }
}

function explain(error: unknown): never {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  if (isTaken) program.error('A port is taken: is it running already? Else try --port.')
  if (error instanceof NetworkFailure || error instanceof ConsortiumFileError) {
    program.error(error.message)
  }
  throw error
}

function announce(network: Network, { data, engine }: StartOptions, elapsedMs: number): void {
  console.log(`Ready in ${(elapsedMs / 1000).toFixed(1)} s. Channel ${network.channel}.\n`)
  for (const { organisation, url } of network.gateways) {
    console.log(`  ${organisation.padEnd(8)} ${url}   API: ${url}/docs`)
  }
  if (network.hasNewTokens) {
    console.log('\nTokens, shown this once:')
    for (const { organisation, tokens } of network.gateways) {
      for (const role of ['admin', 'client', 'auditor'] as const) {
        console.log(`  ${organisation.padEnd(8)} ${role.padEnd(8)} ${tokens[role]}`)
      }
    }
  }
  const option = data === '.tallystick' ? '' : ` --data ${data}`
  console.log(`\nTokens and addresses for tools on this machine: ${join(data, 'gateways.json')}`)
  console.log(TRUST[engine])
  if (engine === 'fabric')
    console.log(`Its nodes go on when this ends: npm run network -- down${option}`)
  console.log(`\nNext: npm run tallystick -- day data/2026-12-01${option}`)
}
