import { createHash } from 'node:crypto'
import { common, ledger, msp, peer } from '@hyperledger/fabric-protos'
import type { LedgerBlock, LedgerTransaction, PublishedEntry } from './ledger-block.ts'

const VALIDATION_CODES = new Map<number, string>(
  Object.entries(peer.TxValidationCode).map(([name, code]) => [code, name]),
)

const TRANSACTION_TYPES: readonly number[] = [common.HeaderType.ENDORSER_TRANSACTION]

/** Event under which the ledger's chaincode publishes the entries of a transaction. */
const ENTRIES_EVENT = 'entries'

/** Reads from a Fabric block what concerns one chaincode. Throws on bytes that are no block. */
export function decodeBlock(block: common.Block, chaincode: string): LedgerBlock {
  const header = required(block.getHeader(), 'block header')
  const codes = block
    .getMetadata()
    ?.getMetadataList_asU8()
    .at(common.BlockMetadataIndex.TRANSACTIONS_FILTER)
  const envelopes = required(block.getData(), 'block data').getDataList_asU8()
  return {
    number: BigInt(header.getNumber()),
    hash: headerHash(header),
    previousHash: hex(header.getPreviousHash_asU8()),
    transactions: envelopes.flatMap((bytes, index) => {
      const code = VALIDATION_CODES.get(codes?.[index] ?? 0) ?? 'INVALID_OTHER_REASON'
      return decodeEnvelope(bytes, index, code, chaincode) ?? []
    }),
  }
}

function decodeEnvelope(
  bytes: Uint8Array,
  index: number,
  validationCode: string,
  chaincode: string,
): LedgerTransaction | undefined {
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(bytes).getPayload_asU8(),
  )
  const header = required(payload.getHeader(), 'payload header')
  const channel = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8())
  if (!TRANSACTION_TYPES.includes(channel.getType())) return undefined
  const signature = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8())
  const creator = msp.SerializedIdentity.deserializeBinary(signature.getCreator_asU8())
  const effects =
    validationCode === 'VALID'
      ? decodeEffects(payload.getData_asU8(), chaincode)
      : { writes: [], entries: [] }
  return {
    id: channel.getTxId(),
    index,
    validationCode,
    submitter: creator.getMspid(),
    timestamp: (channel.getTimestamp()?.toDate() ?? new Date(0)).toISOString(),
    ...effects,
  }
}

type Effects = Pick<LedgerTransaction, 'writes' | 'entries'>

/** Writes and published entries of every action of a transaction. */
function decodeEffects(transaction: Uint8Array, chaincode: string): Effects {
  const writes: Effects['writes'][number][] = []
  const entries: PublishedEntry[] = []
  for (const action of peer.Transaction.deserializeBinary(transaction).getActionsList()) {
    const endorsed = required(
      peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8()).getAction(),
      'endorsed action',
    )
    const response = peer.ProposalResponsePayload.deserializeBinary(
      endorsed.getProposalResponsePayload_asU8(),
    )
    const result = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8())
    writes.push(...decodeWrites(result.getResults_asU8(), chaincode))
    entries.push(...decodeEntries(result.getEvents_asU8(), chaincode))
  }
  return { writes, entries }
}

function decodeWrites(results: Uint8Array, chaincode: string): Effects['writes'] {
  const { TxReadWriteSet, kvrwset } = ledger.rwset
  return TxReadWriteSet.deserializeBinary(results)
    .getNsRwsetList()
    .filter((namespace) => namespace.getNamespace() === chaincode)
    .flatMap((namespace) =>
      kvrwset.KVRWSet.deserializeBinary(namespace.getRwset_asU8()).getWritesList(),
    )
    .map((write) => ({
      name: write.getKey(),
      value: write.getIsDelete() ? undefined : utf8(write.getValue_asU8()),
    }))
}

function decodeEntries(bytes: Uint8Array, chaincode: string): PublishedEntry[] {
  if (bytes.length === 0) return []
  const event = peer.ChaincodeEvent.deserializeBinary(bytes)
  if (event.getChaincodeId() !== chaincode || event.getEventName() !== ENTRIES_EVENT) return []
  const payload: unknown = JSON.parse(utf8(event.getPayload_asU8()))
  return (payload as EntriesEvent).entries.map(({ entry, hash, traceparent }) => ({
    hash,
    // The event is canonical JSON, and parsing keeps the order of its keys.
    text: JSON.stringify(entry),
    ...(traceparent !== undefined && { traceparent }),
  }))
}

/** The payload that the chaincode's stub-state.ts writes. */
interface EntriesEvent {
  readonly entries: readonly { entry: unknown; hash: string; traceparent?: string }[]
}

/** SHA-256 of the ASN.1 sequence { number, previous hash, data hash }, as Fabric chains blocks. */
function headerHash(header: common.BlockHeader): string {
  const body = Buffer.concat([
    derUnsigned(BigInt(header.getNumber())),
    derOctets(header.getPreviousHash_asU8()),
    derOctets(header.getDataHash_asU8()),
  ])
  const sequence = Buffer.concat([Buffer.from([0x30, body.length]), body])
  return createHash('sha256').update(sequence).digest('hex')
}

function derUnsigned(value: bigint): Buffer {
  const digits = value.toString(16)
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  const bytes = Buffer.from(parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even, 'hex')
  return Buffer.concat([Buffer.from([0x02, bytes.length]), bytes])
}

function derOctets(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x04, bytes.length]), bytes])
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`block without ${what}`)
  return value
}
