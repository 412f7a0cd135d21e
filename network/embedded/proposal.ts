import { status } from '@grpc/grpc-js'
import { common, peer } from '@hyperledger/fabric-protos'
import type { Identity, Membership } from './membership.ts'
import { RpcFailure } from './rpc-failure.ts'
import { sha256 } from './signing.ts'

/** A proposal whose form is right; nothing is known yet about who made it. */
export interface Proposal {
  readonly signed: peer.SignedProposal
  readonly header: common.Header
  readonly channel: string
  readonly txId: string
  readonly timestampMs: number
  readonly chaincode: string
  readonly input: peer.ChaincodeInput
  /** The payload without transient data, as it goes into the transaction. */
  readonly payloadBytes: Uint8Array
  readonly creator: Uint8Array
  readonly nonce: Uint8Array
}

const TIME_WINDOW_MS = 120_000

/** Unpacks a signed proposal; INVALID_ARGUMENT when it cannot be read. */
export function unpackProposal(signed: peer.SignedProposal | undefined): Proposal {
  if (!signed || signed.getProposalBytes().length === 0) {
    throw invalid('a signed proposal is required')
  }
  try {
    return unpack(signed)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}

function unpack(signed: peer.SignedProposal): Proposal {
  const proposal = peer.Proposal.deserializeBinary(signed.getProposalBytes_asU8())
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8())
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8())
  const signatureHeader = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8())
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8())
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(
    payload.getInput_asU8(),
  ).getChaincodeSpec()
  const input = spec?.getInput()
  const chaincode = spec?.getChaincodeId()?.getName() ?? ''
  if (channelHeader.getChannelId() === '') throw new Error('no channel id provided')
  if (chaincode === '' || !input) throw new Error('no chaincode name or input is provided')
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION) {
    throw new Error(`invalid header type ${channelHeader.getType()}`)
  }
  if (chaincodeOfHeader(channelHeader) !== chaincode) {
    throw new Error('the header extension names another chaincode')
  }
  const withoutTransient = new peer.ChaincodeProposalPayload()
  withoutTransient.setInput(payload.getInput_asU8())
  return {
    signed,
    header,
    channel: channelHeader.getChannelId(),
    txId: channelHeader.getTxId(),
    timestampMs: channelTimestampMs(channelHeader),
    chaincode,
    input,
    payloadBytes: withoutTransient.serializeBinary(),
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
  }
}

/** Who made the proposal. Throws a plain error, with the peer's words, when it must be refused. */
export function authenticateProposal(proposal: Proposal, membership: Membership): Identity {
  const { signed, creator, nonce } = proposal
  const identity = membership.authenticate(
    creator,
    signed.getSignature_asU8(),
    signed.getProposalBytes_asU8(),
  )
  if (!identity || identity.role === 'peer') {
    throw new Error(
      `error validating proposal: access denied: channel [${proposal.channel}] ` +
        `creator org ${creatorInWords(membership, creator)}`,
    )
  }
  if (nonce.length === 0 || proposal.txId !== transactionId(nonce, creator)) {
    throw new Error(`error validating proposal: incorrectly computed txid '${proposal.txId}'`)
  }
  if (!isTimely(proposal.timestampMs)) {
    throw new Error(
      `request unauthorized due to incorrect timestamp ${proposal.timestampMs} ms, ` +
        `peer time ${Date.now()} ms, window ${TIME_WINDOW_MS} ms`,
    )
  }
  return identity
}

/** Fabric's transaction id: the hash of the nonce and of whoever used it. */
export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(nonce, creator).toString('hex')
}

/** The chaincode that the channel header's extension names. */
export function chaincodeOfHeader(channelHeader: common.ChannelHeader): string {
  return (
    peer.ChaincodeHeaderExtension.deserializeBinary(channelHeader.getExtension_asU8())
      .getChaincodeId()
      ?.getName() ?? ''
  )
}

/** Whether a time that a client wrote into its request is near enough to this clock. */
export function isTimely(timestampMs: number): boolean {
  return Math.abs(Date.now() - timestampMs) <= TIME_WINDOW_MS
}

/** The client's time in a channel header, NaN when there is none. */
export function channelTimestampMs(channelHeader: common.ChannelHeader): number {
  const timestamp = channelHeader.getTimestamp()
  return timestamp ? timestamp.getSeconds() * 1000 + timestamp.getNanos() / 1_000_000 : Number.NaN
}

function creatorInWords(membership: Membership, creator: Uint8Array): string {
  const identity = membership.identify(creator)
  return identity === undefined ? 'unknown, creator is malformed' : `[${identity.mspId}]`
}

function invalid(reason: string): RpcFailure {
  return new RpcFailure(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${reason}`)
}
