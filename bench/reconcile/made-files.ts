import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import type { BreakClass, SourceMapping } from '../../reconciliation/index.ts'

export const MAPPING: SourceMapping = {
  version: 1,
  format: 'csv',
  columns: {
    reference: 'reference',
    order: 'order',
    account: 'account',
    asset: 'asset',
    amount: 'amount',
    fee: 'fee',
    status: 'status',
    time: 'time',
  },
  amountDigits: 2,
  timeFormat: '%Y-%m-%d %H:%M:%S',
}

/** One of so many lines has an error of each class. */
const ONE_OF = 1_000
const ACCOUNTS = 300
/** A prime that divides no number of lines that anybody asks for: the right file's order. */
const STRIDE = 999_983
const CHUNK_LINES = 20_000

/** In the order in which the first lines of every thousand have them. */
const PLANTED = [
  'ASSET',
  'REVERSED',
  'AMOUNT',
  'FEE',
  'STATUS',
  'DATE',
  'ONLY_LEFT',
  'ONLY_RIGHT',
  'DUPLICATE_LEFT',
  'DUPLICATE_RIGHT',
  'SPLIT',
  'AGGREGATE',
] as const satisfies readonly BreakClass[]

/** How many lines each class has, and how many match, of so many that were made. */
export function expectedOf(lines: number): { matched: number; breaks: Record<string, number> } {
  const groups = Math.floor(lines / ONE_OF)
  const breaks = Object.fromEntries(
    PLANTED.map((name) => [name, name === 'SPLIT' || name === 'AGGREGATE' ? 3 * groups : groups]),
  )
  // Of duplicates one of each matches.
  const unmatched = (PLANTED.length - 2) * groups
  return { matched: lines - unmatched, breaks }
}

/** Writes a channel's file and a ledger's, the second in another order. */
export async function makeFiles(left: string, right: string, lines: number): Promise<void> {
  await write(left, lines, (at) => leftLines(at))
  await write(right, lines, (at) => rightLines((at * STRIDE) % lines))
}

async function write(path: string, lines: number, make: (at: number) => string): Promise<void> {
  const file = createWriteStream(path)
  file.write('reference,order,account,asset,amount,fee,status,time\n')
  for (let first = 0; first < lines; first += CHUNK_LINES) {
    let text = ''
    for (let at = first; at < Math.min(lines, first + CHUNK_LINES); at += 1) text += make(at)
    if (!file.write(text)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
}

interface Change {
  readonly reference?: string
  readonly asset?: string
  readonly cents?: number
  readonly fee?: number
  readonly status?: string
  readonly day?: string
}

function lineOf(at: number, change: Change = {}): string {
  const { reference = '', asset = 'CNY', status = 'SUCCESS', day = '2026-12-01' } = change
  const cents = change.cents ?? centsOf(at)
  const fee = change.fee ?? at % 50
  const account = `merchant-${String(at % ACCOUNTS).padStart(4, '0')}`
  const clock = [Math.floor(at / 3_600) % 24, Math.floor(at / 60) % 60, at % 60]
  const time = clock.map((part) => String(part).padStart(2, '0')).join(':')
  const fields = [`${referenceOf(at)}${reference}`, `O${String(at).padStart(12, '0')}`, account]
  return `${[...fields, asset, yuan(cents), yuan(fee), status, `${day} ${time}`].join(',')}\n`
}

function referenceOf(at: number): string {
  return `2026120${String(at * 7_919 + 1).padStart(18, '0')}`
}

function centsOf(at: number): number {
  return 1_000 + ((at * 2_654_435) % 900_000)
}

function yuan(cents: number): string {
  return (cents / 100).toFixed(2)
}

function plantedAt(at: number): BreakClass | undefined {
  return PLANTED[at % ONE_OF]
}

function leftLines(at: number): string {
  const cents = centsOf(at)
  switch (plantedAt(at)) {
    case 'ONLY_RIGHT':
      return ''
    case 'DUPLICATE_LEFT':
      return lineOf(at) + lineOf(at)
    case 'AGGREGATE':
      return (
        lineOf(at, { reference: 'a', cents: cents - 700 }) +
        lineOf(at, { reference: 'b', cents: 700 })
      )
    default:
      return lineOf(at)
  }
}

function rightLines(at: number): string {
  const cents = centsOf(at)
  switch (plantedAt(at)) {
    case 'ASSET':
      return lineOf(at, { asset: 'USD' })
    case 'REVERSED':
      return lineOf(at, { cents: -cents })
    case 'AMOUNT':
      return lineOf(at, { cents: cents + 1 })
    case 'FEE':
      return lineOf(at, { fee: 99 })
    case 'STATUS':
      return lineOf(at, { status: 'REFUND' })
    case 'DATE':
      return lineOf(at, { day: '2026-12-02' })
    case 'ONLY_LEFT':
      return ''
    case 'DUPLICATE_RIGHT':
      return lineOf(at) + lineOf(at)
    case 'SPLIT':
      return (
        lineOf(at, { reference: 'a', cents: cents - 700 }) +
        lineOf(at, { reference: 'b', cents: 700 })
      )
    default:
      return lineOf(at)
  }
}
