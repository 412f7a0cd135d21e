import { setTimeout as delay } from 'node:timers/promises'
import type { HoldingReference, Outcome, SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { ERROR_TABLE, LedgerError } from '../../ledger/index.ts'
import type { CommandAnswer } from '../commands/command-answer.ts'
import type { SubmitterIdentity } from '../fabric/fabric-connection.ts'
import type { BatchResult, EndorsedBatch } from '../fabric/submit-batch.ts'
import { BatchInvalid } from '../fabric/submit-batch.ts'
import type { WaitingCommand } from './batch-queue.ts'
import { foldCommand, refillsFor } from './own-batch-commands.ts'

/** The oldest credits of a holding that are not folded. */
export interface OpenCredits {
  readonly transactions: readonly string[]
  /** Whether there are no others. */
  readonly complete: boolean
}

/** What the runner needs of the gateway around it. */
export interface BatchPorts {
  readonly organisation: string
  readonly endorse: (request: SubmitRequest, identity: SubmitterIdentity) => Promise<EndorsedBatch>
  /** Transactions whose credits to a holding are not folded yet, oldest first. */
  readonly openCredits: (account: string, asset: string) => OpenCredits
  /** How much quota a lane takes at once. */
  readonly refillShare: (asset: string) => bigint
  /** Told of every batch that failed, and of endorsers that go on disagreeing. */
  readonly onFault: (error: unknown, what: string) => void
  readonly sha256: (text: string) => string
  /** The parts of a command's envelope that say for which ledger it is meant. */
  readonly envelope: () => Pick<SignedCommand['command'], 'channel' | 'ledgerId' | 'notAfter'>
}

const MAX_ATTEMPTS = 5
const RETRY_DELAY_MS = 25

/**
 * Runs one batch to an answer for each of its commands. A batch that fails is tried again; one that
 * goes on failing is split, so that a bad command harms no other.
 */
export async function runBatch(
  batch: readonly WaitingCommand[],
  lane: number,
  ports: BatchPorts,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      settle(batch, await runOnce(batch, lane, ports))
      return
    } catch (error) {
      if (attempt < MAX_ATTEMPTS && isWorthRetrying(error)) {
        await delay(RETRY_DELAY_MS * attempt * (0.5 + Math.random()))
      } else if (batch.length > 1 && isWorthSplitting(error)) {
        const middle = Math.ceil(batch.length / 2)
        await runBatch(batch.slice(0, middle), lane, ports)
        await runBatch(batch.slice(middle), lane, ports)
        return
      } else {
        ports.onFault(error, faultOf(error))
        for (const command of batch) command.reject(answerable(error))
        return
      }
    }
  }
}

function faultOf(error: unknown): string {
  const isMismatch = error instanceof BatchInvalid && error.validationCode === 'MISMATCH'
  return isMismatch ? 'endorsers go on disagreeing: non-determinism?' : 'a batch failed'
}

/** Under the same command ids a second try is safe whatever became of the first. */
function isWorthRetrying(error: unknown): boolean {
  if (error instanceof BatchInvalid) return true
  return error instanceof LedgerError && ERROR_TABLE[error.code].retryable
}

/** Conflicts and faults may be one command's doing; an absent ledger is nobody's. */
function isWorthSplitting(error: unknown): boolean {
  return !(error instanceof LedgerError) || error.code === 'SUBMIT_MALFORMED'
}

function answerable(error: unknown): Error {
  if (error instanceof BatchInvalid) {
    return new LedgerError('LEDGER_UNAVAILABLE', { validationCode: error.validationCode })
  }
  return error instanceof Error ? error : new Error('a batch failed')
}

/** How often a batch may be proposed again for what its lane lacks. */
const MAX_REFILLS = 4

/** How often a holding's credits are folded, a transaction's worth at a time, for one batch. */
const MAX_FOLDS = 40

async function runOnce(
  batch: readonly WaitingCommand[],
  lane: number,
  ports: BatchPorts,
): Promise<BatchResult> {
  const identity = batch[0]?.identity ?? 'client'
  for (let folds = 0; ; folds += 1) {
    const { endorsed, own } = await endorseRefilled(batch, lane, ports)
    const outcomes = endorsed.outcomes.slice(own)
    const unfolded = holdingsOf(batch.filter((_, index) => isFoldIncomplete(outcomes[index])))
    if (unfolded.length === 0 || folds === MAX_FOLDS) {
      const result = await endorsed.commit()
      return { ...result, outcomes: result.outcomes.slice(own) }
    }
    const commands = unfolded.map((holding) => foldCommand(holding, ports))
    const request = { lane, fold: foldOf(unfolded, ports), commands }
    await (await ports.endorse(request, identity)).commit()
  }
}

/** Endorses the batch, with refills in front as long as they help. */
async function endorseRefilled(
  batch: readonly WaitingCommand[],
  lane: number,
  ports: BatchPorts,
): Promise<{ readonly endorsed: EndorsedBatch; readonly own: number }> {
  const identity = batch[0]?.identity ?? 'client'
  const signed = batch.map(({ shaped: { rule: _rule, ...command } }) => command)
  const fold = foldOf(holdingsOf(batch), ports)
  let refills: SignedCommand[] = []
  let endorsed = await ports.endorse({ lane, fold, commands: signed }, identity)
  for (let round = 0; round < MAX_REFILLS; round += 1) {
    const more = refillsFor(endorsed.outcomes.slice(refills.length), ports)
    if (more.length === 0) break
    const commands = [...refills, ...more, ...signed]
    const next = await ports.endorse({ lane, fold, commands }, identity)
    // A refill that is refused helps nobody, and is not to be ordered.
    const isRefused = next.outcomes
      .slice(0, refills.length + more.length)
      .some(({ status }) => status === 'refused')
    if (isRefused) break
    refills = [...refills, ...more]
    endorsed = next
  }
  return { endorsed, own: refills.length }
}

function isFoldIncomplete(outcome: Outcome | undefined): boolean {
  return outcome?.status === 'refused' && outcome.code === 'FOLD_INCOMPLETE'
}

function holdingsOf(commands: readonly WaitingCommand[]): HoldingReference[] {
  const holdings = commands.flatMap(({ debits }) => debits)
  return [...new Map(holdings.map((one) => [`${one.account} ${one.asset}`, one])).values()]
}

/** Names the credits of every holding that may be debited, and says whether those are all. */
function foldOf(holdings: readonly HoldingReference[], ports: BatchPorts): SubmitRequest['fold'] {
  return holdings.flatMap(({ account, asset }) => {
    const { transactions, complete } = ports.openCredits(account, asset)
    if (transactions.length === 0) return []
    return [{ account, asset, transactions: [...transactions], complete }]
  })
}

function settle(batch: readonly WaitingCommand[], result: BatchResult): void {
  for (const [index, command] of batch.entries()) {
    const outcome = result.outcomes[index]
    if (outcome === undefined) command.reject(new Error('a batch came back short'))
    else command.resolve(answerOf(outcome, result.transaction))
  }
}

/** Only what this transaction wrote stands in it: not replays, nor refusals that leave no trace. */
function answerOf(outcome: Outcome, transaction: BatchResult['transaction']): CommandAnswer {
  const isWritten =
    !outcome.replayed && (outcome.status === 'accepted' || ERROR_TABLE[outcome.code].recorded)
  if (transaction === undefined || !isWritten) return outcome
  const { id, blockNumber } = transaction
  return { ...outcome, transactionId: id, blockNumber: String(blockNumber) }
}
