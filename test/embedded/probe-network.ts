import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials } from '@grpc/grpc-js'
import { gateway } from '@hyperledger/fabric-protos'
import { connect, signers } from '@hyperledger/fabric-gateway'
import type { ConnectOptions, Contract, Gateway, Network } from '@hyperledger/fabric-gateway'
import { startEmbeddedLedger } from '../../network/embedded/embedded-ledger.ts'
import type { EmbeddedLedger } from '../../network/embedded/embedded-ledger.ts'
import { ProbeContract } from './probe-contract.ts'

export const CHANNEL = 'points'
export const CHAINCODE = 'probe'
export const ORGANISATIONS = ['bank', 'mall', 'airline'] as const

export type EmbeddedLedgerOptions = Parameters<typeof startEmbeddedLedger>[0]

/** A client of one organisation, connected as an application would be. */
export interface ProbeClient {
  readonly gateway: Gateway
  readonly network: Network
  readonly contract: Contract
}

/** An embedded ledger with the probe contract on a directory of its own, and clients of it. */
export class ProbeNetwork {
  readonly dataDir: string
  #ledger: EmbeddedLedger | undefined
  readonly #closers: (() => void)[] = []

  constructor(dataDir = mkdtempSync(join(tmpdir(), 'embedded-ledger-'))) {
    this.dataDir = dataDir
  }

  get ledger(): EmbeddedLedger {
    if (!this.#ledger) throw new Error('the ledger is not started')
    return this.#ledger
  }

  async start(options: Partial<EmbeddedLedgerOptions> = {}): Promise<void> {
    this.#ledger = await startEmbeddedLedger({
      channel: CHANNEL,
      organisations: ORGANISATIONS,
      chaincodes: [{ name: CHAINCODE, contracts: [ProbeContract] }],
      dataDir: this.dataDir,
      port: 0,
      ...options,
    })
  }

  /** Connects over TLS with the unmodified client; `identity` replaces what the network made. */
  connect(
    organisation: string,
    user: 'client' | 'admin' = 'client',
    identity: Partial<ConnectOptions> = {},
  ): ProbeClient {
    const { certificate, privateKey } = this.ledger.identity(organisation, user)
    const tls = credentials.createSsl(Buffer.from(this.ledger.tlsRootCertificate))
    const client = new Client(this.ledger.address, tls, { 'grpc.max_receive_message_length': -1 })
    const connected = connect({
      client,
      identity: { mspId: organisation, credentials: Buffer.from(certificate) },
      signer: signers.newPrivateKeySigner(createPrivateKey(privateKey)),
      commitStatusOptions: () => ({ deadline: Date.now() + 20_000 }),
      ...identity,
    })
    this.#closers.push(() => {
      connected.close()
      client.close()
    })
    const network = connected.getNetwork(CHANNEL)
    return { gateway: connected, network, contract: network.getContract(CHAINCODE) }
  }

  /** The generated client, for requests that the usual one would not send. */
  rawClient(): InstanceType<typeof gateway.GatewayClient> {
    const tls = credentials.createSsl(Buffer.from(this.ledger.tlsRootCertificate))
    const client = new gateway.GatewayClient(this.ledger.address, tls)
    this.#closers.push(() => client.close())
    return client
  }

  /** Stops the ledger and keeps its data. */
  async stop(): Promise<void> {
    for (const close of this.#closers.splice(0)) close()
    await this.#ledger?.close()
    this.#ledger = undefined
  }

  async dispose(): Promise<void> {
    await this.stop()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

/** Takes `count` items of a stream and closes it. */
export async function take<T>(
  stream: AsyncIterable<T> & { close(): void },
  count: number,
): Promise<T[]> {
  const taken: T[] = []
  for await (const item of stream) {
    taken.push(item)
    if (taken.length === count) break
  }
  stream.close()
  return taken
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
