const REPORT_EVERY_MS = 2_000

/** Tells on standard error how many blocks were gone through, now and then. */
export function startBlockProgress(): {
  readonly onBlock: (done: number, total: number | undefined) => void
  readonly end: () => void
} {
  let [done, total]: [number, number | undefined] = [0, undefined]
  const tell = (): void => {
    console.error(`${String(done)}${total === undefined ? '' : ` of ${String(total)}`} blocks`)
  }
  const timer = setInterval(tell, REPORT_EVERY_MS)
  return {
    onBlock: (nowDone, nowTotal) => {
      ;[done, total] = [nowDone, nowTotal]
    },
    end: () => clearInterval(timer),
  }
}
