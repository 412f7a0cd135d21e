import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { FabricIdentity } from '../gateway/index.ts'

/** What the ledger's thread is started with. */
export interface EmbeddedThreadOptions {
  readonly channel: string
  readonly organisations: readonly string[]
  readonly dataDir: string
  readonly port: number
}

/** Where the ledger listens, and the identities that it made for each organisation. */
export interface EmbeddedEndpoint {
  readonly address: string
  readonly tlsRootCertificate: string
  readonly identities: Readonly<
    Record<string, { readonly client: FabricIdentity; readonly admin: FabricIdentity }>
  >
}

export interface EmbeddedThread extends EmbeddedEndpoint {
  readonly close: () => Promise<void>
}

/** Runs the embedded ledger in a thread of its own, so that gateways and ledger share two cores. */
export async function startEmbeddedThread(options: EmbeddedThreadOptions): Promise<EmbeddedThread> {
  const worker = new Worker(new URL('./embedded/thread.ts', import.meta.url), {
    workerData: options,
  })
  const [endpoint] = (await once(worker, 'message')) as [EmbeddedEndpoint]
  return {
    ...endpoint,
    close: async () => {
      const exited = once(worker, 'exit')
      worker.postMessage('close')
      await exited
    },
  }
}
