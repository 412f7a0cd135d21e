import { Readable } from 'node:stream'
import { ERROR_TABLE, LedgerError, malformedOutcome } from '../../ledger/index.ts'
import type { CommandAnswer, GatewayRefusal } from './command-answer.ts'
import type { CommandCall, CommandService } from './command-service.ts'

export const MAX_BULK_LINES = 5_000

/** A line of the answer: the outcome of the input line of that number, from 1. */
type AnswerLine = (CommandAnswer | GatewayRefusal) & { readonly line: number }

/**
 * Takes one signed command per line and streams one answer per line, in order of completion.
 * A line that is no command is answered as such and harms no other. Throws TOO_LARGE.
 */
export function answerBulk(
  text: string,
  commands: CommandService,
  call: CommandCall,
  onFault: (error: unknown) => void,
): Readable {
  // Numbered first, so that a blank line does not shift the numbers behind it.
  const numbered = text.split('\n').map((line, index) => ({ line, number: index + 1 }))
  const lines = numbered.filter(({ line }) => line !== '')
  if (lines.length > MAX_BULK_LINES) {
    throw new LedgerError('TOO_LARGE', { maxLines: String(MAX_BULK_LINES) })
  }
  const answers = new Readable({ read: () => undefined })
  // Answers that come in the same turn go out as one chunk.
  let ready = ''
  let open = lines.length
  const flush = (): void => {
    if (ready !== '') answers.push(ready)
    ready = ''
    if (open === 0) answers.push(null)
  }
  if (open === 0) answers.push(null)
  const answer = async (line: string, number: number): Promise<void> => {
    const answered: AnswerLine = {
      line: number,
      ...(await answerLine(line, commands, call, onFault)),
    }
    if (ready === '') setImmediate(flush)
    ready += `${JSON.stringify(answered)}\n`
    open -= 1
  }
  for (const { line, number } of lines) void answer(line, number)
  return answers
}

async function answerLine(
  line: string,
  commands: CommandService,
  call: CommandCall,
  onFault: (error: unknown) => void,
): Promise<CommandAnswer | GatewayRefusal> {
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
    const { actor, id } = malformedOutcome(value, {})
    const { code, detail } = coded
    return { status: 'refused', actor, id, replayed: false, code, detail }
  }
}
