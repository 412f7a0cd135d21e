import { pause } from './pause.ts'

/** Blocks applied here and blocks that the peer has, at one moment. */
export interface Progress {
  readonly own: bigint
  readonly peer: bigint
}

/** The block stream is open and does not bring what the peer has. */
export class StreamStalled extends Error {
  constructor(problem: string) {
    super(`the block stream is opened anew: ${problem}`)
    this.name = 'StreamStalled'
  }
}

/** The peer lacks the last block that was read: its ledger was reset, or is behind. */
export class CheckpointUnknown extends Error {
  /** `checkpoint` is the last block that was read, `height` the number of blocks at the peer. */
  constructor(checkpoint: bigint, height: bigint) {
    super(
      `the peer has ${height} blocks and not block ${checkpoint}, which was read: ` +
        'its ledger was reset or is behind',
    )
    this.name = 'CheckpointUnknown'
  }
}

/** A stream that has caught up may be so far behind for a while, not more. */
const MAX_LAG = 500n

/** What is wrong with a stream; undefined when it is well. `before` was one interval ago. */
export function problemOf(before: Progress | undefined, now: Progress): string | undefined {
  const lag = now.peer - now.own
  const hasCaughtUp = before !== undefined && before.peer <= before.own
  if (hasCaughtUp && lag > MAX_LAG) return `it has fallen ${lag} blocks behind`
  const wasBehind = before !== undefined && before.peer > before.own
  return wasBehind && now.own <= before.own ? `nothing comes and it is ${lag} behind` : undefined
}

export interface WatchedStream {
  readonly own: () => bigint
  readonly peer: (signal: AbortSignal) => Promise<bigint>
  readonly everyMs: number
  readonly signal: AbortSignal
}

/** One answer may fail to come while the peer is busy. */
const MAX_UNANSWERED = 1

/**
 * Compares again and again what was applied with what the peer has, until the signal aborts.
 * Throws StreamStalled when the stream should be opened anew, and CheckpointUnknown.
 */
export async function watchStream({ own, peer, everyMs, signal }: WatchedStream): Promise<void> {
  let before: Progress | undefined
  let unanswered = 0
  for (await pause(everyMs, signal); !signal.aborted; await pause(everyMs, signal)) {
    const asked = own()
    const height = await peer(signal).catch(() => undefined)
    if (signal.aborted) return
    if (height === undefined) {
      unanswered += 1
      if (unanswered > MAX_UNANSWERED) throw new StreamStalled('the peer does not tell its height')
      continue
    }
    unanswered = 0
    if (height < asked) throw new CheckpointUnknown(asked - 1n, height)
    const now = { own: own(), peer: height }
    const problem = problemOf(before, now)
    if (problem !== undefined) throw new StreamStalled(problem)
    before = now
  }
}
