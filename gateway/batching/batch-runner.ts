import { setTimeout as delay } from 'node:timers/promises'
import type { HoldingReference, Outcome, SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { ERROR_TABLE, LedgerError } from '../../ledger/index.ts'
import type { CommandAnswer } from '../commands/command-answer.ts'
import type { SubmitterIdentity } from '../fabric/fabric-connection.ts'
import { BatchFailure, OutcomeUnknown } from '../fabric/batch-failure.ts'
import type { BatchResult, EndorsedBatch } from '../fabric/submit-batch.ts'
import { pinFor } from '../fencing.ts'
import type { BatchObserver } from '../metrics/observers.ts'
import type { OwnEnvelope } from '../own-commands.ts'
import { foldCommand, refillsFor } from './own-batch-commands.ts'
import type { Outage } from './retries.ts'
import { Retries } from './retries.ts'
import type { Accusation } from './suspects.ts'
import { accuse } from './suspects.ts'
import type { WaitingCommand } from './waiting-command.ts'

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
  /** Resolves when those who endorse have the block, or are not to be waited for. */
  readonly endorsersHave: (blockNumber: bigint) => Promise<void>
  /** Transactions whose credits to a holding are not folded yet, oldest first. */
  readonly openCredits: (account: string, asset: string) => OpenCredits
  /** How much quota a lane takes at once. */
  readonly refillShare: (asset: string) => bigint
  /** Keys that other gateways' transactions have written since a time of `performance.now()`. */
  readonly movedSince: (momentMs: number) => ReadonlySet<string>
  readonly observer?: BatchObserver
  /** Told of every batch that failed, and of endorsers that go on disagreeing. */
  readonly onFault: (error: unknown, what: string) => void
  readonly sha256: (text: string) => string
  /** The parts of a command's envelope that say for which ledger it is meant. */
  readonly envelope: () => OwnEnvelope
}

/** How a batch is run within its batcher. */
export interface RunContext {
  readonly lane: number
  /** How long the ledger may be away before a batch is given up. */
  readonly patienceMs: number
  readonly outage: Outage
  /** What the batch's holdings were found to have when it was taken; good for one proposal. */
  readonly credits: Map<string, OpenCredits>
  /** Waits for the batch's turn at the pools of bounds, which it then has until its keys are free. */
  readonly takeTurns: (pools: readonly string[]) => Promise<void>
  /** Keeps the batch's keys from others until the promise has resolved. */
  readonly hold: (until: Promise<void>) => void
  /** Told when the endorsers are done with the batch. */
  readonly onEndorsed: () => void
  /** Takes commands out of the batch, to be tried one at a time because of the suspects. */
  readonly setAside: (accusation: Accusation) => void
}

/**
 * Runs one batch to an answer for each of its commands, but for those that it sets aside. A batch
 * that fails is tried again as its failure calls for, or split, so that a bad command harms no other.
 */
export async function runBatch(
  whole: readonly WaitingCommand[],
  context: RunContext,
  ports: BatchPorts,
): Promise<void> {
  const retries = new Retries(context)
  for (let batch = whole; batch.length > 0;) {
    const startedMs = performance.now()
    try {
      settle(batch, await runOnce(batch, context, ports))
      return
    } catch (error) {
      const failure = failureOf(error)
      if (failure instanceof OutcomeUnknown) context.hold(failure.settled)
      const accusation = accusationFor(failure, batch, ports.movedSince, startedMs)
      if (accusation !== undefined) {
        ports.observer?.failedBatch(failure.kind, 'isolate')
        context.setAside(accusation)
        batch = batch.filter((command) => !accusation.commands.has(command))
        continue
      }
      const next = retries.next(failure.kind, batch.length)
      ports.observer?.failedBatch(failure.kind, typeof next === 'string' ? next : 'again')
      if (next === 'split') {
        const middle = Math.ceil(batch.length / 2)
        await runBatch(batch.slice(0, middle), context, ports)
        await runBatch(batch.slice(middle), context, ports)
        return
      }
      if (next === 'report') {
        ports.onFault(error, faultOf(failure))
        for (const command of batch) command.reject(failure.answer)
        return
      }
      await delay(next.delayMs)
    }
  }
}

/** Who is to blame that endorsers disagree, or that a transaction of several commands is invalid. */
function accusationFor(
  { kind }: BatchFailure,
  batch: readonly WaitingCommand[],
  movedSince: BatchPorts['movedSince'],
  startedMs: number,
): Accusation | undefined {
  if (batch.length < 2 || (kind !== 'conflict' && kind !== 'mismatch')) return undefined
  return accuse(batch, movedSince(startedMs))
}

