import { readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100

/** Processor time and memory of processes, by what they are. */
export class Processes {
  readonly #pids: readonly { readonly kind: string; readonly pid: number }[]
  readonly #atStart: ReadonlyMap<number, number>

  constructor(pids: readonly { readonly kind: string; readonly pid: number }[]) {
    this.#pids = pids
    this.#atStart = new Map(pids.map(({ pid }) => [pid, cpuMs(pid)]))
  }

  /** Processor time since this was made, user and system, in milliseconds. */
  cpuMsByKind(): Record<string, number> {
    const sums: Record<string, number> = {}
    for (const { kind, pid } of this.#pids) {
      sums[kind] = (sums[kind] ?? 0) + cpuMs(pid) - (this.#atStart.get(pid) ?? 0)
    }
    return sums
  }

  /** Resident memory in MB. */
  rssMbByKind(): Record<string, number> {
    const sums: Record<string, number> = {}
    for (const { kind, pid } of this.#pids) sums[kind] = (sums[kind] ?? 0) + rssMb(pid)
    return sums
  }
}

function cpuMs(pid: number): number {
  const stat = read(`/proc/${String(pid)}/stat`)
  // The name in parentheses may hold blanks; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1_000) / TICKS_PER_SECOND
}

function rssMb(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${String(pid)}/status`))
  return Math.round(Number(found?.[1] ?? 0) / 1_000)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process has ended, or this is no Linux.
    return ''
  }
}
