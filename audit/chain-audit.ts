import { common } from '@hyperledger/fabric-protos'
import type { Books } from '../ledger/index.ts'
import {
  ledgerKey,
  replayedBooks,
  ReplayedBooks,
  replayedContents,
  stateBooks,
  stateContents,
  TradedTurnover,
} from '../ledger/index.ts'
import { blockHeaderHash } from '../network/embedded/block.ts'
import { channelTimestampMs } from '../network/embedded/proposal.ts'
import type { KeyRead, Version } from '../network/embedded/read-write-set.ts'
import { sameVersion } from '../network/embedded/read-write-set.ts'
import { sha256 } from '../network/embedded/signing.ts'
import type { OpenedEnvelope } from '../network/embedded/transaction.ts'
import { openEnvelope } from '../network/embedded/transaction.ts'
import type { ChannelTerms } from './channel-terms.ts'
import { isConfiguration, readChannelTerms, VALIDATION_CODES } from './channel-terms.ts'
import { executeAgain } from './execution.ts'
import type { Finding } from './finding.ts'
import { inBlock, inTransaction } from './finding.ts'
import type { VerdictContext } from './transaction-verdict.ts'
import {
  attempt,
  calledChaincode,
  faultOfStranger,
  judgeTransaction,
  publicWritesOf,
} from './transaction-verdict.ts'

/** What was gone through. */
export interface AuditCounts {
  blocks: number
  transactions: number
  /** Of which a peer found something wrong, and so did the audit. */
  invalid: number
  commands: number
  signatures: number
  entries: number
}

interface AuditedRecord {
  readonly text: string
  readonly version: Version
}

/** One transaction's place in the chain. */
interface Place {
  readonly number: number
  readonly index: number
  readonly code: string
}

/**
 * Goes through a chain from its first block: whether blocks hang together, whether every
 * transaction was rightly taken or rejected, and whether what was taken is what the rules make of
 * it. Keeps the records and the books that come of it.
 */
export class ChainAudit {
  readonly counts: AuditCounts = {
    blocks: 0,
    transactions: 0,
    invalid: 0,
    commands: 0,
    signatures: 0,
    entries: 0,
  }
  /** What was traded between organisations in each cycle. */
  readonly traded = new TradedTurnover()
  readonly #chaincode: string
  readonly #records = new Map<string, AuditedRecord>()
  /** Keys that were written once and are no more. */
  readonly #deleted = new Set<string>()
  readonly #replayed = new ReplayedBooks()
  /** Where keys of other chaincodes, Fabric's own among them, were last written. */
  readonly #strange = new Map<string, Version>()
  readonly #knownIds = new Set<string>()
  #terms: ChannelTerms | undefined
  #previousHash: Uint8Array = new Uint8Array()
  /** When the transaction that is looked at was made, by its submitter's clock. */
  #nowMs = 0

  constructor(chaincode: string) {
    this.#chaincode = chaincode
  }