/** What is not known to be anything else is a fault, and one command's doing. */
function failureOf(error: unknown): BatchFailure {
  if (error instanceof BatchFailure) return error
  if (error instanceof LedgerError) return new BatchFailure('denied', error)
  return new BatchFailure('fault', error instanceof Error ? error : new Error(String(error)))
}

function faultOf({ kind }: BatchFailure): string {
  return kind === 'mismatch' ? 'endorsers go on disagreeing: non-determinism?' : 'a batch failed'
}

/** How often a batch may be proposed again for what its lane lacks. */
const MAX_REFILLS = 4

/** How often a holding's credits are folded, a transaction's worth at a time, for one batch. */
const MAX_FOLDS = 40

async function runOnce(
  batch: readonly WaitingCommand[],
  context: RunContext,
  ports: BatchPorts,
): Promise<BatchResult> {
  const { lane, outage, hold, onEndorsed } = context
  const identity = batch[0]?.identity ?? 'client'
  for (let folds = 0; ; folds += 1) {
    const { endorsed, own } = await endorseRefilled(batch, context, ports)
    outage.end()
    const outcomes = endorsed.outcomes.slice(own)
    const unfolded = holdingsOf(batch.filter((_, index) => isFoldIncomplete(outcomes[index])))
    if (unfolded.length === 0 || folds === MAX_FOLDS) {
      onEndorsed()
      const result = await endorsed.commit()
      // Its next reader must not be endorsed by a peer that has not got it yet.
      if (result.transaction) hold(ports.endorsersHave(result.transaction.blockNumber))
      return { ...result, outcomes: result.outcomes.slice(own) }
    }
    const commands = unfolded.map((holding) => foldCommand(holding, ports))
    const request = { lane, fold: foldOf(unfolded, ports), commands }
    const folded = await (await ports.endorse(request, identity)).commit()
    if (folded.transaction) await ports.endorsersHave(folded.transaction.blockNumber)
  }
}

/** Endorses the batch, with refills in front as long as they help. */
async function endorseRefilled(
  batch: readonly WaitingCommand[],
  { lane, credits, takeTurns }: RunContext,
  ports: BatchPorts,
): Promise<{ readonly endorsed: EndorsedBatch; readonly own: number }> {
  const identity = batch[0]?.identity ?? 'client'
  const signed = batch.map(({ shaped: { rule: _rule, ...command } }) => command)
  const fold = foldOf(holdingsOf(batch), ports, credits)
  credits.clear()
  let own = pinFor(
    signed.map(({ command }) => command),
    ports,
  )
  const propose = async (front: readonly SignedCommand[]): Promise<EndorsedBatch> =>
    await ports.endorse({ lane, fold, commands: [...front, ...signed] }, identity)
  let endorsed = await propose(own)
  for (let round = 0; round < MAX_REFILLS; round += 1) {
    const more = refillsFor(endorsed.outcomes.slice(own.length), ports)
    if (more.length === 0) break
    await takeTurns(more.map(poolOf))
    const front = [...own, ...more]
    const next = await propose(front)
    // A refill that is refused helps nobody, and is not to be ordered.
    if (next.outcomes.slice(0, front.length).some(({ status }) => status === 'refused')) break
    own = front
    endorsed = next
  }
  return { endorsed, own: own.length }
}

/** The pool that a refill takes from, by the name of its bound. */
function poolOf({ command }: SignedCommand): string {
  return String(command.body['asset'])
}

function isFoldIncomplete(outcome: Outcome | undefined): boolean {
  return outcome?.status === 'refused' && outcome.code === 'FOLD_INCOMPLETE'
}

function holdingsOf(commands: readonly WaitingCommand[]): HoldingReference[] {
  const holdings = commands.flatMap(({ debits }) => debits)
  return [...new Map(holdings.map((one) => [nameOfHolding(one), one])).values()]
}

export function nameOfHolding({ account, asset }: HoldingReference): string {
  return `${account} ${asset}`
}

/** Names the credits of every holding that may be debited, and says whether those are all. */
function foldOf(
  holdings: readonly HoldingReference[],
  ports: BatchPorts,
  credits: ReadonlyMap<string, OpenCredits> = new Map(),
): SubmitRequest['fold'] {
  return holdings.flatMap((holding) => {
    const { account, asset } = holding
    const known = credits.get(nameOfHolding(holding))
    const { transactions, complete } = known ?? ports.openCredits(account, asset)
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
