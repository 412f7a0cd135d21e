import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { FabricIdentity } from '../gateway/index.ts'
import { CHAINCODE_NAME } from '../ledger/index.ts'
import type { Engine } from './engine.ts'

/** What the ledger's thread is started with. */
export interface EmbeddedEngineOptions {
  readonly channel: string
  readonly organisations: readonly string[]
  readonly dataDir: string
  readonly port: number
}

/** What the thread says once it listens: where, and the identities of each organisation. */
interface Endpoint {
  readonly address: string
  readonly tlsRootCertificate: string
  readonly identities: Readonly<
    Record<string, { readonly client: FabricIdentity; readonly admin: FabricIdentity }>
  >
}

/** Runs the embedded ledger in a thread of its own, so that gateways and ledger share two cores. */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<Engine> {
  const worker = new Worker(new URL('./embedded/thread.ts', import.meta.url), {
    workerData: options,
  })
  const [endpoint] = (await once(worker, 'message')) as [Endpoint]
  const { address: peerAddress, tlsRootCertificate, identities } = endpoint
  return {
    profiles: Object.entries(identities).map(([organisation, identity]) => ({
      channel: options.channel,
      chaincode: CHAINCODE_NAME,
      organisation,
      peerAddress,
      tlsRootCertificate,
      ...identity,
    })),
    close: async () => {
      const exited = once(worker, 'exit')
      worker.postMessage('close')
      await exited
    },
  }
}
