import { LedgerError } from '../../ledger/index.ts'
import { BatchFailure, OutcomeUnknown } from './batch-failure.ts'
import type { BlockFollower, CommittedTransaction } from './block-follower.ts'
import type { SubmissionDoubt } from './classify-failure.ts'
import type { EnvelopeStore, KeptEnvelope } from './envelope-store.ts'
import { jittered, pause } from './pause.ts'

export interface SentPorts {
  readonly follower: Pick<BlockFollower, 'transaction' | 'whenCaughtUp'>
  readonly envelopes: Pick<EnvelopeStore, 'keep' | 'settle' | 'has' | 'all'>
  /** Sends the signed transaction, and says what is known of it then. Never rejects. */
  readonly submit: (envelope: KeptEnvelope) => Promise<SubmissionDoubt>
  /**
   * Makes sure that the transaction, if it has not come, never will, and resolves then. Rejects
   * when that cannot be had now.
   */
  readonly fence: (envelope: KeptEnvelope) => Promise<void>
  readonly onFault: (error: unknown) => void
}

/** See docs/adr/0012 for how these add up. */
export interface SentTiming {
  /** After this time its commands are answered OUTCOME_UNKNOWN. */
  readonly answerMs: number
  /** After this time it is fenced. */
  readonly fenceMs: number
  /** The same for what an earlier run left open, of which nobody waits for an answer. */
  readonly resumedFenceMs: number
  /** How long a start waits for the blocks that it has missed before it sends anything again. */
  readonly catchUpMs: number
  /** An orderer has it, and may have lost it. */
  readonly resendMs: number
  /** Between attempts to fence, and for a transaction that was faster than its fence. */
  readonly refenceMs: number
}

const TIMING: SentTiming = {
  answerMs: 25_000,
  fenceMs: 30_000,
  resumedFenceMs: 15_000,
  catchUpMs: 5_000,
  resendMs: 5_000,
  refenceMs: 2_000,
}

const DOUBT_RESEND_MS = { first: 200, most: 2_000 }

/**
 * Brings every signed transaction to an end: kept on disk before it is sent, sent again in the same
 * bytes as long as its block has not come, which is safe because a ledger takes a transaction id
 * once, and fenced after a while. Of a transaction and its fence exactly one wins, since both
 * write the records of the same commands.
 */
export class SentTransactions {
  readonly #ports: SentPorts
  readonly #timing: SentTiming
  readonly #stopping = new AbortController()
  readonly #open = new Set<Promise<unknown>>()

  constructor(ports: SentPorts, timing: Partial<SentTiming> = {}) {
    this.#ports = ports
    this.#timing = { ...TIMING, ...timing }
  }

  /**
   * Sends a transaction and resolves once its block has been seen, whether it is valid or not.
   * Rejects with OutcomeUnknown when that has not come in time; it is then brought to an end
   * nevertheless. Rejects with BatchFailure when it is too large for the orderers.
   */
  async commit(envelope: KeptEnvelope): Promise<CommittedTransaction> {
    // Before it is sent, so that no crash can leave an unknown transaction under way.
    this.#ports.envelopes.keep(envelope)
    const end = this.#track(this.#bringToEnd(envelope, this.#timing.fenceMs))
    const answering = new AbortController()
    const late = pause(
      this.#timing.answerMs,
      AbortSignal.any([answering.signal, this.#stopping.signal]),
    )
    const committed = await Promise.race([end, late]).finally(() => answering.abort())
    if (committed !== undefined) return committed
    const settled = end.then(
      () => undefined,
      () => undefined,
    )
    throw new OutcomeUnknown(envelope.transactionId, settled)
  }

  /** The same without being kept or fenced, for a fence itself: it may be lost, and is made anew. */
  async commitUnkept(envelope: KeptEnvelope, timeoutMs: number): Promise<CommittedTransaction> {
    const timeout = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#stopping.signal])
    return await this.#sendUntilSeen(envelope, timeout)
  }

  /** Brings what an earlier run left open to an end. Resolves when all is, or `stop` is called. */
  async resume(): Promise<void> {
    const { envelopes, follower } = this.#ports
    const left = envelopes.all()
    if (left.length === 0) return
    // Blocks that came in the meantime settle what they hold.
    const { signal } = this.#stopping
    await Promise.race([follower.whenCaughtUp(), pause(this.#timing.catchUpMs, signal)])
    await Promise.all(
      left
        .filter(({ transactionId }) => envelopes.has(transactionId))
        .map(async (envelope) => {
          await this.#track(this.#bringToEnd(envelope, this.#timing.resumedFenceMs))
        }),
    )
  }

  /** Leaves what is open to the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.allSettled(this.#open)
  }

  async #track<T>(end: Promise<T>): Promise<T> {
    this.#open.add(end)
    try {
      return await end
    } finally {
      this.#open.delete(end)
    }
  }

  /** Undefined when it was fenced, or this was stopped. */
  async #bringToEnd(
    envelope: KeptEnvelope,
    fenceAfterMs: number,
  ): Promise<CommittedTransaction | undefined> {
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, this.#stopping.signal])
    const seen = this.#sendUntilSeen(envelope, signal)
    try {
      return await Promise.race([seen, this.#fence(envelope, fenceAfterMs, signal)])
    } catch (error) {
      if (!this.#stopping.signal.aborted) throw error
      return undefined
    } finally {
      ending.abort()
      seen.catch(() => undefined)
    }
  }

  /** Rejects when the signal aborts, or the transaction is too large. */
  async #sendUntilSeen(envelope: KeptEnvelope, signal: AbortSignal): Promise<CommittedTransaction> {
    const sent = new AbortController()
    const sending = AbortSignal.any([sent.signal, signal])
    const seen = this.#ports.follower.transaction(envelope.transactionId, sending)
    try {
      return await Promise.race([seen, this.#send(envelope, sending)])
    } finally {
      sent.abort()
      seen.catch(() => undefined)
    }
  }

  /** Rejects when no orderer will ever take it; else goes on until the signal aborts, and beyond. */
  async #send(envelope: KeptEnvelope, signal: AbortSignal): Promise<never> {
    const { first, most } = DOUBT_RESEND_MS
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const doubt = await this.#ports.submit(envelope)
      if (doubt === 'too large') {
        this.#ports.envelopes.settle(envelope.transactionId)
        throw new BatchFailure('fault', new LedgerError('TOO_LARGE', { stage: 'order' }))
      }
      const isDoubtful = doubt === 'doubtful'
      await pause(isDoubtful ? jittered(attempt, first, most) : this.#timing.resendMs, signal)
    }
    return await new Promise<never>(() => undefined)
  }

  /** Resolves once the transaction can no longer come. */
  async #fence(envelope: KeptEnvelope, afterMs: number, signal: AbortSignal): Promise<undefined> {
    const { refenceMs } = this.#timing
    await pause(afterMs, signal)
    while (!signal.aborted) {
      try {
        await this.#ports.fence(envelope)
        // When it was the transaction that won, its block is about to be seen.
        await pause(refenceMs, signal)
        if (!signal.aborted) this.#ports.envelopes.settle(envelope.transactionId)
        return undefined
      } catch (error) {
        if (!signal.aborted) this.#ports.onFault(error)
        await pause(refenceMs, signal)
      }
    }
    return await new Promise<never>(() => undefined)
  }
}
