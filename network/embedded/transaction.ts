import { common, peer } from '@hyperledger/fabric-protos'

/** An envelope taken apart as far as the orderer needs it. */
export interface OpenedEnvelope {
  readonly bytes: Uint8Array
  readonly payloadBytes: Uint8Array
  readonly signature: Uint8Array
  readonly header: common.Header
  readonly channelHeader: common.ChannelHeader
  readonly creator: Uint8Array
  readonly nonce: Uint8Array
  readonly data: Uint8Array
}

/** The one action of an endorser transaction. */
export interface EndorsedAction {
  /** The signature header that was endorsed. */
  readonly signatureHeader: Uint8Array
  readonly proposalPayload: Uint8Array
  readonly responsePayload: Uint8Array
  readonly proposalHash: Uint8Array
  readonly endorsements: readonly peer.Endorsement[]
  readonly chaincodeAction: peer.ChaincodeAction
}

/** Throws on bytes that are not such an envelope. */
export function openEnvelope(envelope: common.Envelope): OpenedEnvelope {
  const payloadBytes = envelope.getPayload_asU8()
  const payload = common.Payload.deserializeBinary(payloadBytes)
  const header = payload.getHeader()
  if (!header) throw new Error('the envelope has no header')
  const signatureHeader = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8())
  return {
    bytes: envelope.serializeBinary(),
    payloadBytes,
    signature: envelope.getSignature_asU8(),
    header,
    channelHeader: common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()),
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    data: payload.getData_asU8(),
  }
}

/** Throws on bytes that are not a transaction with exactly one endorsed action. */
export function openAction(data: Uint8Array): EndorsedAction {
  const actions = peer.Transaction.deserializeBinary(data).getActionsList()
  const [action] = actions
  if (!action || actions.length > 1) {
    throw new Error(`only one action per transaction is supported, not ${actions.length}`)
  }
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8())
  const endorsed = actionPayload.getAction()
  if (!endorsed) throw new Error('the action is not endorsed')
  const responsePayload = endorsed.getProposalResponsePayload_asU8()
  const response = peer.ProposalResponsePayload.deserializeBinary(responsePayload)
  return {
    signatureHeader: action.getHeader_asU8(),
    proposalPayload: actionPayload.getChaincodeProposalPayload_asU8(),
    responsePayload,
    proposalHash: response.getProposalHash_asU8(),
    endorsements: endorsed.getEndorsementsList(),
    chaincodeAction: peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()),
  }
}

/** The chaincode event of an action, if it set one; throws on malformed bytes. */
export function chaincodeEvent(action: peer.ChaincodeAction): peer.ChaincodeEvent | undefined {
  const bytes = action.getEvents_asU8()
  if (bytes.length === 0) return undefined
  const event = peer.ChaincodeEvent.deserializeBinary(bytes)
  return event.getChaincodeId() === '' ? undefined : event
}
