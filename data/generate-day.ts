import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  HEADERS,
  KINDS,
  OPENING_DATE,
  ORGANISATIONS,
  PROGRAMME_ROWS,
  TRADING_DATE,
} from './consortium.ts'
import { csvLine } from './csv-line.ts'
import { makeSlots, spreadFlaw } from './day-slots.ts'
import type { Slot } from './day-slots.ts'
import { earningMaker } from './earnings.ts'
import { startDay, writeLine } from './line-maker.ts'
import type { Day } from './line-maker.ts'
import { MALFORMED_LINES } from './malformed-lines.ts'
import { makePopulation } from './members.ts'
import type { Population } from './members.ts'
import { redemptionMaker } from './redemptions.ts'
import { seededRandom } from './seeded-random.ts'
import type { SeededRandom } from './seeded-random.ts'
import { transferMaker } from './transfers.ts'

const USAGE = `Usage: node data/generate-day.ts --seed NUMBER --out DIR [--part NUMBER]

Writes a trading day's files: day.json, programmes.csv, members.csv and, for each of airline,
bank and mall, earnings, redemptions and transfers. The same seed gives the same bytes.

  --seed NUMBER  whole number from 0 to 4294967295
  --out DIR      folder for the files; made when missing, files in it are replaced
  --part NUMBER  a smaller day of the same members: one line of so many, 1 to 20; 1 unless given
  --help         this text
`

interface Options {
  readonly seed: number
  readonly out: string
  /** One line of so many is kept. */
  readonly part: number
}

/** The options, 'help', or null when they are not understood. */
function readOptions(args: string[]): Options | 'help' | null {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seed: { type: 'string' },
        out: { type: 'string' },
        part: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) return 'help'
    const seed = wholeNumber(values.seed)
    const part = wholeNumber(values.part)
    const isRight = seed <= 0xffff_ffff && part >= 1 && part <= 20
    return values.out && isRight ? { seed, out: values.out, part } : null
  } catch {
    return null
  }
}

/** NaN when it is none. */
function wholeNumber(text = ''): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
}

/** The text of every file of the day, by file name. */
function makeDay(seed: number, part: number): Map<string, string> {
  const random = seededRandom(seed)
  const population = makePopulation(random)
  const slots = makeSlots(random).filter((_slot, index) => index % part === 0)
  const makers = {
    earnings: earningMaker(),
    redemptions: redemptionMaker(),
    transfers: transferMaker(),
  }
  for (const kind of KINDS) {
    spreadFlaws(random, slots, { kind, part, flaws: { ...MALFORMED_LINES, ...makers[kind].flaws } })
  }
  const write = {
    earnings: (day: Day, slot: Slot) => writeLine(day, slot, makers.earnings),
    redemptions: (day: Day, slot: Slot) => writeLine(day, slot, makers.redemptions),
    transfers: (day: Day, slot: Slot) => writeLine(day, slot, makers.transfers),
  }
  const day = startDay(random, population)
  const linesOf = new Map<string, string[]>()
  for (const organisation of ORGANISATIONS) {
    for (const kind of KINDS) linesOf.set(`${kind}-${organisation}`, [csvLine(HEADERS[kind])])
  }
  for (const slot of slots) {
    linesOf.get(`${slot.kind}-${slot.organisation}`)?.push(write[slot.kind](day, slot))
  }
  const files = new Map<string, string>([
    ['day.json', dayJson(seed)],
    ['programmes.csv', textOf(PROGRAMME_ROWS.map(csvLine))],
    ['members.csv', textOf(memberLines(population))],
  ])
  for (const [name, lines] of linesOf) files.set(`${name}.csv`, textOf(lines))
  return files
}

interface Flaws {
  readonly kind: Slot['kind']
  readonly part: number
  readonly flaws: Record<string, { count: number; fits?(slot: Slot): boolean }>
}

function spreadFlaws(
  random: SeededRandom,
  slots: readonly Slot[],
  { kind, part, flaws }: Flaws,
): void {
  for (const [name, flaw] of Object.entries(flaws)) {
    spreadFlaw(random, slots, {
      name,
      count: Math.ceil(flaw.count / part),
      fits: (slot) => slot.kind === kind && (flaw.fits?.(slot) ?? true),
    })
  }
}

function dayJson(seed: number): string {
  const day = {
    seed,
    channel: 'consortium',
    openingDate: OPENING_DATE,
    tradingDate: TRADING_DATE,
  }
  return `${JSON.stringify(day, null, 2)}\n`
}

function memberLines(population: Population): string[] {
  const rows = population.members.map(({ registeredAt, id, home }) => [registeredAt, id, home])
  return [['time', 'member', 'home'], ...rows].map(csvLine)
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

const options = readOptions(process.argv.slice(2))
if (options === null) {
  process.stderr.write(USAGE)
  process.exitCode = 2
} else if (options === 'help') {
  process.stdout.write(USAGE)
} else {
  mkdirSync(options.out, { recursive: true })
  for (const [name, text] of makeDay(options.seed, options.part)) {
    writeFileSync(join(options.out, name), text)
  }
}
