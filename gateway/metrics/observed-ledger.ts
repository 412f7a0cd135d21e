import { BatchFailure } from '../fabric/batch-failure.ts'
import type { BlockSink } from '../fabric/block-follower.ts'
import type { BatchResult, EndorsedBatch } from '../fabric/submit-batch.ts'
import type { LedgerRoute } from '../ledger-route.ts'
import type { BlockObserver, LedgerObserver } from './observers.ts'

/** The same endorsing, and what comes of it, told to the observer. */
export function observeEndorse(
  endorse: LedgerRoute['endorse'],
  observer: LedgerObserver,
): LedgerRoute['endorse'] {
  return async (request, identity): Promise<EndorsedBatch> => {
    const endorsed = await observed(
      { stage: 'endorse', isTimed: () => true, run: async () => await endorse(request, identity) },
      observer,
    )
    const { commit } = endorsed
    return {
      ...endorsed,
      commit: async () =>
        await observed({ stage: 'commit', isTimed: isOrdered, run: commit }, observer),
    }
  }
}

/** Without a transaction nothing had to be written, and none was ordered. */
function isOrdered({ transaction }: BatchResult): boolean {
  return transaction !== undefined
}

interface ObservedCall<Result> {
  readonly stage: 'endorse' | 'commit'
  readonly isTimed: (result: Result) => boolean
  readonly run: () => Promise<Result>
}

async function observed<Result>(
  { stage, isTimed, run }: ObservedCall<Result>,
  observer: LedgerObserver,
): Promise<Result> {
  const startedMs = performance.now()
  observer.began(stage)
  try {
    const result = await run()
    observer.ended(stage, isTimed(result) ? performance.now() - startedMs : undefined)
    return result
  } catch (error) {
    const kind = error instanceof BatchFailure ? error.kind : 'fault'
    observer.ended(stage, performance.now() - startedMs, kind)
    throw error
  }
}

/** The same sink, which tells the observer of every block that is new to it. */
export function observeBlocks(sink: BlockSink, observer: BlockObserver): BlockSink {
  return {
    checkpoint: () => sink.checkpoint(),
    apply: (block) => {
      const before = sink.checkpoint()?.blockNumber ?? -1n
      const startedMs = performance.now()
      sink.apply(block)
      // A stream that is opened again brings the last block a second time.
      if (block.number > before) {
        observer.applied(block.transactions, performance.now() - startedMs)
      }
    },
    reset: () => sink.reset(),
  }
}
