import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appended, lastLines } from './fabric/log-file.ts'
import { NetworkFailure } from './fabric/network-failure.ts'

const POLL_MS = 250

export interface LogOptions {
  /** Of each node. */
  readonly lines: number
  /** Goes on with what is written from then on, until the signal. */
  readonly follow?: AbortSignal
}

/** Writes the end of the logs of a folder, or of one node's. Throws NOT_UP when there is none. */
export async function showLogs(
  folder: string,
  node: string | undefined,
  { lines, follow }: LogOptions,
  write: (text: string) => void,
): Promise<void> {
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  const logs = names.filter((name) => name.endsWith('.log'))
  const wanted = logs.filter((name) => node === undefined || name === `${node}.log`)
  if (wanted.length === 0) throw new NetworkFailure('NOT_UP', missing(folder, logs))
  const ends = new Map<string, number>()
  for (const name of wanted) {
    const path = join(folder, name)
    const { text, end } = lastLines(path, lines)
    write(`== ${path}\n${text}\n`)
    ends.set(name, end)
  }
  if (follow !== undefined) await followLogs(folder, ends, follow, write)
}

async function followLogs(
  folder: string,
  ends: Map<string, number>,
  until: AbortSignal,
  write: (text: string) => void,
): Promise<void> {
  while (!until.aborted) {
    for (const [name, before] of ends) {
      const { text, end } = appended(join(folder, name), before)
      if (text !== '') write(ends.size === 1 ? text : prefixed(name, text))
      ends.set(name, end)
    }
    await sleep(POLL_MS, undefined, { signal: until }).catch(() => {})
  }
}

function missing(folder: string, logs: readonly string[]): string {
  const nodes = logs.map((name) => name.slice(0, -'.log'.length)).join(', ')
  return `There is no such log in ${folder}. Nodes with logs: ${nodes || 'none'}.`
}

function prefixed(name: string, text: string): string {
  const node = name.slice(0, -'.log'.length)
  return text.replaceAll(/^(?=.)/gm, `${node} | `)
}
