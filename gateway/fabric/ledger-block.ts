import type { PublishedEntry } from '../../ledger/index.ts'

/** What a gateway uses of a Fabric block: every transaction, valid or not, in order. */
export interface LedgerBlock {
  readonly number: bigint
  /** SHA-256 of the block header, hexadecimal: the `previousHash` of the next block. */
  readonly hash: string
  readonly previousHash: string
  readonly transactions: readonly LedgerTransaction[]
}

export interface LedgerTransaction {
  readonly id: string
  /** Position in the block, from 0. */
  readonly index: number
  /** Fabric's TxValidationCode by name, such as VALID or MVCC_READ_CONFLICT. */
  readonly validationCode: string
  /** MSP id of the organisation that submitted it. */
  readonly submitter: string
  /** As the submitter wrote it, ISO 8601; nothing of value hangs on it. */
  readonly timestamp: string
  /** Writes to the ledger chaincode's state; undefined deletes. Empty unless VALID. */
  readonly writes: readonly { readonly name: string; readonly value: string | undefined }[]
  /** Entries of the transaction's event. Empty unless VALID. */
  readonly entries: readonly PublishedEntry[]
}
