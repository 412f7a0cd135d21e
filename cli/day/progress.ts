import { Presets, SingleBar } from 'cli-progress'

const REPORT_EVERY_MS = 3_000

/** Tells how far a play is, on standard error: a bar on a terminal, otherwise a line now and then. */
export interface Progress {
  advance(): void
  end(): void
}

export function startProgress(total: number): Progress {
  return process.stderr.isTTY ? bar(total) : lines(total)
}

function bar(total: number): Progress {
  const format = '{bar} {percentage}% | {value} of {total} lines | {duration_formatted}'
  const progress = new SingleBar({ format, hideCursor: true }, Presets.shades_classic)
  progress.start(total, 0)
  return { advance: () => progress.increment(), end: () => progress.stop() }
}

function lines(total: number): Progress {
  let done = 0
  const tell = (): void => console.error(`${done} of ${total} lines`)
  const timer = setInterval(tell, REPORT_EVERY_MS)
  return {
    advance: () => {
      done += 1
    },
    end: () => {
      clearInterval(timer)
      tell()
    },
  }
}
