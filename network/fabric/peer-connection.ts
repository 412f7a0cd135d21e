import * as grpc from '@grpc/grpc-js'
import type { Network } from '@hyperledger/fabric-gateway'
import { connect, hash } from '@hyperledger/fabric-gateway'
import { nativeSigner } from '../../gateway/fabric/native-signer.ts'
import { peerHeight } from '../../gateway/fabric/seek-newest.ts'
import type { ConnectionProfile } from '../../gateway/index.ts'

const CALL_LIMIT_MS = 10_000
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024

/** A connection for asking a peer how things are, as its organisation's client. */
export interface PeerConnection {
  readonly network: Network
  /** How many blocks the peer has. */
  readonly height: () => Promise<bigint>
  readonly close: () => void
}

/** Dials with the first call. Every call has a deadline, streams have none. */
export function connectPeer(profile: ConnectionProfile): PeerConnection {
  const credentials = grpc.credentials.createSsl(Buffer.from(profile.tlsRootCertificate))
  const client = new grpc.Client(profile.peerAddress, credentials, {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  })
  const signer = nativeSigner(profile.client.privateKey)
  const gateway = connect({
    client,
    identity: {
      mspId: profile.organisation,
      credentials: Buffer.from(profile.client.certificate),
    },
    signer,
    hash: hash.none,
    evaluateOptions: deadline,
    endorseOptions: deadline,
    submitOptions: deadline,
    commitStatusOptions: deadline,
  })
  const network = gateway.getNetwork(profile.channel)
  const asking = { gateway, network, signer }
  return {
    network,
    height: async () => await peerHeight(asking, new AbortController().signal),
    close: () => client.close(),
  }
}

function deadline(): grpc.CallOptions {
  return { deadline: Date.now() + CALL_LIMIT_MS }
}
