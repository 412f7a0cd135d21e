import { ledger } from '@hyperledger/fabric-protos'

const { kvrwset, NsReadWriteSet, TxReadWriteSet } = ledger.rwset

/** Where a value was written: Fabric's version of a key. */
export interface Version {
  readonly blockNumber: number
  readonly transactionNumber: number
}

/** A key as it was read; no version when it was absent. */
export interface KeyRead {
  readonly key: string
  readonly version: Version | undefined
}

/** A key to be written; no value when it is to be deleted. */
export interface KeyWrite {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/** A range as it was read; when not exhausted, `endKey` is the last key that was seen. */
export interface RangeRead {
  readonly startKey: string
  readonly endKey: string
  readonly exhausted: boolean
  readonly results: readonly KeyRead[]
}

export interface NamespaceReadWriteSet {
  readonly namespace: string
  readonly reads: readonly KeyRead[]
  readonly ranges: readonly RangeRead[]
  readonly writes: readonly KeyWrite[]
}

export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.blockNumber === b?.blockNumber && a?.transactionNumber === b?.transactionNumber
}

/** The bytes that endorsers sign: Fabric's TxReadWriteSet, empty when nothing was touched. */
export function encodeReadWriteSet(set: NamespaceReadWriteSet): Uint8Array {
  const result = new TxReadWriteSet()
  result.setDataModel(TxReadWriteSet.DataModel.KV)
  if (set.reads.length + set.ranges.length + set.writes.length === 0) {
    return result.serializeBinary()
  }
  const keyValues = new kvrwset.KVRWSet()
  keyValues.setReadsList(set.reads.map(toKvRead))
  keyValues.setRangeQueriesInfoList(set.ranges.map(toRangeQueryInfo))
  keyValues.setWritesList(set.writes.map(toKvWrite))
  const namespace = new NsReadWriteSet()
  namespace.setNamespace(set.namespace)
  namespace.setRwset(keyValues.serializeBinary())
  result.addNsRwset(namespace)
  return result.serializeBinary()
}

/** Throws on malformed bytes and on parts that the embedded ledger cannot apply. */
export function decodeReadWriteSet(bytes: Uint8Array): NamespaceReadWriteSet[] {
  return TxReadWriteSet.deserializeBinary(bytes)
    .getNsRwsetList()
    .map((namespace) => {
      const keyValues = kvrwset.KVRWSet.deserializeBinary(namespace.getRwset_asU8())
      if (
        namespace.getCollectionHashedRwsetList().length > 0 ||
        keyValues.getMetadataWritesList().length > 0
      ) {
        throw new Error('private data and key metadata are not supported by the embedded ledger')
      }
      return {
        namespace: namespace.getNamespace(),
        reads: keyValues.getReadsList().map(fromKvRead),
        ranges: keyValues.getRangeQueriesInfoList().map(fromRangeQueryInfo),
        writes: keyValues.getWritesList().map(fromKvWrite),
      }
    })
}

type KvRead = InstanceType<typeof kvrwset.KVRead>
type KvWrite = InstanceType<typeof kvrwset.KVWrite>
type RangeQueryInfo = InstanceType<typeof kvrwset.RangeQueryInfo>

function toKvRead({ key, version }: KeyRead): KvRead {
  const read = new kvrwset.KVRead()
  read.setKey(key)
  if (version) {
    const written = new kvrwset.Version()
    written.setBlockNum(version.blockNumber)
    written.setTxNum(version.transactionNumber)
    read.setVersion(written)
  }
  return read
}

function fromKvRead(read: KvRead): KeyRead {
  const version = read.getVersion()
  return {
    key: read.getKey(),
    version: version && {
      blockNumber: version.getBlockNum(),
      transactionNumber: version.getTxNum(),
    },
  }
}

function toKvWrite({ key, value }: KeyWrite): KvWrite {
  const write = new kvrwset.KVWrite()
  write.setKey(key)
  if (value) write.setValue(value)
  else write.setIsDelete(true)
  return write
}

/** Fabric takes an empty value for a delete, since protobuf cannot tell it from an absent one. */
function fromKvWrite(write: KvWrite): KeyWrite {
  const value = write.getValue_asU8()
  const isDelete = write.getIsDelete() || value.length === 0
  return { key: write.getKey(), value: isDelete ? undefined : value }
}

function toRangeQueryInfo(range: RangeRead): RangeQueryInfo {
  const info = new kvrwset.RangeQueryInfo()
  info.setStartKey(range.startKey)
  info.setEndKey(range.endKey)
  info.setItrExhausted(range.exhausted)
  const reads = new kvrwset.QueryReads()
  reads.setKvReadsList(range.results.map(toKvRead))
  info.setRawReads(reads)
  return info
}

function fromRangeQueryInfo(info: RangeQueryInfo): RangeRead {
  if (info.getReadsMerkleHashes()) {
    throw new Error('hashed range reads are not supported by the embedded ledger')
  }
  return {
    startKey: info.getStartKey(),
    endKey: info.getEndKey(),
    exhausted: info.getItrExhausted(),
    results: info.getRawReads()?.getKvReadsList().map(fromKvRead) ?? [],
  }
}
