import { existsSync, rmSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { OrderingType, Party } from './consortium-file.ts'
import { ConsortiumFileError, rolesOf } from './consortium-file.ts'
import { claimDataFolder, DataFolderRefused } from './data-folder.ts'
import { addAuthorityCommands } from './fabric/ca/commands.ts'
import type { FabricNetwork } from './fabric/fabric-network.ts'
import { addOrganisation, downFabric, existingTopology, upFabric } from './fabric/fabric-network.ts'
import { NetworkFailure } from './fabric/network-failure.ts'
import { networkFiles } from './fabric/network-files.ts'
import { networkFolder } from './fabric/network-settings.ts'
import { networkStatus } from './fabric/network-status.ts'
import { addRenderCommands } from './fabric/render/commands.ts'
import { startGatewaysOfNewcomers } from './fabric/start-gateways.ts'
import { statusTable } from './fabric/status-table.ts'
import { restartProcess, supervisorStatus } from './fabric/supervisor-client.ts'
import { verifyLedgers } from './fabric/verify-ledgers.ts'
import { showLogs } from './logs-command.ts'

interface CommonOptions {
  readonly data: string
}

interface UpOptions extends CommonOptions {
  readonly orderer?: OrderingType
  readonly port?: number
}

interface LogFlags extends CommonOptions {
  readonly lines: number
  readonly follow: boolean
}

const program = new Command('npm run network --')
  .description('Runs the consortium of network/consortium.yaml on Hyperledger Fabric, natively.')
  .showHelpAfterError()

command('up', 'bring the network up, or what is missing of it')
  .addOption(new Option('--orderer <type>', 'how blocks are agreed on').choices(['bft', 'raft']))
  .option('--port <number>', 'the first of its ports', parsePort)
  .action(async (options: UpOptions) => announce(await up(options)))
command('down', 'stop every node; the ledgers stay').action(down)
command('status', 'show every node').option('--json', 'as JSON', false).action(status)
command('logs', 'show the end of the logs')
  .argument('[node]')
  .option('--lines <number>', 'of each node', parseLines, 40)
  .option('-f, --follow', 'go on with what is written', false)
  .action(logs)
command('restart', 'restart a node, or all').argument('[node]').action(restart)
command('deploy', 'build the chaincode and upgrade the channel to it').action(deploy)
command('add-org', 'have one more organisation join the running channel')
  .requiredOption('--id <msp>', 'its MSP id')
  .requiredOption('--name <name>', 'its name')
  .requiredOption('--domain <domain>', 'the domain in its certificates')
  .action(addOrg)
command('verify', 'compare every block, and what it did, on all peers').action(verify)
command('reset', 'stop the network and remove its keys and ledgers').action(reset)
addRenderCommands(program)
addAuthorityCommands(program)

try {
  await program.parseAsync()
} catch (error) {
  const expected = [NetworkFailure, ConsortiumFileError, DataFolderRefused]
  if (!(error instanceof Error) || !expected.some((type) => error instanceof type)) throw error
  console.error(error.message)
  process.exitCode = 1
}

function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--data <dir>', 'where everything is kept', '.tallystick')
}

function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1025 && port <= 65_000) return port
  throw new InvalidArgumentError('a port is a whole number from 1025 to 65000')
}

function parseLines(text: string): number {
  const lines = Number(text)
  if (Number.isInteger(lines) && lines >= 1 && lines <= 100_000) return lines
  throw new InvalidArgumentError('a whole number from 1 to 100000')
}

async function up({ data, orderer, port }: UpOptions): Promise<FabricNetwork> {
  claimDataFolder(data)
  return await upFabric({
    dataDir: data,
    ...(orderer && { orderer }),
    ...(port !== undefined && { basePort: port }),
    report,
  })
}

function report(line: string): void {
  console.log(line)
}

function announce({ topology, profiles, definition }: FabricNetwork): void {
  console.log(
    `\nReady. Channel ${topology.consortium.channel}, ${topology.ordering} ordering, ` +
      `chaincode sequence ${String(definition.sequence)}.\n`,
  )
  for (const { organisation, peerAddress } of profiles) {
    const party = topology.consortium.organisations.find(({ id }) => id === organisation)
    const roles = party === undefined ? '' : rolesOf(party).join(', ')
    console.log(`  ${organisation.padEnd(12)} ${peerAddress.padEnd(18)} ${roles}`)
  }
  console.log('\nThe nodes go on in the background. Next: npm run network -- status')
}

async function down({ data }: CommonOptions): Promise<void> {
  console.log((await downFabric(data)) ? 'Stopped.' : 'Nothing was running.')
}

async function status({ data, json }: CommonOptions & { readonly json: boolean }): Promise<void> {
  const found = await networkStatus(existingTopology(data))
  console.log(json ? JSON.stringify(found, undefined, 2) : statusTable(found))
  if (!found.isUp) process.exitCode = 1
}

async function logs(node: string | undefined, options: LogFlags): Promise<void> {
  const ended = new AbortController()
  process.once('SIGINT', () => ended.abort())
  const folder = networkFiles(networkFolder(options.data)).logs
  const follow = options.follow ? { follow: ended.signal } : {}
  await showLogs(folder, node, { lines: options.lines, ...follow }, (text) => {
    process.stdout.write(text)
  })
}

async function restart(node: string | undefined, { data }: CommonOptions): Promise<void> {
  const running = (await supervisorStatus(networkFolder(data)))?.processes ?? []
  const wanted = running.filter(({ name }) => node === undefined || name === node)
  if (wanted.length === 0) {
    const known = running.map(({ name }) => name).join(', ')
    throw new NetworkFailure('NOT_UP', `Nothing to restart. Running: ${known || 'nothing'}.`)
  }
  for (const { name } of wanted) await restartProcess(networkFolder(data), name)
  console.log(`Restarting ${wanted.map(({ name }) => name).join(', ')}.`)
}

async function deploy({ data }: CommonOptions): Promise<void> {
  if ((await supervisorStatus(networkFolder(data))) === undefined) {
    throw new NetworkFailure('NOT_UP', 'The network is down. Bring it up: npm run network -- up')
  }
  announce(await up({ data }))
}

async function addOrg({ data, id, name, domain }: CommonOptions & Party): Promise<void> {
  const network = await addOrganisation({ dataDir: data, report }, { id, name, domain })
  const gateways = await startGatewaysOfNewcomers({ dataDir: data, topology: network.topology })
  announce(network)
  for (const { organisation, url } of gateways) console.log(`Gateway of ${organisation}: ${url}`)
}

async function verify({ data }: CommonOptions): Promise<void> {
  const { blocks, peers, differences } = await verifyLedgers(existingTopology(data))
  for (const line of differences) console.log(line)
  const agreement = differences.length === 0 ? 'agree' : 'DO NOT AGREE'
  console.log(`${String(peers)} peers ${agreement} on ${String(blocks)} blocks.`)
  if (differences.length > 0) process.exitCode = 1
}

async function reset({ data }: CommonOptions): Promise<void> {
  const folder = networkFolder(data)
  await downFabric(data)
  if (!existsSync(folder)) console.log('There is no network here.')
  else if (existsSync(networkFiles(folder).settings)) {
    rmSync(folder, { recursive: true })
    console.log(`Removed ${folder}.`)
  } else {
    throw new NetworkFailure('OTHER_NETWORK', `${folder} holds no network; nothing removed.`)
  }
}
