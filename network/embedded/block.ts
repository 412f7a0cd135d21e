import { common } from '@hyperledger/fabric-protos'
import { sha256 } from './signing.ts'

/** A serialised block and the hash of its header, which the next block names. */
export interface SealedBlock {
  readonly bytes: Uint8Array
  readonly headerHash: Uint8Array
}

const METADATA_ENTRIES = 5
const DER_SEQUENCE = 0x30
const DER_INTEGER = 0x02
const DER_OCTET_STRING = 0x04

/** Seals envelopes and their validation codes into Fabric's block format. */
export function sealBlock(
  blockNumber: number,
  previousHash: Uint8Array,
  envelopes: readonly Uint8Array[],
  validationCodes: readonly number[],
): SealedBlock {
  const dataHash = sha256(...envelopes)
  const header = new common.BlockHeader()
  header.setNumber(blockNumber)
  header.setPreviousHash(previousHash)
  header.setDataHash(dataHash)
  const data = new common.BlockData()
  data.setDataList([...envelopes])
  const metadata = new common.BlockMetadata()
  for (let index = 0; index < METADATA_ENTRIES; index += 1) {
    const isFilter = index === common.BlockMetadataIndex.TRANSACTIONS_FILTER
    metadata.addMetadata(isFilter ? Uint8Array.from(validationCodes) : new Uint8Array())
  }
  const block = new common.Block()
  block.setHeader(header)
  block.setData(data)
  block.setMetadata(metadata)
  return {
    bytes: block.serializeBinary(),
    headerHash: blockHeaderHash(blockNumber, previousHash, dataHash),
  }
}

/** SHA-256 of the ASN.1 DER of { number, previousHash, dataHash }, as Fabric computes it. */
export function blockHeaderHash(
  blockNumber: number,
  previousHash: Uint8Array,
  dataHash: Uint8Array,
): Buffer {
  const hex = blockNumber.toString(16)
  const magnitude = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
  const sign = (magnitude[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.alloc(0)
  const body = Buffer.concat([
    der(DER_INTEGER, Buffer.concat([sign, magnitude])),
    der(DER_OCTET_STRING, previousHash),
    der(DER_OCTET_STRING, dataHash),
  ])
  return sha256(der(DER_SEQUENCE, body))
}

/** Throws unless the block has this number, its data hash and header hash, and follows the hash. */
export function checkBlock(
  sealed: SealedBlock,
  blockNumber: number,
  previousHash: Uint8Array,
): void {
  const block = common.Block.deserializeBinary(sealed.bytes)
  const header = block.getHeader()
  const dataHash = sha256(...(block.getData()?.getDataList_asU8() ?? []))
  const chained =
    header?.getNumber() === blockNumber &&
    dataHash.equals(header.getDataHash_asU8()) &&
    Buffer.from(previousHash).equals(header.getPreviousHash_asU8()) &&
    blockHeaderHash(blockNumber, previousHash, dataHash).equals(sealed.headerHash)
  if (!chained) throw new Error(`block ${blockNumber} does not fit the hash chain`)
}

function der(tag: number, content: Uint8Array): Buffer {
  if (content.length > 0x7f) throw new Error('a block header is never that long')
  return Buffer.concat([Buffer.of(tag, content.length), content])
}
