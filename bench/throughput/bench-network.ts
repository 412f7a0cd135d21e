import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildBundle } from '../../chaincode/bundle.ts'
import type { ConnectionProfile } from '../../gateway/index.ts'
import type { OrderingType } from '../../network/consortium-file.ts'
import type { EngineName } from '../../network/engine.ts'
import { downFabric, upFabric } from '../../network/fabric/fabric-network.ts'
import { startGateways, stopGateways } from '../../network/fabric/start-gateways.ts'
import { supervisorStatus } from '../../network/fabric/supervisor-client.ts'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import { readGatewaysFile } from '../../network/gateways-file.ts'
import { stoppedBySignals } from './stop-by-signals.ts'

/** A fresh network of three organisations, all in processes of their own. */
export interface BenchNetwork {
  readonly gateways: readonly GatewayAddress[]
  /** For a client of Fabric's own; none on the embedded ledger, which has no stock chaincode. */
  readonly profile: ConnectionProfile | undefined
  readonly pids: () => Promise<readonly { readonly kind: string; readonly pid: number }[]>
  readonly stop: () => Promise<void>
}

export interface BenchNetworkOptions {
  readonly engine: EngineName
  readonly orderer: OrderingType
  /** The first of Fabric's ports. */
  readonly port: number
  readonly report: (line: string) => void
}

/**
 * Starts it with an empty ledger; on Fabric with the stock contract beside the ledger's. However the
 * program ends, by Ctrl-C too, neither a process nor a folder of it is left.
 */
export async function startBenchNetwork(options: BenchNetworkOptions): Promise<BenchNetwork> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-bench-'))
  return await stoppedBySignals(async () => {
    try {
      if (options.engine === 'embedded') return await startEmbedded(dataDir)
      return await startOnFabric(dataDir, options)
    } catch (error) {
      rmSync(dataDir, { recursive: true, force: true })
      throw error
    }
  })
}

async function startOnFabric(
  dataDir: string,
  { orderer, port, report }: BenchNetworkOptions,
): Promise<BenchNetwork> {
  const contracts = join(import.meta.dirname, 'contracts.ts')
  const bundle = await buildBundle(join(dataDir, 'bundle'), contracts)
  const stop = async (): Promise<void> => {
    await stopGateways(dataDir)
    await downFabric(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    const up = await upFabric({ dataDir, orderer, basePort: port, bundle, report })
    const gateways = await startGateways({ dataDir, topology: up.topology, ports: 'any' })
    const pids = async (): ReturnType<BenchNetwork['pids']> => {
      const processes = (await supervisorStatus(up.topology.folder))?.processes ?? []
      return processes.flatMap(({ kind, pid }) => (pid === undefined ? [] : [{ kind, pid }]))
    }
    return { gateways, profile: up.profiles[0], pids, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startEmbedded(dataDir: string): Promise<BenchNetwork> {
  const script = join(import.meta.dirname, '../../network/start.ts')
  const child = spawn(process.execPath, [script, '--data', dataDir, '--port', 'any'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C goes to this program alone, which then ends it.
    detached: true,
  })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('Next:')) break
  }
  const gateways = readGatewaysFile(dataDir)?.gateways
  if (gateways === undefined || child.pid === undefined) throw new Error('it did not start')
  const own = [{ kind: 'network', pid: child.pid }]
  return {
    gateways,
    profile: undefined,
    pids: () => Promise.resolve(child.exitCode === null ? own : []),
    stop: async () => {
      child.kill('SIGINT')
      await exited
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
