import * as grpc from '@grpc/grpc-js'
import type { Network } from '@hyperledger/fabric-gateway'
import { connect, hash } from '@hyperledger/fabric-gateway'
import { nativeSigner } from '../../gateway/fabric/native-signer.ts'
import type { ConnectionProfile } from '../../gateway/index.ts'

const CALL_LIMIT_MS = 10_000
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024

/** A connection for asking a peer how things are, as its organisation's client. */
export interface PeerConnection {
  readonly network: Network
  readonly close: () => void
}

/** Dials with the first call. Every call has a deadline, streams have none. */
export function connectPeer(profile: ConnectionProfile): PeerConnection {
  const credentials = grpc.credentials.createSsl(Buffer.from(profile.tlsRootCertificate))
  const client = new grpc.Client(profile.peerAddress, credentials, {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  })
  const gateway = connect({
    client,
    identity: {
      mspId: profile.organisation,
      credentials: Buffer.from(profile.client.certificate),
    },
    signer: nativeSigner(profile.client.privateKey),
    hash: hash.none,
    evaluateOptions: deadline,
    endorseOptions: deadline,
    submitOptions: deadline,
    commitStatusOptions: deadline,
  })
  return { network: gateway.getNetwork(profile.channel), close: () => client.close() }
}

function deadline(): grpc.CallOptions {
  return { deadline: Date.now() + CALL_LIMIT_MS }
}
