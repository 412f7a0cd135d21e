import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

export interface LineLimits {
  readonly maxLines: number
  readonly maxBytes: number
}

/** Told of each line that is not blank, by its number from 1, and then of how the input ended. */
export interface LineListener {
  readonly onLine: (line: string, number: number) => void
  /** `overrun` is the number of the line that went past a limit; it and what follows is not read. */
  readonly onEnd: (overrun?: number) => void
}

/**
 * Reads lines as they arrive. Input that breaks off ends with its last whole line: what came of the
 * next one may be another command than was meant.
 */
export function readLines(input: Readable, limits: LineLimits, listener: LineListener): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let bytes = 0
  let number = 0
  let lines = 0
  let isOver = false
  const end = (overrun?: number): void => {
    if (isOver) return
    isOver = true
    listener.onEnd(overrun)
  }
  const take = (line: string): void => {
    number += 1
    if (isOver || line === '' || line === '\r') return
    lines += 1
    if (lines > limits.maxLines) end(number)
    else listener.onLine(line, number)
  }
  input.on('data', (chunk: Buffer) => {
    if (isOver) return
    bytes += chunk.length
    if (bytes > limits.maxBytes) {
      end(number + 1)
      return
    }
    // Only what is new is searched: a long line may come in many chunks.
    const [first = '', ...others] = decoder.write(chunk).split('\n')
    rest += first
    for (const part of others) {
      take(rest)
      rest = part
    }
  })
  input.on('end', () => {
    take(rest + decoder.end())
    end()
  })
  input.on('error', () => end())
  input.on('close', () => end())
}
