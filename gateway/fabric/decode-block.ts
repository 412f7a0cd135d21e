import { createHash } from 'node:crypto'
import { common, ledger, msp, peer } from '@hyperledger/fabric-protos'
import type {
  PublicationContext,
  PublishedEntry,
  SignedCommand,
  SubmitRequest,
} from '../../ledger/index.ts'
import { commandKey, decodePublication } from '../../ledger/index.ts'
import type { LedgerBlock, LedgerTransaction } from './ledger-block.ts'
import { decodeRequest } from './request-text.ts'

const VALIDATION_CODES = new Map<number, string>(
  Object.entries(peer.TxValidationCode).map(([name, code]) => [code, name]),
)

const TRANSACTION_TYPES: readonly number[] = [common.HeaderType.ENDORSER_TRANSACTION]
const CONFIGURATION_TYPES: readonly number[] = [common.HeaderType.CONFIG]

/** Where the peers keep the chaincode definitions that the organisations have committed. */
const DEFINITIONS_NAMESPACE = '_lifecycle'

/** Event under which the ledger's chaincode publishes the entries of a transaction. */
const ENTRIES_EVENT = 'entries'

/** A block, and whether policies, members or a chaincode's definition are others from it on. */
export type DecodedBlock = LedgerBlock & { readonly changesRules: boolean }

/** Reads from a Fabric block what concerns one chaincode. Throws on bytes that are no block. */
export function decodeBlock(block: common.Block, chaincode: string): DecodedBlock {
  const header = required(block.getHeader(), 'block header')
  const codes = block
    .getMetadata()
    ?.getMetadataList_asU8()
    .at(common.BlockMetadataIndex.TRANSACTIONS_FILTER)
  const envelopes = required(block.getData(), 'block data').getDataList_asU8()
  const decoded = envelopes.map((bytes, index) => {
    const code = VALIDATION_CODES.get(codes?.[index] ?? 0) ?? 'INVALID_OTHER_REASON'
    return decodeEnvelope(bytes, index, code, chaincode)
  })
  return {
    number: BigInt(header.getNumber()),
    hash: headerHash(header),
    previousHash: hex(header.getPreviousHash_asU8()),
    transactions: decoded.flatMap(({ transaction }) => transaction ?? []),
    changesRules: decoded.some(({ changesRules }) => changesRules),
  }
}

interface DecodedEnvelope {
  /** Undefined when it is none of a chaincode. */
  readonly transaction?: LedgerTransaction
  readonly changesRules: boolean
}

function decodeEnvelope(
  bytes: Uint8Array,
  index: number,
  validationCode: string,
  chaincode: string,
): DecodedEnvelope {
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(bytes).getPayload_asU8(),
  )
  const header = required(payload.getHeader(), 'payload header')
  const channel = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8())
  if (!TRANSACTION_TYPES.includes(channel.getType())) {
    return { changesRules: CONFIGURATION_TYPES.includes(channel.getType()) }
  }
  const signature = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8())
  const creator = msp.SerializedIdentity.deserializeBinary(signature.getCreator_asU8())
  const { changesRules, ...effects } =
    validationCode === 'VALID'
      ? decodeEffects(payload.getData_asU8(), chaincode, creator.getMspid())
      : NO_EFFECTS
  const transaction = {
    id: channel.getTxId(),
    index,
    validationCode,
    submitter: creator.getMspid(),
    timestamp: (channel.getTimestamp()?.toDate() ?? new Date(0)).toISOString(),
    ...effects,
  }
  return { transaction, changesRules }
}

type Effects = Pick<LedgerTransaction, 'writes' | 'entries'> & { readonly changesRules: boolean }

const NO_EFFECTS: Effects = { writes: [], entries: [], changesRules: false }

/** Writes and published entries of every action of a transaction. */
function decodeEffects(transaction: Uint8Array, chaincode: string, submitter: string): Effects {
  const writes: Effects['writes'][number][] = []
  const entries: PublishedEntry[] = []
  let changesRules = false
  for (const action of peer.Transaction.deserializeBinary(transaction).getActionsList()) {
    const payload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8())
    const endorsed = required(payload.getAction(), 'endorsed action')
    const response = peer.ProposalResponsePayload.deserializeBinary(
      endorsed.getProposalResponsePayload_asU8(),
    )
    const result = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8())
    const { TxReadWriteSet } = ledger.rwset
    const sets = TxReadWriteSet.deserializeBinary(result.getResults_asU8()).getNsRwsetList()
    const written = decodeWrites(sets, chaincode)
    writes.push(...written)
    const publication = publicationOf(result.getEvents_asU8(), chaincode)
    if (publication !== undefined) {
      const proposal = payload.getChaincodeProposalPayload_asU8()
      entries.push(...decodeEntries(publication, { proposal, written, submitter }))
    }
    changesRules ||= writesOf(sets, DEFINITIONS_NAMESPACE).length > 0
  }
  return { writes, entries, changesRules }
}

type NamespaceSets = readonly ledger.rwset.NsReadWriteSet[]

function writesOf(sets: NamespaceSets, namespace: string): ledger.rwset.kvrwset.KVWrite[] {
  return sets
    .filter((set) => set.getNamespace() === namespace)
    .flatMap((set) =>
      ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8()).getWritesList(),
    )
}

function decodeWrites(sets: NamespaceSets, chaincode: string): Effects['writes'] {
  return writesOf(sets, chaincode).map((write) => ({
    name: write.getKey(),
    value: write.getIsDelete() ? undefined : utf8(write.getValue_asU8()),
  }))
}

/** The text of the ledger's event, if there is one. */
function publicationOf(bytes: Uint8Array, chaincode: string): string | undefined {
  if (bytes.length === 0) return undefined
  const event = peer.ChaincodeEvent.deserializeBinary(bytes)
  if (event.getChaincodeId() !== chaincode || event.getEventName() !== ENTRIES_EVENT) {
    return undefined
  }
  return utf8(event.getPayload_asU8())
}

interface EntrySurroundings {
  readonly proposal: Uint8Array
  readonly written: Effects['writes']
  readonly submitter: string
}

/** Commands and hashes stand in the transaction beside the event, which does not repeat them. */
function decodeEntries(
  publication: string,
  { proposal, written, submitter }: EntrySurroundings,
): PublishedEntry[] {
  const { commands } = JSON.parse(requestOf(proposal)) as SubmitRequest
  const records = new Map(written.map(({ name, value }) => [name, value]))
  const recorded: PublicationContext['recorded'] = ({ actor, id }) => {
    const key = commandKey(actor, id)
    const record = key.codec.decode(required(records.get(key.name), 'record of a command'))
    if (record.status !== 'accepted' || record.entryHash === undefined) {
      throw new Error(`an entry of a command that made none: ${key.name}`)
    }
    return { hash: record.hash, entryHash: record.entryHash }
  }
  const signed = commands as readonly SignedCommand[]
  return decodePublication(publication, { commands: signed, submitter, recorded })
}

/** The argument of the call: its name comes first. */
function requestOf(proposal: Uint8Array): string {
  const input = peer.ChaincodeProposalPayload.deserializeBinary(proposal).getInput_asU8()
  const call = peer.ChaincodeInvocationSpec.deserializeBinary(input).getChaincodeSpec()
  const argument = call?.getInput()?.getArgsList_asU8()[1]
  return decodeRequest(utf8(required(argument, 'argument of a call')))
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
