import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { DayTally } from '../day/tally.ts'

const TALLYSTICK = join(import.meta.dirname, '../../cli/tallystick.ts')

export interface PlayedLine {
  readonly organisation: string
  readonly kind: string
  readonly line: number
  readonly result: string
  readonly replayed: boolean
  readonly entryHash?: string
}

interface Row {
  readonly code: string
  readonly asset: string
  readonly debit: string
  readonly credit: string
}

interface Clearing {
  readonly organisation: string
  readonly counterparty: string
  readonly cycle: string
  readonly balance: string
}

interface Programme {
  readonly asset: string
  readonly issued: string
  readonly redeemed: string
  readonly outstanding: string
}

/** What the player prints; the books only when no line is unresolved. */
export interface DaySummary {
  readonly lines: number
  readonly replayed: number
  readonly unresolved: number
  readonly linesPerSecond: number
  readonly trialBalance?: {
    readonly asOfBlock: string
    readonly rows: readonly Row[]
    readonly detail: readonly Clearing[]
    readonly balanced: boolean
    readonly generalEqualsDetail: boolean
  }
  readonly liability?: readonly Programme[]
}

export interface PlayedDay {
  readonly summary: DaySummary
  readonly lines: readonly PlayedLine[]
}

/** The command `day` in a process of its own, at its work. */
export class DayPlay {
  readonly #child: ChildProcess
  readonly #played: Promise<PlayedDay>
  #done = 0
  #total = Number.POSITIVE_INFINITY
  #isOver = false

  /** Starts to play the files in `day` at the gateways of the data folder. */
  constructor(day: string, dataDir: string) {
    const results = join(dataDir, 'results.ndjson')
    const args = ['day', day, '--data', dataDir, '--json', '--results', results]
    const child = spawn(process.execPath, [TALLYSTICK, ...args], {
      // Test runners set NODE_ENV; the tool is to see what a user's shell has.
      env: { ...process.env, NODE_ENV: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#played = this.#read(text(child.stdout), createInterface(child.stderr), results)
    // Whoever waits for the result hears of it; until then it is nobody's fault.
    this.#played.catch(() => undefined)
  }

  /** What became of the day. Throws when the player has neither a summary nor results. */
  async played(): Promise<PlayedDay> {
    return await this.#played
  }

  /** Lines that are answered so far. */
  get done(): number {
    return this.#done
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Waits until so much of the day's lines is answered; throws when the play ends before. */
  async reaches(share: number): Promise<void> {
    while (this.#done < share * this.#total) {
      if (this.#isOver) throw new Error(`the play ended after ${String(this.#done)} lines`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Ends the player, if it has not ended, and waits for that. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#played.catch(() => undefined)
  }

  async #read(
    stdout: Promise<string>,
    stderr: AsyncIterable<string>,
    results: string,
  ): Promise<PlayedDay> {
    const closed = once(this.#child, 'close')
    const said: string[] = []
    for await (const line of stderr) {
      const [, done, total] = /^(\d+) of (\d+) lines$/.exec(line) ?? []
      if (done !== undefined) [this.#done, this.#total] = [Number(done), Number(total)]
      else said.push(line)
    }
    await closed
    this.#isOver = true
    const summary = (await stdout).trim().split('\n').at(-1) ?? ''
    if (!summary.startsWith('{')) throw new Error(`no summary: ${said.join('\n')}`)
    const lines = readFileSync(results, 'utf8').trimEnd().split('\n')
    return {
      summary: JSON.parse(summary) as DaySummary,
      lines: lines.map((line) => JSON.parse(line) as PlayedLine),
    }
  }
}

/** What a day came to, as texts that are the same when the day is the same to the last digit. */
export interface DayTotals {
  /** What became of each line, in the order of the day. */
  readonly lines: readonly string[]
  /** Sums per code and asset, debit positive; those that are zero are left out. */
  readonly sums: readonly string[]
  readonly clearing: readonly string[]
  readonly programmes: readonly string[]
}

export function totalsOf({ summary, lines }: PlayedDay): DayTotals {
  const { rows = [], detail = [] } = summary.trialBalance ?? {}
  return {
    lines: lines.map(lineText),
    sums: sumsOf(
      rows.map(({ code, asset, debit, credit }) => {
        return { code, asset, balance: BigInt(debit) - BigInt(credit) }
      }),
    ),
    clearing: detail.map(clearingText).toSorted(),
    programmes: (summary.liability ?? []).map(programmeText).toSorted(),
  }
}

export function totalsOfTally(tally: DayTally): DayTotals {
  return {
    lines: tally.lines.map(lineText),
    sums: sumsOf(tally.trialBalance),
    clearing: tally.trialBalance
      .flatMap(({ clearing, balance }) => (clearing ? [{ ...clearing, balance }] : []))
      .map(clearingText)
      .toSorted(),
    programmes: [...tally.assets].map(([asset, sums]) => programmeText({ asset, ...sums })).sort(),
  }
}

function lineText({ organisation, kind, line, result }: Omit<PlayedLine, 'replayed'>): string {
  return `${organisation} ${kind} ${String(line)} ${result}`
}

type Amount = string | bigint

function clearingText({
  organisation,
  counterparty,
  cycle,
  balance,
}: Omit<Clearing, 'balance'> & { readonly balance: Amount }): string {
  return `${organisation} ${counterparty} ${cycle} ${String(balance)}`
}

function programmeText({
  asset,
  issued,
  redeemed,
  outstanding,
}: Readonly<Record<'issued' | 'redeemed' | 'outstanding', Amount>> & {
  readonly asset: string
}): string {
  return `${asset} ${String(issued)} ${String(redeemed)} ${String(outstanding)}`
}

function sumsOf(rows: readonly { code: string; asset: string; balance: bigint }[]): string[] {
  const sums = new Map<string, bigint>()
  for (const { code, asset, balance } of rows) {
    const account = `${code} ${asset}`
    sums.set(account, (sums.get(account) ?? 0n) + balance)
  }
  return [...sums]
    .filter(([, sum]) => sum !== 0n)
    .map(([account, sum]) => `${account} ${String(sum)}`)
    .toSorted()
}
