import { Readable } from 'node:stream'
import { ERROR_TABLE, LedgerError, malformedOutcome } from '../../ledger/index.ts'
import type { CommandAnswer, GatewayRefusal } from './command-answer.ts'
import type { CommandCall, CommandService } from './command-service.ts'
import { readLines } from './line-reader.ts'

export const MAX_BULK_LINES = 5_000
export const MAX_BULK_BYTES = 16 * 1024 * 1024

const LIMITS = { maxLines: MAX_BULK_LINES, maxBytes: MAX_BULK_BYTES }

type Answer = CommandAnswer | GatewayRefusal

/** What takes the lines of a bulk request. */
export interface BulkPorts {
  readonly commands: Pick<CommandService, 'submit'>
  readonly call: CommandCall
  readonly onFault: (error: unknown) => void
}

/**
 * Takes one signed command per line, as the lines arrive, and streams one answer per line in order
 * of completion, with the line's number. A line that is no command is answered as such and harms no
 * other. The line with which the input becomes too large is answered TOO_LARGE; it and what follows
 * it is not taken.
 */
export function answerBulk(input: Readable, ports: BulkPorts): Readable {
  const answers = new Readable({ read: () => undefined })
  let ready = ''
  let isFlushDue = false
  // The input counts for one until its end.
  let open = 1
  const flush = (): void => {
    isFlushDue = false
    if (ready !== '') answers.push(ready)
    ready = ''
    if (open === 0) answers.push(null)
  }
  // Answers that come in the same turn go out as one chunk.
  const flushSoon = (): void => {
    if (!isFlushDue) setImmediate(flush)
    isFlushDue = true
  }
  const answer = (line: number, given: Answer): void => {
    ready += `${JSON.stringify({ line, ...given })}\n`
    flushSoon()
  }
  const take = async (text: string, line: number): Promise<void> => {
    open += 1
    const given = await answerOf(text, ports)
    open -= 1
    answer(line, given)
  }
  readLines(input, LIMITS, {
    onLine: (text, line) => void take(text, line),
    onEnd: (overrun) => {
      open -= 1
      if (overrun !== undefined) answer(overrun, refusalOf(undefined, tooLarge()))
      flushSoon()
    },
  })
  return answers
}

/** Never rejects. */
async function answerOf(line: string, { commands, call, onFault }: BulkPorts): Promise<Answer> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return malformedOutcome(undefined, { problem: 'the line is not JSON' })
  }
  try {
    return await commands.submit(value, { ...call, bytes: line.length })
  } catch (error) {
    const coded = error instanceof LedgerError ? error : new LedgerError('INTERNAL')
    if (ERROR_TABLE[coded.code].status === 500) onFault(error)
    return refusalOf(value, coded)
  }
}

/** The refusal of a request that is too large as a whole. */
export function tooLarge(): LedgerError {
  const { maxLines, maxBytes } = LIMITS
  return new LedgerError('TOO_LARGE', { maxLines: String(maxLines), maxBytes: String(maxBytes) })
}

function refusalOf(value: unknown, { code, detail }: LedgerError): GatewayRefusal {
  const { actor, id } = malformedOutcome(value, {})
  return { status: 'refused', actor, id, replayed: false, code, detail }
}
