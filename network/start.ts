import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { FIRST_GATEWAY_PORT, ORGANISATIONS } from './consortium.ts'
import type { Network } from './start-network.ts'
import { rebuildProjection, startNetwork } from './start-network.ts'

interface StartOptions {
  readonly data: string
  readonly reset: boolean
  readonly rebuild: boolean
  readonly port: number | 'any'
}

function parsePort(text: string): number | 'any' {
  if (text === 'any') return 'any'
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1025 && port <= 65_000) return port
  throw new InvalidArgumentError('a port is a whole number from 1025 to 65000, or any')
}

const program = new Command('npm start --')
  .description('Brings up the consortium on this machine: a ledger and three gateways.')
  .option('--data <dir>', 'where everything is kept', '.tallystick')
  .option('--reset', 'begin with an empty ledger', false)
  .option('--rebuild', 'make the gateways read the whole ledger again', false)
  .option('--port <number>', 'port of the first gateway, or any', parsePort, FIRST_GATEWAY_PORT)
  .addHelpText('after', '\nExample: npm start -- --data /tmp/demo --port 8101')
  .action(start)

await program.parseAsync()

async function start({ data, reset, rebuild, port }: StartOptions): Promise<void> {
  if (process.env['TALLYSTICK_MODE'] === 'production') {
    program.error('The embedded ledger is for development; it does not start in production mode.')
  }
  const dataDir = resolve(data)
  if (reset) removeData(dataDir)
  if (rebuild) for (const organisation of ORGANISATIONS) rebuildProjection(dataDir, organisation)
  const startedMs = performance.now()
  console.log('Starting the ledger and three gateways …')
  const network = await startNetwork({ dataDir, ports: port }).catch(explain)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log('\nStopping …')
      void network.close().then(() => process.exit(0))
    })
  }
  announce(network, data, performance.now() - startedMs)
}

/** Removes only what an earlier start made. */
function removeData(dataDir: string): void {
  if (!existsSync(dataDir)) return
  if (!existsSync(join(dataDir, 'ledger'))) {
    program.error(`${dataDir} does not look like a data folder of this program; nothing removed.`)
  }
  rmSync(dataDir, { recursive: true })
}

function explain(error: unknown): never {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  if (isTaken) program.error('A port is taken: is it running already? Else try --port.')
  throw error
}

function announce(network: Network, data: string, elapsedMs: number): void {
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
  console.log(
    'This is a development ledger on one machine: every organisation trusts this process.',
  )
  console.log(`\nNext: npm run tallystick -- day data/2026-12-01${option}`)
}