  /** SHA-256 of the last block's header, hexadecimal: two who have the same have the same chain. */
  get lastHash(): string {
    return Buffer.from(this.#previousHash).toString('hex')
  }

  /** The records that the blocks come to, by the names of their keys. */
  *records(): Generator<readonly [name: string, text: string]> {
    for (const [name, { text }] of this.#records) yield [name, text]
  }

  get deletedKeys(): ReadonlySet<string> {
    return this.#deleted
  }

  /** The business date that the ledger has come to. */
  get today(): string {
    const record = this.#records.get(ledgerKey.name)
    return record === undefined ? '' : ledgerKey.codec.decode(record.text).cycle.date
  }

  /** The books by the records and by the entries, with what lies in escrows. */
  books(): Record<'recorded' | 'posted', { books: Books; contents: Map<string, string> }> {
    const { today } = this
    return {
      recorded: {
        books: stateBooks(this.records(), today),
        contents: stateContents(this.records(), today),
      },
      posted: {
        books: replayedBooks(this.#replayed, today),
        contents: replayedContents(this.#replayed, today),
      },
    }
  }

  /** Takes the next block. Returns what is wrong with it; goes on with what it says nevertheless. */
  async take(block: common.Block): Promise<Finding[]> {
    const number = this.counts.blocks
    this.counts.blocks += 1
    const envelopes = block.getData()?.getDataList_asU8() ?? []
    const findings = this.#checkHeader(block, number, envelopes)
    const codes = block
      .getMetadata()
      ?.getMetadataList_asU8()
      .at(common.BlockMetadataIndex.TRANSACTIONS_FILTER)
    if (codes?.length !== envelopes.length) {
      findings.push(inBlock(number, 'it has not one validation code for each transaction'))
    }
    const written = new Set<string>()
    for (const [index, bytes] of envelopes.entries()) {
      const code = VALIDATION_CODES.get(codes?.[index] ?? -1) ?? 'none'
      const place = { number, index, code }
      for (const what of await this.#takeEnvelope(bytes, place, written)) {
        findings.push(inTransaction(number, index, what))
      }
    }
    return findings
  }

  #checkHeader(block: common.Block, number: number, envelopes: readonly Uint8Array[]): Finding[] {
    const header = block.getHeader()
    const findings: Finding[] = []
    const named = header?.getPreviousHash_asU8() ?? new Uint8Array()
    const dataHash = header?.getDataHash_asU8() ?? new Uint8Array()
    if (header?.getNumber() !== number) {
      findings.push(inBlock(number, `it says that it is block ${String(header?.getNumber())}`))
    }
    if (!Buffer.from(named).equals(this.#previousHash)) {
      findings.push(
        inBlock(number, 'it does not follow the block before: one of the two is changed'),
      )
    }
    if (!sha256(...envelopes).equals(dataHash)) {
      findings.push(inBlock(number, 'its transactions are not those of its header'))
    }
    const isHash = named.length <= 32 && dataHash.length <= 32
    this.#previousHash = isHash ? blockHeaderHash(number, named, dataHash) : new Uint8Array()
    return findings
  }

  async #takeEnvelope(bytes: Uint8Array, place: Place, written: Set<string>): Promise<string[]> {
    const envelope = attempt(() => openEnvelope(common.Envelope.deserializeBinary(bytes)))
    if (envelope === undefined) return ['it cannot be read']
    if (isConfiguration(envelope.channelHeader.getType())) return this.#takeTerms(envelope)
    this.counts.transactions += 1
    if (this.#terms === undefined) return ['no configuration block comes before it']
    this.#nowMs = channelTimestampMs(envelope.channelHeader)
    const context: VerdictContext = {
      terms: this.#terms,
      knownIds: this.#knownIds,
      isUnchanged: (namespace, read) => this.#isUnchanged(namespace, read, written),
    }
    const faults =
      calledChaincode(envelope) === this.#chaincode
        ? await this.#takeOwn(envelope, place, context, written)
        : this.#takeStranger(envelope, place, context, written)
    this.#knownIds.add(envelope.channelHeader.getTxId())
    return faults
  }

  #takeTerms({ channelHeader, data }: OpenedEnvelope): string[] {
    const channel = channelHeader.getChannelId()
    const terms = attempt(() => readChannelTerms(channel, data, () => this.#nowMs))
    if (terms === undefined) return ['its configuration cannot be read']
    this.#terms = terms
    return []
  }

  async #takeOwn(
    envelope: OpenedEnvelope,
    { number, index, code }: Place,
    context: VerdictContext,
    written: Set<string>,
  ): Promise<string[]> {
    const verdict = judgeTransaction(envelope, this.#chaincode, context)
    if (!verdict.isGood) {
      this.counts.invalid += 1
      return code === 'VALID' ? [`it was taken, and ${verdict.fault}`] : []
    }
    if (code !== 'VALID') return [`it was rejected with ${code}, and nothing is wrong with it`]
    const { action, set } = verdict
    const { channel } = context.terms
    const read = (key: string): string | undefined => this.#records.get(key)?.text
    const executed = await executeAgain({ channel, envelope, action, set, read })
    this.counts.commands += executed.request?.commands.length ?? 0
    this.counts.signatures += executed.signatures
    for (const { key, value } of set.writes) {
      written.add(nameIn(this.#chaincode, key))
      this.#write(key, value, { blockNumber: number, transactionNumber: index })
    }
    return [...executed.faults, ...this.#post(executed.result?.published ?? [])]
  }

  #post(published: readonly { readonly entry: Parameters<ReplayedBooks['apply']>[0] }[]): string[] {
    const faults: string[] = []
    for (const { entry } of published) {
      this.counts.entries += 1
      try {
        this.#replayed.apply(entry)
        this.traded.apply(entry)
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error))
      }
    }
    return faults
  }

  #write(key: string, value: Uint8Array | undefined, version: Version): void {
    if (value === undefined) {
      this.#records.delete(key)
      this.#deleted.add(key)
      return
    }
    this.#records.set(key, { text: Buffer.from(value).toString('utf8'), version })
    this.#deleted.delete(key)
  }

  /** Of other chaincodes it is enough to know which keys have changed; deleted ones stay changed. */
  #takeStranger(
    envelope: OpenedEnvelope,
    { number, index, code }: Place,
    context: VerdictContext,
    written: Set<string>,
  ): string[] {
    if (code !== 'VALID') return []
    const fault = faultOfStranger(envelope, context)
    for (const [namespace, key] of attempt(() => publicWritesOf(envelope)) ?? []) {
      const name = nameIn(namespace, key)
      written.add(name)
      this.#strange.set(name, { blockNumber: number, transactionNumber: index })
    }
    return fault === undefined ? [] : [`it was taken, and ${fault}`]
  }

  /** Fabric lets no two transactions of a block touch a key that the first has written. */
  #isUnchanged(
    namespace: string,
    { key, version }: KeyRead,
    written: ReadonlySet<string>,
  ): boolean {
    const name = nameIn(namespace, key)
    const isOwn = namespace === this.#chaincode
    const now = isOwn ? this.#records.get(key)?.version : this.#strange.get(name)
    return !written.has(name) && sameVersion(now, version)
  }
}

function nameIn(namespace: string, key: string): string {
  return `${namespace}\0${key}`
}
