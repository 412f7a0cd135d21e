import type { DemoKeys } from '../demo-keys.ts'
import type { Gateways } from '../gateways-file.ts'
import type { Envelope } from './line-command.ts'
import { commandText, intentOf, keysOf } from './line-command.ts'
import type { DayLine, LineKind } from './line-files.ts'
import type { Task } from './play.ts'
import { play } from './play.ts'

/** What became of one line. */
export interface LineResult {
  readonly organisation: string
  readonly kind: LineKind
  readonly line: number
  /** 'entry', the code of a refusal, or UNRESOLVED. */
  readonly result: string
  readonly replayed: boolean
  readonly entryHash?: string
  readonly transactionId?: string
  /** As a decimal string. */
  readonly blockNumber?: string
  /** With UNRESOLVED: the last code, or NOT_SENT. */
  readonly reason?: string
}

export interface PlayedLines {
  /** In the order of the lines. */
  readonly results: readonly LineResult[]
  /** Why not every line has a result, in plain words. */
  readonly stopReason: string | undefined
  readonly lastBlock: number
}

export interface LinesOptions {
  readonly gateways: Gateways
  readonly keys: DemoKeys
  readonly envelope: Envelope
  /** The line's command id, the same in every play. */
  readonly idOf: (line: DayLine) => string
  readonly minBlock: number
  readonly patienceMs: number
  readonly onSettled: () => void
}

/**
 * Plays lines as their tills and wallets would: signs each as a command, sends it to the gateway of
 * the file's organisation, and tells what became of it. A malformed line is refused here and never
 * sent. Throws a plain error when a gateway is missing.
 */
export async function playLines(
  lines: readonly DayLine[],
  options: LinesOptions,
): Promise<PlayedLines> {
  const tasks = lines.map((line) => taskOf(line, options))
  const toSend = tasks.filter((task) => task !== undefined)
  for (const task of tasks) if (task === undefined) options.onSettled()
  const { gateways, minBlock, patienceMs, onSettled } = options
  const played = await play(toSend, {
    gateways,
    role: 'client',
    minBlock,
    patienceMs,
    onSettled,
  })
  const results = lines.map((line, index): LineResult => {
    const task = tasks[index]
    if (task === undefined) return refusal(line, 'LINE_MALFORMED')
    const answer = played.answers.get(task)
    if (answer === undefined) return unresolved(line, played.unresolved.get(task) ?? 'NOT_SENT')
    const { status, replayed, entryHash, transactionId, blockNumber, code = 'INTERNAL' } = answer
    return {
      ...refusal(line, status === 'accepted' ? 'entry' : code),
      replayed,
      ...(entryHash !== undefined && { entryHash }),
      ...(transactionId !== undefined && { transactionId }),
      ...(blockNumber !== undefined && { blockNumber }),
    }
  })
  return { results, stopReason: played.stopReason, lastBlock: played.lastBlock }
}

function taskOf(line: DayLine, { envelope, idOf, keys }: LinesOptions): Task | undefined {
  const intent = intentOf(line, keys)
  if (intent === undefined) return undefined
  return {
    gateway: line.organisation,
    keys: keysOf(line),
    toText: () => commandText(intent, idOf(line), envelope, [intent.actor], keys),
  }
}

function refusal({ organisation, kind, line }: DayLine, result: string): LineResult {
  return { organisation, kind, line, result, replayed: false }
}

/** The result of a line that has no final answer; the reason is the last code, or NOT_SENT. */
export function unresolved(line: DayLine, reason: string): LineResult {
  return { ...refusal(line, 'UNRESOLVED'), reason }
}
