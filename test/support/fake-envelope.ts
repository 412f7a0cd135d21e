import { common, ledger, msp, peer } from '@hyperledger/fabric-protos'

/** An envelope without signatures, as it stands in a block. */
export function envelopeOf(
  type: common.HeaderTypeMap[keyof common.HeaderTypeMap],
  data: Uint8Array,
  transactionId = 'a'.repeat(64),
): Uint8Array {
  const channel = new common.ChannelHeader()
  channel.setType(type)
  channel.setTxId(transactionId)
  const signature = new common.SignatureHeader()
  signature.setCreator(new msp.SerializedIdentity().serializeBinary())
  const header = new common.Header()
  header.setChannelHeader(channel.serializeBinary())
  header.setSignatureHeader(signature.serializeBinary())
  const payload = new common.Payload()
  payload.setHeader(header)
  payload.setData(data)
  const sealed = new common.Envelope()
  sealed.setPayload(payload.serializeBinary())
  return sealed.serializeBinary()
}

/** A transaction that writes one key of a namespace. */
export function writing(namespace: string): Uint8Array {
  const write = new ledger.rwset.kvrwset.KVWrite()
  write.setKey('a key')
  const keys = new ledger.rwset.kvrwset.KVRWSet()
  keys.setWritesList([write])
  const set = new ledger.rwset.NsReadWriteSet()
  set.setNamespace(namespace)
  set.setRwset(keys.serializeBinary())
  const sets = new ledger.rwset.TxReadWriteSet()
  sets.setNsRwsetList([set])
  const result = new peer.ChaincodeAction()
  result.setResults(sets.serializeBinary())
  const response = new peer.ProposalResponsePayload()
  response.setExtension$(result.serializeBinary())
  const endorsed = new peer.ChaincodeEndorsedAction()
  endorsed.setProposalResponsePayload(response.serializeBinary())
  const payload = new peer.ChaincodeActionPayload()
  payload.setAction(endorsed)
  const action = new peer.TransactionAction()
  action.setPayload(payload.serializeBinary())
  const transaction = new peer.Transaction()
  transaction.setActionsList([action])
  return transaction.serializeBinary()
}
