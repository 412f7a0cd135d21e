import { createPrivateKey } from 'node:crypto'
import { common, gateway, peer } from '@hyperledger/fabric-protos'
import type { Transaction } from '@hyperledger/fabric-gateway'
import { signLowS } from '../../network/embedded/signing.ts'
import type { ProbeClient } from './probe-network.ts'

/** Signs what an attacker or a test has changed, with a key of its choice. */
export function resign(
  client: Pick<ProbeClient, 'gateway'>,
  bytes: Uint8Array,
  privateKey: string,
): Transaction {
  const prepared = gateway.PreparedTransaction.deserializeBinary(bytes)
  const payload = prepared.getEnvelope()?.getPayload_asU8() ?? new Uint8Array()
  return client.gateway.newSignedTransaction(bytes, signLowS(createPrivateKey(privateKey), payload))
}

export interface EditableAction {
  readonly channelHeader: common.ChannelHeader
  readonly signatureHeader: common.SignatureHeader
  readonly endorsed: peer.ChaincodeEndorsedAction
  readonly chaincodeAction: peer.ChaincodeAction
}

/** Takes an endorsed transaction apart, lets `edit` change it, and puts it together again. */
export function editTransaction(
  transaction: Transaction,
  edit: (action: EditableAction) => void,
): Uint8Array {
  const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes())
  const envelope = defined(prepared.getEnvelope())
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8())
  const header = defined(payload.getHeader())
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8())
  const signatureHeader = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8())
  const body = peer.Transaction.deserializeBinary(payload.getData_asU8())
  const action = defined(body.getActionsList()[0])
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8())
  const endorsed = defined(actionPayload.getAction())
  const response = peer.ProposalResponsePayload.deserializeBinary(
    endorsed.getProposalResponsePayload_asU8(),
  )
  const chaincodeAction = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8())
  edit({ channelHeader, signatureHeader, endorsed, chaincodeAction })
  response.setExtension$(chaincodeAction.serializeBinary())
  endorsed.setProposalResponsePayload(response.serializeBinary())
  action.setPayload(actionPayload.serializeBinary())
  header.setChannelHeader(channelHeader.serializeBinary())
  header.setSignatureHeader(signatureHeader.serializeBinary())
  payload.setData(body.serializeBinary())
  envelope.setPayload(payload.serializeBinary())
  envelope.setSignature('')
  return prepared.serializeBinary()
}

export function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it should be there')
  return value
}
