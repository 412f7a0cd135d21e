import * as grpc from '@grpc/grpc-js'
import type { CallOptions } from '@grpc/grpc-js'
import type { Contract, Network } from '@hyperledger/fabric-gateway'
import { connect, hash } from '@hyperledger/fabric-gateway'
import type { ConnectionProfile, FabricIdentity } from './connection-profile.ts'
import { nativeSigner } from './native-signer.ts'

/** Deadlines of the calls; without one the client library waits for ever. */
const DEADLINE_MS = { evaluate: 5_000, endorse: 30_000, submit: 10_000, commitStatus: 60_000 }

/** A batch may carry thousands of keys and an event with as many entries. */
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024

/** Under which of the organisation's identities a transaction is submitted. */
export type SubmitterIdentity = 'client' | 'admin'

/** The organisation's connection to its peer. */
export interface FabricConnection {
  readonly network: Network
  /** The ledger contract under an identity; undefined when the gateway does not hold it. */
  readonly contracts: Readonly<Record<SubmitterIdentity, Contract | undefined>>
  readonly close: () => void
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
  const open = (identity: FabricIdentity): Network =>
    connect({
      client,
      identity: {
        mspId: profile.organisation,
        credentials: Buffer.from(identity.certificate),
      },
      signer: nativeSigner(identity.privateKey),
      hash: hash.none,
      evaluateOptions: deadline(DEADLINE_MS.evaluate),
      endorseOptions: deadline(DEADLINE_MS.endorse),
      submitOptions: deadline(DEADLINE_MS.submit),
      commitStatusOptions: deadline(DEADLINE_MS.commitStatus),
    }).getNetwork(profile.channel)
  const network = open(profile.client)
  return {
    network,
    contracts: {
      client: network.getContract(profile.chaincode),
      admin: profile.admin && open(profile.admin).getContract(profile.chaincode),
    },
    close: () => client.close(),
  }
}
