import { Awards } from './awards.ts'
import type { DayFiles } from './day-files.ts'
import type { Envelope } from './intent.ts'
import { deterministicId } from './line-command.ts'
import { keysOfDay } from './line-keys.ts'
import type { PlayedLines } from './play-lines.ts'
import { playLines, unresolved } from './play-lines.ts'
import { startProgress } from './progress.ts'
import { rollDate } from './roll-date.ts'
import type { SetUpOptions } from './set-up.ts'

export interface DayOptions extends SetUpOptions {
  readonly envelope: Envelope
  readonly minBlock: number
}

/**
 * Plays the lines of the opening date, rolls the date when all of them are answered, and plays those
 * of the trading date. Throws plain errors when the date cannot be rolled or a gateway is missing.
 */
export async function playDay(day: DayFiles, options: DayOptions): Promise<PlayedLines> {
  const midnight = `${day.tradingDate}T00:00:00`
  const evening = day.lines.filter(({ time }) => time < midnight)
  const trading = day.lines.slice(evening.length)
  const progress = startProgress(day.lines.length)
  const keys = keysOfDay(day.lines)
  const lineOptions = {
    ...options,
    awards: new Awards(),
    keysOf: (line: (typeof day.lines)[number]) => keys.get(line) ?? [],
    idOf: ({ organisation, kind, line }: (typeof day.lines)[number]) =>
      deterministicId(`${organisation}/${kind}/${line}`),
    onSettled: () => progress.advance(),
  }
  try {
    const before = await playLines(evening, lineOptions)
    const rolled =
      before.stopReason === undefined
        ? await rollDate(day, options.envelope, before.lastBlock, options)
        : { stopReason: before.stopReason }
    if ('stopReason' in rolled) {
      const unsent = trading.map((line) => unresolved(line, 'NOT_SENT'))
      return { ...before, ...rolled, results: [...before.results, ...unsent] }
    }
    const after = await playLines(trading, { ...lineOptions, minBlock: rolled.block })
    return { ...after, results: [...before.results, ...after.results] }
  } finally {
    progress.end()
  }
}
