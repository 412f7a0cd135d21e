import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Outcome, SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { ERROR_TABLE, LedgerError } from '../../ledger/index.ts'
import type { CommandAnswer } from '../commands/command-answer.ts'
import type { SubmitterIdentity } from '../fabric/fabric-connection.ts'
import type { BatchResult, EndorsedBatch } from '../fabric/submit-batch.ts'
import { BatchInvalid } from '../fabric/submit-batch.ts'
import type { WaitingCommand } from './batch-queue.ts'

/** What the runner needs of the gateway around it. */
export interface BatchPorts {
  readonly organisation: string
  readonly endorse: (request: SubmitRequest, identity: SubmitterIdentity) => Promise<EndorsedBatch>
  /** Transactions whose credits to a holding are not folded yet, oldest first. */
  readonly openCredits: (account: string, asset: string) => readonly string[]
  /** How much quota to move into a lane that lacks `needed`. */
  readonly refillAmount: (asset: string, needed: bigint) => bigint
  readonly sha256: (text: string) => string
  /** The parts of a command's envelope that say for which ledger it is meant. */
  readonly envelope: () => Pick<SignedCommand['command'], 'channel' | 'ledgerId' | 'notAfter'>
}

const MAX_ATTEMPTS = 4
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
        for (const command of batch) command.reject(answerable(error))
        return
      }
    }
  }
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

async function runOnce(
  batch: readonly WaitingCommand[],
  lane: number,
  ports: BatchPorts,
): Promise<BatchResult> {
  const identity = batch[0]?.identity ?? 'client'
  const signed = batch.map(({ shaped: { rule: _rule, ...command } }) => command)
  const request = { lane, fold: foldOf(batch, ports), commands: signed }
  const endorsed = await ports.endorse(request, identity)
  const refills = refillsFor(endorsed.outcomes, ports)
  if (refills.length === 0) return await endorsed.commit()
  const refilled = { ...request, commands: [...refills, ...signed] }
  const result = await (await ports.endorse(refilled, identity)).commit()
  return { ...result, outcomes: result.outcomes.slice(refills.length) }
}

/** Names the credits of every holding that the batch may debit. */
function foldOf(batch: readonly WaitingCommand[], ports: BatchPorts): SubmitRequest['fold'] {
  const holdings = new Map(
    batch.flatMap(({ debits }) =>
      debits.map((debit) => [`${debit.account} ${debit.asset}`, debit]),
    ),
  )
  return [...holdings.values()].flatMap(({ account, asset }) => {
    const transactions = [...ports.openCredits(account, asset)]
    return transactions.length === 0 ? [] : [{ account, asset, transactions }]
  })
}

/** One refill for each asset of which the lane lacked quota, enough for all that lacked it. */
function refillsFor(outcomes: readonly Outcome[], ports: BatchPorts): SignedCommand[] {
  const needed = new Map<string, bigint>()
  for (const outcome of outcomes) {
    if (outcome.status !== 'refused' || outcome.code !== 'QUOTA_REFILL') continue
    const { asset = '', needed: points = '0' } = outcome.detail
    needed.set(asset, (needed.get(asset) ?? 0n) + BigInt(points))
  }
  return [...needed].map(([asset, points]) => ({
    command: {
      v: 1,
      id: randomUUID(),
      type: 'RefillQuota',
      actor: ports.organisation,
      ...ports.envelope(),
      body: { asset, amount: String(ports.refillAmount(asset, points)) },
    },
    proofs: [],
  }))
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
