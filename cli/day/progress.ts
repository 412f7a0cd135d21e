import { Presets, SingleBar } from 'cli-progress'

const REPORT_EVERY_MS = 3_000
/** Besides, a line whenever one more of so many parts is done. */
const REPORTED_PARTS = 20

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
  const part = Math.max(1, Math.floor(total / REPORTED_PARTS))
  let done = 0
  const tell = (): void => console.error(`${done} of ${total} lines`)
  const timer = setInterval(tell, REPORT_EVERY_MS)
  return {
    advance: () => {
      done += 1
      if (done % part === 0) tell()
    },
    end: () => {
      clearInterval(timer)
      tell()
    },
  }
}
