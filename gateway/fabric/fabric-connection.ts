import * as grpc from '@grpc/grpc-js'
import type { CallOptions } from '@grpc/grpc-js'
import type { Network, Transaction } from '@hyperledger/fabric-gateway'
import { connect, hash } from '@hyperledger/fabric-gateway'
import { CallLimit } from './call-limit.ts'
import type { ConnectionProfile, EndorserAddress, FabricIdentity } from './connection-profile.ts'
import { nativeSigner } from './native-signer.ts'
import type { SeekingIdentity } from './seek-newest.ts'
import { peerHeight } from './seek-newest.ts'

/** Deadlines of the calls; without one the client library waits for ever. */
const DEADLINE_MS = { evaluate: 5_000, endorse: 15_000, submit: 10_000, commitStatus: 60_000 }

/** A batch may carry thousands of keys and an event with as many entries. */
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024

/**
 * Calls to the peer's gateway service at once. The service refuses the 501st; so even if three
 * gateways shared one peer, 3 × 64 = 192 would leave the larger half free. The block streams count
 * towards another limit of the peer, 2,500.
 */
const MAX_CALLS = 64

/** A peer that is started again is found within a second, and not only at the next of its backoffs. */
const RECONNECT_MS = { first: 200, most: 1_000 }

/** Finds out that the peer's host has gone. A peer bears one a minute. */
const KEEPALIVE_MS = { every: 70_000, timeout: 10_000 }

/** Under which of the organisation's identities a transaction is submitted. */
export type SubmitterIdentity = 'client' | 'admin'

/** The ledger contract under one identity. */
export interface Submitter {
  /** Has the contract judge a request on as many peers as the policy asks for. Throws GatewayError. */
  readonly endorse: (request: string) => Promise<Transaction>
  /** The transaction signed, so that its bytes can be kept before it is sent. */
  readonly sign: (transaction: Transaction) => Promise<Transaction>
  /** Sends the very transaction whose bytes were kept. Throws GatewayError. */
  readonly submit: (bytes: Uint8Array) => Promise<void>
}

/** The organisation's connection to its peer. */
export interface FabricConnection {
  readonly network: Network
  /** How many blocks the peer has. Throws when it does not tell. */
  readonly height: (signal: AbortSignal) => Promise<bigint>
  /** Undefined under an identity that the gateway does not hold. */
  readonly submitters: Readonly<Record<SubmitterIdentity, Submitter | undefined>>
  readonly close: () => void
}

/** Connects lazily: the first call dials. */
export function connectToFabric(profile: ConnectionProfile): FabricConnection {
  const { organisation, channel, peerAddress, tlsRootCertificate } = profile
  const client = dial(peerAddress, tlsRootCertificate)
  const calls = new CallLimit(MAX_CALLS)
  const open = (identity: FabricIdentity): SeekingIdentity =>
    openIdentity(client, { organisation, channel, identity })
  const submitter = (identity: FabricIdentity): Submitter =>
    submitterOf(open(identity), profile.chaincode, calls)
  const own = open(profile.client)
  return {
    network: own.network,
    height: async (signal) => await peerHeight(own, signal),
    submitters: {
      client: submitter(profile.client),
      admin: profile.admin && submitter(profile.admin),
    },
    close: () => client.close(),
  }
}

/** A connection to another organisation's peer, for its blocks alone. */
export interface EndorserConnection extends SeekingIdentity {
  readonly close: () => void
}

/** Connects lazily, under this organisation's own identity. */
export function connectToEndorser(
  { address, tlsRootCertificate }: EndorserAddress,
  { organisation, channel, client: identity }: ConnectionProfile,
): EndorserConnection {
  const client = dial(address, tlsRootCertificate)
  const opened = openIdentity(client, { organisation, channel, identity })
  return { ...opened, close: () => client.close() }
}

function dial(address: string, tlsRootCertificate: string): grpc.Client {
  return new grpc.Client(address, grpc.credentials.createSsl(Buffer.from(tlsRootCertificate)), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.initial_reconnect_backoff_ms': RECONNECT_MS.first,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MS.most,
    'grpc.keepalive_time_ms': KEEPALIVE_MS.every,
    'grpc.keepalive_timeout_ms': KEEPALIVE_MS.timeout,
  })
}

interface IdentityOnChannel {
  readonly organisation: string
  readonly channel: string
  readonly identity: FabricIdentity
}

function openIdentity(
  client: grpc.Client,
  { organisation, channel, identity }: IdentityOnChannel,
): SeekingIdentity {
  const signer = nativeSigner(identity.privateKey)
  const gateway = connect({
    client,
    identity: { mspId: organisation, credentials: Buffer.from(identity.certificate) },
    signer,
    hash: hash.none,
    evaluateOptions: deadline(DEADLINE_MS.evaluate),
    endorseOptions: deadline(DEADLINE_MS.endorse),
    submitOptions: deadline(DEADLINE_MS.submit),
    commitStatusOptions: deadline(DEADLINE_MS.commitStatus),
  })
  return { gateway, network: gateway.getNetwork(channel), signer }
}

function deadline(timeoutMs: number): () => CallOptions {
  return () => ({ deadline: Date.now() + timeoutMs })
}

function submitterOf(
  { gateway, network, signer }: SeekingIdentity,
  chaincode: string,
  calls: CallLimit,
): Submitter {
  const contract = network.getContract(chaincode)
  return {
    endorse: async (request) => {
      const proposal = contract.newProposal('Submit', { arguments: [request] })
      return await calls.run(async () => await proposal.endorse())
    },
    sign: async (transaction) => {
      const signature = await signer(transaction.getDigest())
      return gateway.newSignedTransaction(transaction.getBytes(), signature)
    },
    submit: async (bytes) => {
      await calls.run(async () => await gateway.newTransaction(bytes).submit())
    },
  }
}
