import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallOptions } from '@grpc/grpc-js'
import { Client, credentials } from '@grpc/grpc-js'
import type { Contract, Gateway, Network } from '@hyperledger/fabric-gateway'
import { connect, hash } from '@hyperledger/fabric-gateway'
import { buildBundle } from '../../chaincode/bundle.ts'
import type { ConnectionProfile, FabricIdentity } from '../../gateway/index.ts'
import { readConsortium } from '../../network/consortium-file.ts'
import { startEmbeddedLedger } from '../../network/embedded/embedded-ledger.ts'
import { openIdentityMaterial } from '../../network/embedded/identity-material.ts'
import { signLowS } from '../../network/embedded/signing.ts'
import { downFabric, upFabric } from '../../network/fabric/fabric-network.ts'
import { ProbeContract } from '../embedded/probe-contract.ts'
import { BLOCK_TRANSACTIONS, MEMBERS } from './probe-history.ts'

const CHANNEL = 'points'
const CHAINCODE = 'probe'
const PROBE_CONTRACTS = join(import.meta.dirname, 'probe-contracts.ts')
const NEVER = 2 ** 30
const CALL_LIMIT_MS = 30_000
/** Long enough for what is submitted in one go; still it may come into two blocks. */
const BLOCK_TIMEOUT_MS = 60

/** A ledger that runs the probe contract for the members, and no other transactions. */
export interface ProbeSite {
  /** One for each member's peer. */
  readonly profiles: readonly ConnectionProfile[]
  /** Of an authority that calls itself like a member's, but is none. */
  readonly stranger: FabricIdentity
  /** Told before so many transactions are submitted; an engine that can has them in one block. */
  readonly expectBlockOf: (transactions: number) => void
  readonly close: () => Promise<void>
}

/** An empty embedded ledger, whose blocks are cut exactly where the history says. */
export async function embeddedSite(): Promise<ProbeSite> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-'))
  const cutting = { maxTransactions: 1, maxBytes: NEVER, timeoutMs: NEVER }
  const ledger = await startEmbeddedLedger({
    channel: CHANNEL,
    organisations: MEMBERS,
    chaincodes: [{ name: CHAINCODE, contracts: [ProbeContract] }],
    dataDir: join(folder, 'ledger'),
    port: 0,
    cutting,
  })
  return {
    profiles: MEMBERS.map((organisation) => ({
      channel: CHANNEL,
      chaincode: CHAINCODE,
      organisation,
      peerAddress: ledger.address,
      tlsRootCertificate: ledger.tlsRootCertificate,
      client: ledger.identity(organisation, 'client'),
    })),
    stranger: await strangerIn(folder),
    expectBlockOf: (transactions) => {
      cutting.maxTransactions = transactions
    },
    close: async () => {
      await ledger.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** An empty Fabric network. Its one Raft orderer takes transactions in the order they are sent. */
export async function fabricSite(basePort: number): Promise<ProbeSite> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-'))
  const consortium = readConsortium()
  const ordering = {
    ...consortium.ordering,
    raft: ['bank'],
    blockTimeoutMs: BLOCK_TIMEOUT_MS,
    blockTransactions: BLOCK_TRANSACTIONS,
  }
  const dataDir = join(folder, 'network')
  const { profiles } = await upFabric({
    dataDir,
    basePort,
    orderer: 'raft',
    bundle: await buildBundle(join(folder, 'bundle'), PROBE_CONTRACTS),
    consortium: { ...consortium, channel: CHANNEL, chaincode: CHAINCODE, ordering },
  })
  return {
    profiles,
    stranger: await strangerIn(folder),
    expectBlockOf: () => {},
    close: async () => {
      await downFabric(dataDir)
      rmSync(folder, { recursive: true })
    },
  }
}

async function strangerIn(folder: string): Promise<FabricIdentity> {
  const { organisations } = await openIdentityMaterial(join(folder, 'stranger'), MEMBERS)
  const bank = organisations.get('bank')
  if (bank === undefined) throw new Error('no material of the bank')
  return bank.client
}

/** A client of one member at its peer. */
export interface SiteClient {
  readonly profile: ConnectionProfile
  readonly gateway: Gateway
  readonly network: Network
  readonly contract: Contract
  readonly close: () => void
}

/** Connects as the member's client, or as somebody else who claims to be a client of the member. */
export function connectTo(
  profile: ConnectionProfile,
  { certificate, privateKey }: FabricIdentity = profile.client,
): SiteClient {
  const tls = credentials.createSsl(Buffer.from(profile.tlsRootCertificate))
  const client = new Client(profile.peerAddress, tls, { 'grpc.max_receive_message_length': -1 })
  const key = createPrivateKey(privateKey)
  const gateway = connect({
    client,
    identity: { mspId: profile.organisation, credentials: Buffer.from(certificate) },
    signer: (message) => Promise.resolve(signLowS(key, message)),
    hash: hash.none,
    evaluateOptions: deadline,
    endorseOptions: deadline,
    submitOptions: deadline,
    commitStatusOptions: deadline,
  })
  const network = gateway.getNetwork(profile.channel)
  return {
    profile,
    gateway,
    network,
    contract: network.getContract(profile.chaincode),
    close: () => {
      gateway.close()
      client.close()
    },
  }
}

function deadline(): CallOptions {
  return { deadline: Date.now() + CALL_LIMIT_MS }
}
