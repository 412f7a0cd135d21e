import type { Transaction } from '@hyperledger/fabric-gateway'
import { GatewayError } from '@hyperledger/fabric-gateway'
import type { Outcome, SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { decodeAnswer } from '../../ledger/index.ts'
import { callFailureOf, endorsementFailure, invalidTransaction } from './batch-failure.ts'
import type { BlockFollower, CommittedTransaction } from './block-follower.ts'
import type { SubmissionDoubt } from './classify-failure.ts'
import { classifySubmission } from './classify-failure.ts'
import type { KeptEnvelope } from './envelope-store.ts'
import { encodeRequest } from './request-text.ts'
import type { FabricConnection, Submitter, SubmitterIdentity } from './fabric-connection.ts'

/** What became of a batch. Without a transaction nothing had to be written, and none was ordered. */
export interface BatchResult {
  readonly outcomes: readonly Outcome[]
  readonly transaction?: { readonly id: string; readonly blockNumber: bigint }
}

/** How a batch goes to the ledger and its block comes back. */
export interface BatchRoute {
  readonly submitter: Submitter
  readonly identity: SubmitterIdentity
  readonly follower: Pick<BlockFollower, 'rulesChangedSince'>
  /** Sends the signed transaction and waits for its block. */
  readonly send: (envelope: KeptEnvelope) => Promise<CommittedTransaction>
}

/** A batch that the endorsers have judged. */
export interface EndorsedBatch {
  readonly outcomes: readonly Outcome[]
  /**
   * Has it ordered and waits until it is committed, unless nothing is to be written. Throws
   * BatchFailure when it is not valid, or its outcome is not known in time.
   */
  readonly commit: () => Promise<BatchResult>
}

/** Endorsers may take a moment to go by rules that have just been changed. */
const RULES_SETTLE_MS = 10_000

/** Has a batch endorsed. Nothing is ordered yet. Throws BatchFailure. */
export async function endorseBatch(
  request: SubmitRequest,
  route: BatchRoute,
): Promise<EndorsedBatch> {
  const endorsedAtMs = performance.now()
  const transaction = await route.submitter
    .endorse(encodeRequest(request))
    .catch((error: unknown) => {
      throw endorsementFailure(error)
    })
  const text = Buffer.from(transaction.getResult()).toString('utf8')
  const { outcomes, writes } = decodeAnswer(text, request.commands)
  return {
    outcomes,
    commit: async () => {
      if (writes === 0) return { outcomes }
      const id = transaction.getTransactionId()
      const { blockNumber, validationCode } = await route.send(
        await sign(transaction, request, route),
      )
      if (validationCode === 'VALID') return { outcomes, transaction: { id, blockNumber } }
      const rulesChanged = route.follower.rulesChangedSince(endorsedAtMs - RULES_SETTLE_MS)
      throw invalidTransaction(validationCode, rulesChanged)
    },
  }
}

async function sign(
  transaction: Transaction,
  request: SubmitRequest,
  { submitter, identity }: BatchRoute,
): Promise<KeptEnvelope> {
  const signed = await submitter.sign(transaction)
  const commands = (request.commands as SignedCommand[]).map(({ command: { actor, id } }) => {
    return { actor, id }
  })
  const transactionId = signed.getTransactionId()
  return { transactionId, identity, bytes: signed.getBytes(), commands }
}

/** Sends a kept transaction once, and says what is known of it then. Never rejects. */
export function submitKept(
  { submitters }: Pick<FabricConnection, 'submitters'>,
  onFault: (error: unknown) => void,
): (envelope: KeptEnvelope) => Promise<SubmissionDoubt> {
  return async ({ identity, bytes }) => {
    try {
      await submitters[identity]?.submit(bytes)
      return submitters[identity] === undefined ? 'doubtful' : 'ordered'
    } catch (error) {
      if (error instanceof GatewayError) return classifySubmission(callFailureOf(error))
      onFault(error)
      return 'doubtful'
    }
  }
}
