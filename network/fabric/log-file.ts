import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs'

/** How much is kept of a log: one file that is written, and older ones numbered from 1. */
export interface LogLimits {
  readonly maxBytes: number
  readonly kept: number
}

const CHUNK_BYTES = 64 * 1024
const NEWLINE = 0x0a

/**
 * Moves what is in a log that has grown too large into numbered files and empties it, for a writer
 * that goes on appending. What is written in the moment between the two is lost.
 */
export function rotateLog(path: string, { maxBytes, kept }: LogLimits): void {
  if (!existsSync(path) || statSync(path).size <= maxBytes) return
  for (let number = kept; number > 1; number -= 1) {
    const newer = `${path}.${String(number - 1)}`
    if (existsSync(newer)) renameSync(newer, `${path}.${String(number)}`)
  }
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
}

/** The last lines of a log, and how many bytes of it were there. */
export function lastLines(path: string, count: number): { text: string; end: number } {
  const file = openSync(path, 'r')
  try {
    const end = fstatSync(file).size
    let start = end
    let tail = Buffer.alloc(0)
    while (start > 0 && newlinesIn(tail) <= count) {
      const from = Math.max(0, start - CHUNK_BYTES)
      tail = Buffer.concat([read(file, from, start), tail])
      start = from
    }
    const lines = tail.toString('utf8').split('\n')
    if (lines.at(-1) === '') lines.pop()
    return { text: lines.slice(-count).join('\n'), end }
  } finally {
    closeSync(file)
  }
}

/** What was appended to a log after its first `end` bytes; all of it when it was emptied since. */
export function appended(path: string, end: number): { text: string; end: number } {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const from = size < end ? 0 : end
    const bytes = read(file, from, Math.min(size, from + CHUNK_BYTES))
    const lines = bytes.lastIndexOf(NEWLINE) + 1
    const whole = lines === 0 && bytes.length === CHUNK_BYTES ? bytes.length : lines
    return { text: bytes.subarray(0, whole).toString('utf8'), end: from + whole }
  } finally {
    closeSync(file)
  }
}

function newlinesIn(bytes: Buffer): number {
  return bytes.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0)
}

function read(file: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from)
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from))
}
