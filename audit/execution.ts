import { X509Certificate } from 'node:crypto'
import { msp } from '@hyperledger/fabric-protos'
import { cryptography } from '../chaincode/cryptography.ts'
import { requestText } from '../chaincode/request-text.ts'
import type { CallContext, SubmitRequest, SubmitResult } from '../ledger/index.ts'
import { encodeAnswer, encodePublication, parseSubmit, submit } from '../ledger/index.ts'
import type { NamespaceReadWriteSet } from '../network/embedded/read-write-set.ts'
import type { EndorsedAction, OpenedEnvelope } from '../network/embedded/transaction.ts'
import { chaincodeEvent } from '../network/embedded/transaction.ts'
import { argumentsOf } from './transaction-verdict.ts'

/** A transaction whose endorsements are good, with the records it was executed over. */
export interface EndorsedTransaction {
  readonly channel: string
  readonly envelope: OpenedEnvelope
  readonly action: EndorsedAction
  readonly set: NamespaceReadWriteSet
  readonly read: (key: string) => string | undefined
}

/** What executing it again came to. */
export interface Execution {
  readonly request?: SubmitRequest
  readonly result?: SubmitResult
  /** Proofs of commands that were verified. */
  readonly signatures: number
  /** Where the transaction says another thing than the rules. */
  readonly faults: readonly string[]
}

const SUBMIT = 'Submit'

/**
 * Executes a transaction again by the rules, proofs and all, over the records as they were, and
 * compares everything that its endorsers signed: reads, writes, entries and answer.
 */
export async function executeAgain(transaction: EndorsedTransaction): Promise<Execution> {
  const { action, set } = transaction
  const [call = '', argument = ''] = argumentsOf(action)
  if (call.slice(call.lastIndexOf(':') + 1) !== SUBMIT) {
    const isEmpty = set.writes.length === 0 && chaincodeEvent(action.chaincodeAction) === undefined
    return { signatures: 0, faults: isEmpty ? [] : [`${call} is no function that writes`] }
  }
  try {
    const request = parseSubmit(requestText(argument))
    return { request, ...(await run(request, transaction)) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { signatures: 0, faults: [`the rules refuse it: ${message}`] }
  }
}

async function run(
  request: SubmitRequest,
  transaction: EndorsedTransaction,
): Promise<Omit<Execution, 'request'>> {
  const read = new Set<string>()
  let signatures = 0
  const ports = {
    ...cryptography,
    verifyP256: (publicKey: string, text: string, signature: string): boolean => {
      signatures += 1
      return cryptography.verifyP256(publicKey, text, signature)
    },
    readMany: (keys: readonly string[]) => {
      for (const key of keys) read.add(key)
      return Promise.resolve(keys.map(transaction.read))
    },
  }
  const result = await submit(request, ports, callOf(transaction))
  return { result, signatures, faults: faultsOf(result, read, transaction) }
}

/** Who called, as the chaincode learns it: from the creator's certificate. */
function callOf({ channel, envelope }: EndorsedTransaction): CallContext {
  const creator = msp.SerializedIdentity.deserializeBinary(envelope.creator)
  const units = new X509Certificate(creator.getIdBytes_asU8()).subject.split('\n')
  return {
    channel,
    transactionId: envelope.channelHeader.getTxId(),
    caller: { organisation: creator.getMspid(), isAdmin: units.includes('OU=admin') },
  }
}

function faultsOf(
  result: SubmitResult,
  read: ReadonlySet<string>,
  { action, set }: EndorsedTransaction,
): string[] {
  const event = chaincodeEvent(action.chaincodeAction)
  const { outcomes, writes, published } = result
  const entries = published.length === 0 ? '' : encodePublication(published)
  const answer = encodeAnswer({ outcomes, writes: writes.length })
  const given = action.chaincodeAction.getResponse()?.getPayload_asU8() ?? new Uint8Array()
  return [
    ...faultsOfReads(read, set),
    ...faultsOfWrites(writes, set),
    ...(utf8(event?.getPayload_asU8()) === entries
      ? []
      : ['its entries are not what the rules make']),
    ...(utf8(given) === answer ? [] : ['its answer is not what the rules give']),
  ]
}

/** A key that was not recorded as read would not be protected against being changed meanwhile. */
function faultsOfReads(read: ReadonlySet<string>, { reads }: NamespaceReadWriteSet): string[] {
  const recorded = new Set(reads.map(({ key }) => key))
  const missing = [...read].filter((key) => !recorded.has(key))
  const more = [...recorded].filter((key) => !read.has(key))
  return [
    ...missing.map((key) => `${key} was read and is not recorded`),
    ...more.map((key) => `${key} is recorded as read and was not`),
  ]
}

function faultsOfWrites(
  expected: SubmitResult['writes'],
  { writes }: NamespaceReadWriteSet,
): string[] {
  const made = new Map(writes.map(({ key, value }) => [key, value && utf8(value)]))
  const faults = expected.flatMap(({ name, value }) => {
    const isSame = made.has(name) && made.get(name) === value
    made.delete(name)
    return isSame ? [] : [`${name} is not written as the rules write it`]
  })
  return [...faults, ...[...made.keys()].map((name) => `${name} is written, and not by the rules`)]
}

function utf8(bytes: Uint8Array | string | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes as Uint8Array).toString('utf8')
}
