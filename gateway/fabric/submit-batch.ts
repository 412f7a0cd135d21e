import type { Transaction } from '@hyperledger/fabric-gateway'
import { GatewayError } from '@hyperledger/fabric-gateway'
import type { Outcome, SubmitRequest } from '../../ledger/index.ts'
import { LedgerError, parseLedgerError } from '../../ledger/index.ts'
import type { BlockFollower } from './block-follower.ts'
import type { Submitter } from './fabric-connection.ts'

/** What became of a batch. Without a transaction nothing had to be written, and none was ordered. */
export interface BatchResult {
  readonly outcomes: readonly Outcome[]
  readonly transaction?: { readonly id: string; readonly blockNumber: bigint }
}

/** The transaction was ordered but not valid, or the endorsers disagreed: nothing has happened. */
export class BatchInvalid extends Error {
  readonly validationCode: string

  constructor(validationCode: string) {
    super(`the transaction was not valid: ${validationCode}`)
    this.name = 'BatchInvalid'
    this.validationCode = validationCode
  }
}

const COMMIT_TIMEOUT_MS = 30_000
const MISMATCH = 'ProposalResponsePayloads do not match'

interface SubmitAnswer {
  readonly outcomes: readonly Outcome[]
  readonly writes: number
}

/** How a batch goes to the ledger and its block comes back. */
export interface BatchRoute {
  readonly submitter: Submitter
  readonly follower: BlockFollower
  /** Keeps the signed transaction safe before it is sent. */
  readonly keep: (transaction: Transaction) => void
}

/** A batch that the endorsers have judged. */
export interface EndorsedBatch {
  readonly outcomes: readonly Outcome[]
  /** Has it ordered and waits until it is committed, unless nothing is to be written. */
  readonly commit: () => Promise<BatchResult>
}

/**
 * Has a batch endorsed. Nothing is ordered yet, so every failure here is safe to retry.
 * Throws LedgerError (SUBMIT_MALFORMED; LEDGER_UNAVAILABLE) and BatchInvalid when endorsers differ.
 */
export async function endorseBatch(
  request: SubmitRequest,
  { submitter, follower, keep }: BatchRoute,
): Promise<EndorsedBatch> {
  const proposal = submitter.contract.newProposal('Submit', {
    arguments: [JSON.stringify(request)],
  })
  const transaction = await proposal.endorse().catch((error: unknown) => {
    throw endorseFailure(error)
  })
  const text = Buffer.from(transaction.getResult()).toString('utf8')
  const { outcomes, writes } = JSON.parse(text) as SubmitAnswer
  return {
    outcomes,
    commit: async () =>
      writes === 0
        ? { outcomes }
        : {
            outcomes,
            transaction: await commit(await submitter.sign(transaction), follower, keep),
          },
  }
}

function endorseFailure(error: unknown): Error {
  if (!(error instanceof GatewayError)) return error instanceof Error ? error : new Error('endorse')
  const messages = [error.message, ...error.details.map(({ message }) => message)]
  if (messages.some((message) => message.includes(MISMATCH))) return new BatchInvalid('MISMATCH')
  for (const message of messages) {
    const coded = parseLedgerError(message)
    if (coded !== undefined) return coded
  }
  // The contract ran and threw something that is not a refusal: a fault of the contract.
  if (messages.some((message) => message.includes('chaincode response 500'))) return error
  return new LedgerError('LEDGER_UNAVAILABLE', { stage: 'endorse' })
}

async function commit(
  transaction: Transaction,
  follower: BlockFollower,
  keep: BatchRoute['keep'],
): Promise<{ readonly id: string; readonly blockNumber: bigint }> {
  const id = transaction.getTransactionId()
  // Before it is sent, so that its block cannot pass by unseen.
  keep(transaction)
  const committed = follower.transaction(id, COMMIT_TIMEOUT_MS)
  committed.catch(() => undefined)
  await send(transaction)
  const { blockNumber, validationCode } = await committed
  if (validationCode !== 'VALID') throw new BatchInvalid(validationCode)
  return { id, blockNumber }
}

/**
 * A failed send does not say that the transaction was not ordered. The same envelope is sent once
 * more, which is safe; the block stream then tells, or the outcome stays unknown.
 */
async function send(transaction: Transaction): Promise<void> {
  try {
    await transaction.submit()
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    await transaction.submit().catch(() => undefined)
  }
}
