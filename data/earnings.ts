import { AWARDS, FLASH, MILE, PROGRAMME_ROWS, STAR, TRADE } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import { dateAfter, wrongAmounts } from './line-maker.ts'
import type { Day, Flaw, LineMaker } from './line-maker.ts'
import { weightedPicker } from './seeded-random.ts'

interface Earning {
  readonly time: string
  readonly store: string
  readonly receipt: string
  readonly member: string
  readonly amountFen: string
  readonly asset: string
  readonly availableFrom: string
}

/** Makes the lines of earnings files; it remembers receipts, so each day needs its own. */
export function earningMaker(): LineMaker<Earning> {
  const accepted = new Map<string, Earning[]>()
  const refused = new Map<string, Earning[]>()
  return {
    flaws: { ...wrongAmounts(withAmount), ...FLAWS, ...receiptFlaws(accepted, refused) },
    plain: plainEarning,
    book: (day, slot, line) => {
      const points = awardedPoints(line)
      if (points === 0n) return
      remember(accepted, slot, line)
      day.receipts.push({ ...line, organisation: slot.organisation, points, returnedFen: 0n })
      day.holdings.add(line.member, line.asset, {
        points,
        lastDay: line.asset === FLASH && isLastOfMonth(slot.date) ? slot.date : '',
        availableFrom: line.availableFrom,
      })
    },
    members: (line) => [line.member],
    fields: (line) => [
      line.time,
      line.store,
      line.receipt,
      line.member,
      line.amountFen,
      line.asset,
      line.availableFrom,
    ],
  }
}

function plainEarning(day: Day, slot: Slot): Earning {
  const { random, population } = day
  const store = day.drawStore(slot.organisation)
  const rollName = `${store}-${slot.date.slice(5).replace('-', '')}`
  const awards = AWARDS[slot.organisation][slot.isOpening ? 'opening' : 'trading']
  const drawAsset = weightedPicker(
    random,
    awards.map(([asset]) => asset),
    awards.map(([, percent]) => percent),
  )
  const asset = drawAsset()
  const amount = Math.floor(random.logNormal(TRADE[slot.organisation].medianFen, 1))
  return {
    time: slot.time,
    store,
    receipt: `${rollName}-${String(day.nextNumber(rollName)).padStart(5, '0')}`,
    member: population.draw(random.chance(0.6) ? slot.organisation : undefined).id,
    amountFen: String(Math.max(amount, 300)),
    asset,
    availableFrom: asset === FLASH || random.chance(0.82) ? '' : returnWindowEnd(day, slot),
  }
}

/** Flash points last until the end of the month in which they are issued. */
function isLastOfMonth(date: string): boolean {
  return dateAfter(date, 1).slice(5, 7) !== date.slice(5, 7)
}

function returnWindowEnd(day: Day, slot: Slot): string {
  return dateAfter(slot.date, day.random.pick([-1, 0, 1, 7, 7, 14, 14, 30]))
}

function awardedPoints(line: Earning): bigint {
  const rate = PROGRAMME_ROWS.find((row) => row[1] === line.asset)?.[3] ?? '0/1'
  const [numerator = '0', denominator = '1'] = rate.split('/')
  return (BigInt(line.amountFen) * BigInt(numerator)) / (100n * BigInt(denominator))
}

function withAmount(line: Earning, amountFen: string): Earning {
  return { ...line, amountFen }
}

function remember(list: Map<string, Earning[]>, slot: Slot, line: Earning): void {
  list.set(slot.organisation, [...(list.get(slot.organisation) ?? []), line])
}

const FLAWS: Record<string, Flaw<Earning>> = {
  'unknown member': {
    count: 36,
    spoil: (day, slot, line) => ({ ...line, member: day.population.unknownId(slot.organisation) }),
  },
  'unknown asset': {
    count: 24,
    spoil: (day, _slot, line) => ({
      ...line,
      asset: day.random.pick(['mall:sun:point', 'bank:hui', 'hotel:night:point']),
    }),
  },
  'long receipt': {
    count: 30,
    spoil: (_day, _slot, line) => ({ ...line, receipt: line.receipt.padEnd(70, '0') }),
  },
  'not a partner': {
    count: 36,
    spoil: (_day, slot, line) => ({
      ...line,
      asset: slot.organisation === 'mall' ? MILE : STAR,
      availableFrom: '',
    }),
  },
  'available too late': {
    count: 30,
    spoil: (day, slot, line) => ({
      ...line,
      availableFrom: dateAfter(slot.date, day.random.pick([31, 32, 45, 400])),
    }),
  },
  'wrong available date': {
    count: 20,
    spoil: (day, _slot, line) => ({
      ...line,
      availableFrom: day.random.pick(['2026-12-32', '2027-02-29', '15.12.2026', 'soon']),
    }),
  },
}

function receiptFlaws(
  accepted: Map<string, Earning[]>,
  refused: Map<string, Earning[]>,
): Record<string, Flaw<Earning>> {
  const earlier = (day: Day, slot: Slot): Earning | null => {
    const lines = accepted.get(slot.organisation) ?? []
    return lines.length === 0 ? null : day.random.pick(lines)
  }
  return {
    'used receipt': {
      count: 36,
      spoil: (day, slot, line) => {
        const first = earlier(day, slot)
        return first && { ...first, time: line.time }
      },
    },
    'used receipt, other member': {
      count: 24,
      spoil: (day, slot, line) => {
        const first = earlier(day, slot)
        return first && { ...line, store: first.store, receipt: first.receipt }
      },
    },
    'nothing to issue': {
      count: 36,
      spoil: (day, slot, line) => {
        const small = { ...line, amountFen: String(1 + day.random.below(9)) }
        remember(refused, slot, small)
        return small
      },
    },
    'receipt of a refused line': {
      count: 16,
      accepted: true,
      fits: (slot) => !slot.isOpening && slot.time.slice(11) > '15',
      spoil: (_day, slot, line) => {
        const first = refused.get(slot.organisation)?.shift()
        return first === undefined ? null : { ...line, store: first.store, receipt: first.receipt }
      },
    },
  }
}
