import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { agreementMaker } from './agreements.ts'
import { auctionMaker } from './auctions.ts'
import { PROGRAMME_ROWS, TILL_KINDS } from './consortium.ts'
import { CODE_ROWS, RATE_ROWS, RUSH_ROWS, SERIES_HEADER, SERIES_ROWS } from './coupon-series.ts'
import { csvLine } from './csv-line.ts'
import { dayClock } from './day-clock.ts'
import { makeSlots, spreadFlaw } from './day-slots.ts'
import type { Slot } from './day-slots.ts'
import { COUPON_KINDS, DAY_PLANS, HEADERS } from './day-plan.ts'
import type { DayPlan, LineKind } from './day-plan.ts'
import { earningMaker } from './earnings.ts'
import { exchangeMaker } from './exchanges.ts'
import { giftMaker } from './gifts.ts'
import { claimMaker, handoverMaker, issueMaker, rushMaker } from './issues.ts'
import { startDay, writeLine } from './line-maker.ts'
import type { Day, LineMaker } from './line-maker.ts'
import { MALFORMED_LINES } from './malformed-lines.ts'
import { makePopulation } from './members.ts'
import type { Population } from './members.ts'
import { offerMaker } from './offers.ts'
import { orderMaker } from './orders.ts'
import type { Purchases } from './orders.ts'
import { refundMaker, returnMaker } from './refunds.ts'
import { redemptionMaker } from './redemptions.ts'
import { requestMaker } from './requests.ts'
import { sealedAuctionMaker } from './sealed-auctions.ts'
import { seededRandom } from './seeded-random.ts'
import type { SeededRandom } from './seeded-random.ts'
import { transferMaker } from './transfers.ts'

const USAGE = `Usage: node data/generate-day.ts --seed NUMBER --out DIR [--date DATE] [--part NUMBER]

Writes a trading day's files: day.json, programmes.csv, members.csv and, for each of airline,
bank and mall, earnings, redemptions and transfers. The second day has coupons, gifts, offers,
orders, exchanges, auctions and agreements as well. The same seed gives the same bytes.

  --seed NUMBER  whole number from 0 to 4294967295
  --out DIR      folder for the files; made when missing, files in it are replaced
  --date DATE    trading date, 2026-12-01 or 2026-12-02; the first unless given
  --part NUMBER  a smaller day of the same members: one line of so many, 1 to 20; 1 unless given
  --help         this text
`

interface Options {
  readonly seed: number
  readonly out: string
  readonly plan: DayPlan
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
        date: { type: 'string', default: '2026-12-01' },
        part: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) return 'help'
    const seed = wholeNumber(values.seed)
    const part = wholeNumber(values.part)
    const isRight = seed <= 0xffff_ffff && part >= 1 && part <= 20
    const plan = DAY_PLANS.get(values.date)
    return values.out && plan && isRight ? { seed, out: values.out, part, plan } : null
  } catch {
    return null
  }
}

/** NaN when it is none. */
function wholeNumber(text = ''): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
}

/** What the generator asks of a maker of lines, whatever they are. */
interface Writer {
  readonly flaws: Readonly<Record<string, { count: number; fits?(slot: Slot): boolean }>>
  write(day: Day, slot: Slot): string
}

function writerOf<Line>(maker: LineMaker<Line>): Writer {
  return { flaws: maker.flaws, write: (day, slot) => writeLine(day, slot, maker) }
}

function makeWriters(): Record<LineKind, Writer> {
  const paid: Purchases = new Map()
  const clock = dayClock()
  return {
    earnings: writerOf(earningMaker()),
    redemptions: writerOf(redemptionMaker()),
    transfers: writerOf(transferMaker()),
    issues: writerOf(issueMaker()),
    claims: writerOf(claimMaker()),
    rushes: writerOf(rushMaker()),
    handovers: writerOf(handoverMaker()),
    orders: writerOf(orderMaker(paid)),
    refunds: writerOf(refundMaker(paid)),
    returns: writerOf(returnMaker()),
    gifts: writerOf(giftMaker()),
    offers: writerOf(offerMaker()),
    exchanges: writerOf(exchangeMaker()),
    auctions: writerOf(auctionMaker(clock)),
    agreements: writerOf(agreementMaker()),
    requests: writerOf(requestMaker()),
    sealed: writerOf(sealedAuctionMaker(clock)),
  }
}

/** Malformed lines are told apart from what they say, so that a few of each new kind will do. */
const FEWER_MALFORMED = 6

/** The text of every file of the day, by file name. */
function makeDay({ seed, part, plan }: Options): Map<string, string> {
  const random = seededRandom(seed)
  const population = makePopulation(random, plan)
  const slots = makeSlots(random, plan).filter((_slot, index) => index % part === 0)
  const writers = makeWriters()
  for (const kind of TILL_KINDS) {
    spreadFlaws(random, slots, {
      kind,
      part,
      flaws: { ...MALFORMED_LINES, ...writers[kind].flaws },
    })
  }
  const isOfCoupons = plan.kinds.length > TILL_KINDS.length
  for (const kind of isOfCoupons ? COUPON_KINDS : []) {
    spreadFlaws(random, slots, { kind, part: part * FEWER_MALFORMED, flaws: MALFORMED_LINES })
    spreadFlaws(random, slots, { kind, part, flaws: writers[kind].flaws })
  }
  const day = startDay(random, population)
  const linesOf = new Map<string, string[]>()
  for (const slot of slots) {
    const name = `${slot.kind}-${slot.organisation}`
    const lines = linesOf.get(name) ?? [csvLine(HEADERS[slot.kind])]
    lines.push(writers[slot.kind].write(day, slot))
    linesOf.set(name, lines)
  }
  const files = new Map<string, string>([
    ['day.json', dayJson(seed, plan)],
    ['programmes.csv', textOf(PROGRAMME_ROWS.map(csvLine))],
    ['members.csv', textOf(memberLines(population))],
  ])
  if (isOfCoupons) {
    files.set('series.csv', textOf([SERIES_HEADER, ...SERIES_ROWS].map(csvLine)))
    files.set('codes.csv', textOf(CODE_ROWS.map(csvLine)))
    files.set('rushes.csv', textOf(RUSH_ROWS.map(csvLine)))
    files.set('rates.csv', textOf(RATE_ROWS.map(csvLine)))
  }
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

function dayJson(seed: number, { openingDate, tradingDate }: DayPlan): string {
  const day = {
    seed,
    channel: 'consortium',
    openingDate,
    tradingDate,
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
  for (const [name, text] of makeDay(options)) {
    writeFileSync(join(options.out, name), text)
  }
}
