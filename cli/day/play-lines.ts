import type { DemoKeys } from '../demo-keys.ts'
import type { Gateways } from '../gateways-file.ts'
import { gatewayOf } from '../gateways-file.ts'
import type { Awards } from './awards.ts'
import { receiptOf } from './awards.ts'
import type { Envelope, Intent } from './intent.ts'
import { commandText, intentOf, keysOf } from './line-command.ts'
import type { DayLine, LineKind } from './line-files.ts'
import type { Played, Task } from './play.ts'
import { play } from './play.ts'

/** One line of one file. */
export interface LineName {
  readonly organisation: string
  readonly kind: LineKind | 'coupons'
  readonly line: number
}

/** What became of one line. */
export interface LineResult extends LineName {
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
  /** What the result of a line may depend on; what the line names itself unless given. */
  readonly keysOf?: (line: DayLine) => readonly string[]
  /** The awards of lines that were played, for those that take one back. */
  readonly awards?: Awards
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
  const { gateways, minBlock, patienceMs, onSettled, awards } = options
  const played = await play(toSend, {
    gateways,
    role: 'client',
    minBlock,
    patienceMs,
    onSettled: (task, answer) => {
      if (task.award !== undefined) awards?.note(task.award, answer)
      onSettled()
    },
  })
  const results = lines.map((line, index) => resultOf(line, tasks[index], played))
  return { results, stopReason: played.stopReason, lastBlock: played.lastBlock }
}

/** What became of a line by its task; a line without one is malformed. */
export function resultOf(
  line: LineName,
  task: Task | undefined,
  played: Pick<Played<Task>, 'answers' | 'unresolved'>,
): LineResult {
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
}

/** A line's task; with the name of the receipt when it awards points for one. */
interface LineTask extends Task {
  readonly award: string | undefined
}

function taskOf(line: DayLine, options: LinesOptions): LineTask | undefined {
  const { envelope, idOf, keys, gateways, awards } = options
  const intent = intentOf(line, keys, envelope)
  if (intent === undefined) return undefined
  const isOwnAct = intent.actor === line.organisation
  const toText = ({ body }: Pick<Intent, 'body'>): string =>
    commandText({ ...intent, body }, idOf(line), envelope, isOwnAct ? [] : [intent.actor], keys)
  const task = {
    gateway: line.organisation,
    keys: (options.keysOf ?? keysOf)(line),
    isOwnAct,
    award: line.kind === 'earnings' ? receiptOf(line) : undefined,
  }
  if (line.kind !== 'returns') return { ...task, toText: () => toText(intent) }
  const gateway = gatewayOf(gateways, line.organisation)
  return {
    ...task,
    toText: async () => {
      const entry = await awards?.entryOf(receiptOf(line), gateway)
      return toText({ body: { ...intent.body, entry } })
    },
  }
}

function refusal({ organisation, kind, line }: LineName, result: string): LineResult {
  return { organisation, kind, line, result, replayed: false }
}

/** The result of a line that has no final answer; the reason is the last code, or NOT_SENT. */
export function unresolved(line: LineName, reason: string): LineResult {
  return { ...refusal(line, 'UNRESOLVED'), reason }
}
