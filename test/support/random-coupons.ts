import * as fc from 'fast-check'
import type { SignedCommand } from '../../ledger/index.ts'
import { addDays, couponKey, ledgerKey } from '../../ledger/index.ts'
import { signCommand } from '../../cli/wallet.ts'
import {
  amendSeries,
  claimCode,
  claimCoupon,
  claimRush,
  closeRush,
  defineSeries,
  expireCoupons,
  issueCoupons,
  openRush,
  registerClaimCodes,
  transferCoupons,
  voidCoupons,
} from './coupon-world.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { acceptAll, MEMBERS, openedLedger, refill } from './opened-ledger.ts'
import { accountOf, command, walletOf } from './world.ts'

/** Deduction coupons, of which a member gets four at most. */
export const PIECES = 'mall:few:piece'
/** Shopping coupons that are good for some days. */
export const FENS = 'mall:short:fen'

const SERIES = [PIECES, FENS] as const
const RUSHES = ['mall:rush-1', 'mall:rush-2'] as const

const TERMS = {
  [PIECES]: { perMember: 4, budget: '40', validity: { kind: 'days', days: 2 } },
  [FENS]: {
    value: { kind: 'shopping', faceFen: '150', partialUse: true },
    budget: '4000',
    validity: { kind: 'days', days: 3 },
  },
} as const

/** A ledger with two series, their whole budgets in the pools, and claim codes for each. */
export async function couponsToPlay(): Promise<MemoryLedger> {
  const ledger = await openedLedger()
  await openSeriesToPlay(ledger)
  return ledger
}

/** Opens the two series on a ledger, and registers claim codes for each. */
export async function openSeriesToPlay(ledger: MemoryLedger): Promise<void> {
  for (const series of SERIES) {
    await acceptAll(ledger, 'mall', [
      defineSeries(series, TERMS[series]),
      registerClaimCodes(series, [1, 2, 3, 4, 5]),
    ])
  }
}

/** What somebody tries to do with coupons, right or wrong. */
export interface CouponStep {
  readonly kind: (typeof KINDS)[number]
  readonly series: (typeof SERIES)[number]
  readonly rush: string
  readonly member: string
  readonly other: string
  readonly numbers: readonly number[]
  readonly count: number
  readonly days: number
}

// As often as each stands here.
const KINDS = [
  ...(['issue', 'issue', 'issue', 'claim', 'claim', 'open-rush', 'open-rush'] as const),
  ...(['claim-rush', 'claim-rush', 'claim-rush', 'claim-rush', 'close-rush'] as const),
  ...(['transfer', 'transfer', 'expire', 'expire', 'void', 'stop', 'roll'] as const),
  ...(['refill', 'refill', 'refill', 'refill-rush', 'refill-rush'] as const),
] as const

const step: fc.Arbitrary<CouponStep> = fc.record({
  kind: fc.constantFrom(...KINDS),
  series: fc.constantFrom(...SERIES),
  rush: fc.constantFrom(...RUSHES),
  member: fc.constantFrom(...MEMBERS),
  other: fc.constantFrom(...MEMBERS),
  numbers: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
  count: fc.integer({ min: 1, max: 12 }),
  days: fc.integer({ min: 0, max: 3 }),
})

/** A transaction of a random day: in which lane what is tried. */
export interface CouponBatch {
  readonly organisation: string
  readonly lane: number
  readonly steps: readonly CouponStep[]
}

/** Days of so many transactions of so many steps at most; few come from where they must not. */
export function couponDays(transactions: number, steps: number): fc.Arbitrary<CouponBatch[]> {
  const batch = fc.record({
    organisation: fc.constantFrom(...Array.from({ length: 9 }, () => 'mall'), 'bank'),
    lane: fc.nat(2),
    steps: fc.array(step, { minLength: 4, maxLength: steps }),
  })
  return fc.array(batch, { minLength: 6, maxLength: transactions })
}

function serialsOf(numbers: readonly number[]): string[] {
  // Some of the coupons that come from claim codes are named as well.
  return numbers.map((number) => (number > 25 ? claimCode(number - 25).keyId : `N-${number}`))
}

/** The command of a step, as the ledger stands. */
export function couponCommand(given: CouponStep, ledger: MemoryLedger): SignedCommand {
  const { kind, series, rush, member, numbers, count, days } = given
  const serials = serialsOf(numbers)
  switch (kind) {
    case 'issue':
      return issueCoupons(series, member, serials)
    case 'claim':
      return claimCoupon(series, 1 + (count % 6), member)
    case 'transfer':
      return transfer(given, ledger)
    case 'expire':
      return expireCoupons(series, everySerial(series, ledger).slice(0, 50))
    case 'void':
      return voidCoupons(series, [pickFrom(everySerial(series, ledger), numbers)])
    case 'stop':
      return amendSeries(series, { ...TERMS[series], stopped: days === 0 })
    case 'refill':
      return refill(series, String(count * (series === FENS ? 150 : 1)))
    case 'roll':
      return roll(ledger)
    default:
      return rushCommand({ kind, series, rush, member, count, days }, ledger)
  }
}

function rushCommand(
  { kind, series, rush, member, count, days }: Omit<CouponStep, 'other' | 'numbers'>,
  ledger: MemoryLedger,
): SignedCommand {
  if (kind === 'claim-rush') return claimRush(rush, series, member)
  if (kind === 'close-rush') return closeRush(rush)
  if (kind === 'refill-rush') return refill(rush, String(count * (series === FENS ? 150 : 1)))
  const from = addDays(today(ledger), days === 3 ? 1 : 0)
  const until = addDays(from, days)
  return openRush(rush, series, { total: count, perMember: 1 + (count % 3), from, until })
}

function pickFrom(serials: readonly string[], [number = 0]: readonly number[]): string {
  return serials[number % serials.length] ?? ''
}

/** A coupon goes to another; now and then it is not there, has ended, or is not the giver's. */
function transfer(
  { series, member, other, numbers, days }: CouponStep,
  ledger: MemoryLedger,
): SignedCommand {
  const serial = pickFrom(everySerial(series, ledger), numbers)
  const account = ledger.get(couponKey(series, serial))?.account
  const holder = MEMBERS.find((one) => accountOf(one) === account)
  return transferCoupons(series, days === 0 ? member : (holder ?? member), other, [serial])
}

function everySerial(series: string, ledger: MemoryLedger): string[] {
  const prefix = `coupon/${series}/`
  const found = [...ledger.state.keys()].filter((name) => name.startsWith(prefix))
  return [...found.map((name) => name.slice(prefix.length)), 'none']
}

function today(ledger: MemoryLedger): string {
  return ledger.get(ledgerKey)?.cycle.date ?? ''
}

function roll(ledger: MemoryLedger): SignedCommand {
  const from = ledger.get(ledgerKey)?.cycle ?? { date: '', number: 0 }
  const to = { date: addDays(from.date, 1), number: 1 }
  const made = command('RollBusinessDate', 'mall:finance-1', { from, to })
  return signCommand(made, ...['mall:finance-1', 'bank:finance-1'].map(walletOf))
}
