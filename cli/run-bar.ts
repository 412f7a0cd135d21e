import { Presets, SingleBar } from 'cli-progress'
import type { RunProgress } from '../reconciliation/index.ts'

/** How far a reconciliation has come, on standard error. */
export interface RunBar {
  readonly update: (progress: RunProgress) => void
  readonly stop: () => void
}

/** A bar with the time that is left on a terminal; otherwise a line for each stage. */
export function runBar(): RunBar {
  return process.stderr.isTTY ? bar() : lines()
}

function bar(): RunBar {
  const format = '{bar} {percentage}% | {left} left | {stage}'
  const shown = new SingleBar({ format, hideCursor: true }, Presets.shades_classic)
  shown.start(100, 0, { left: '-', stage: '' })
  return {
    update: ({ stage, fraction, secondsLeft }) => {
      const left = secondsLeft === 0 ? '-' : `${String(Math.ceil(secondsLeft))} s`
      shown.update(Math.floor(fraction * 100), { left, stage })
    },
    stop: () => shown.stop(),
  }
}

function lines(): RunBar {
  let last = ''
  return {
    update: ({ stage }) => {
      if (stage !== last) console.error(`${stage} …`)
      last = stage
    },
    stop: () => undefined,
  }
}
