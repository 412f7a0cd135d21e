import * as grpc from '@grpc/grpc-js'
import type { CallOptions } from '@grpc/grpc-js'
import type { Contract, Network, Transaction } from '@hyperledger/fabric-gateway'
import { connect, hash } from '@hyperledger/fabric-gateway'
import type { ConnectionProfile, FabricIdentity } from './connection-profile.ts'
import { nativeSigner } from './native-signer.ts'

/** Deadlines of the calls; without one the client library waits for ever. */
const DEADLINE_MS = { evaluate: 5_000, endorse: 30_000, submit: 10_000, commitStatus: 60_000 }

/** A batch may carry thousands of keys and an event with as many entries. */
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024

/** Under which of the organisation's identities a transaction is submitted. */
export type SubmitterIdentity = 'client' | 'admin'

/** The ledger contract under one identity. */
export interface Submitter {
  readonly contract: Contract
  /** The transaction signed, so that its bytes can be kept before it is sent. */
  readonly sign: (transaction: Transaction) => Promise<Transaction>
  /** The very transaction whose bytes were kept. */
  readonly restore: (bytes: Uint8Array) => Transaction
}

/** The organisation's connection to its peer. */
export interface FabricConnection {
  readonly network: Network
  /** Undefined under an identity that the gateway does not hold. */
  readonly submitters: Readonly<Record<SubmitterIdentity, Submitter | undefined>>
  readonly close: () => void
}

interface Opened {
  readonly network: Network
  readonly submitter: Submitter
}

function deadline(timeoutMs: number): () => CallOptions {
  return () => ({ deadline: Date.now() + timeoutMs })
}

/** Connects lazily: the first call dials. */
export function connectToFabric(profile: ConnectionProfile): FabricConnection {
  const credentials = grpc.credentials.createSsl(Buffer.from(profile.tlsRootCertificate))
  const client = new grpc.Client(profile.peerAddress, credentials, {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  })
  const open = (identity: FabricIdentity): Opened => {
    const signer = nativeSigner(identity.privateKey)
    const gateway = connect({
      client,
      identity: {
        mspId: profile.organisation,
        credentials: Buffer.from(identity.certificate),
      },
      signer,
      hash: hash.none,
      evaluateOptions: deadline(DEADLINE_MS.evaluate),
      endorseOptions: deadline(DEADLINE_MS.endorse),
      submitOptions: deadline(DEADLINE_MS.submit),
      commitStatusOptions: deadline(DEADLINE_MS.commitStatus),
    })
    const network = gateway.getNetwork(profile.channel)
    const submitter = {
      contract: network.getContract(profile.chaincode),
      sign: async (transaction: Transaction) => {
        const signature = await signer(transaction.getDigest())
        return gateway.newSignedTransaction(transaction.getBytes(), signature)
      },
      restore: (bytes: Uint8Array) => gateway.newTransaction(bytes),
    }
    return { network, submitter }
  }
  const { network, submitter } = open(profile.client)
  return {
    network,
    submitters: { client: submitter, admin: profile.admin && open(profile.admin).submitter },
    close: () => client.close(),
  }
}
