import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rational, SignedCommand } from '../../ledger/index.ts'
import { addDays, multiply, sumLots } from '../../ledger/index.ts'
import { exchangeLegs, receivedLots } from '../../ledger/exchange-terms.ts'
import type { ExchangeRate } from '../../ledger/rate.ts'
import type { PointsProgramme } from '../../ledger/records.ts'
import {
  booksOf,
  comparableBooks,
  contradictions,
  replayedBooksOf,
  today,
} from '../support/books.ts'
import { defineRate, exchange, HUI_TO_STAR, STAR_TO_HUI } from '../support/exchange-world.ts'
import type { MemoryLedger, Simulation } from '../support/memory-ledger.ts'
import {
  acceptAll,
  FLASH,
  issue,
  MEMBERS,
  refill,
  rollTo,
  stockedLedger,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, HUI, ORGANISATIONS, signed, STAR } from '../support/world.ts'

const FLASH_TO_STAR = 'airline:flash-to-star'
const PATHS = [[STAR_TO_HUI], [HUI_TO_STAR], [FLASH_TO_STAR], [FLASH_TO_STAR, STAR_TO_HUI]] as const
const CAPS = { capPerDay: '300', capPerMemberDay: '200' }

const step = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: fc.constant('exchange' as const) },
    { weight: 3, arbitrary: fc.constant('refill' as const) },
    fc.constantFrom('issue' as const, 'transfer' as const, 'expire' as const),
    fc.constantFrom('roll' as const, 'replay' as const),
  ),
  path: fc.constantFrom(...PATHS),
  member: fc.constantFrom(...MEMBERS),
  to: fc.constantFrom(...MEMBERS),
  organisation: fc.constantFrom(...ORGANISATIONS),
  lane: fc.nat(1),
  amount: fc.integer({ min: 1, max: 120 }),
  needed: fc.integer({ min: 1, max: 60 }),
})

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

async function withSmallCaps(): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  await acceptAll(ledger, 'mall', [
    defineRate(STAR_TO_HUI, STAR, HUI, CAPS),
    defineRate(HUI_TO_STAR, HUI, STAR, {
      ...CAPS,
      toPerFrom: { numerator: '5', denominator: '8' },
    }),
    defineRate(FLASH_TO_STAR, FLASH, STAR, {
      ...CAPS,
      toPerFrom: { numerator: '7', denominator: '11' },
    }),
  ])
  return ledger
}

function made(one: Step, ledger: MemoryLedger, quotes: SignedCommand[]): SignedCommand | undefined {
  const { kind, path, member, to, organisation, amount, needed } = one
  const asset = { [STAR_TO_HUI]: STAR, [HUI_TO_STAR]: HUI }[path[0] as string] ?? FLASH
  switch (kind) {
    case 'exchange': {
      const quote = exchange(ledger, path, member, BigInt(amount), { to: accountOf(to) })
      quotes.push(quote)
      return quote
    }
    case 'refill':
      return refill(`${path[0]}:${today(ledger)}`, String(amount * 3), organisation, String(needed))
    case 'issue':
      return issue(asset, member, String(amount * 10), { funder: organisation })
    case 'transfer':
      return transfer(asset, member, to, String(amount))
    case 'expire':
      return signed('ExpirePoints', member, { asset, account: accountOf(member) })
    case 'replay': {
      const earlier = quotes[amount % Math.max(quotes.length, 1)]
      return earlier && signed('ExchangePoints', earlier.command.actor, earlier.command.body)
    }
    default:
      return undefined
  }
}

/** What was issued under each rate on each day, by the entries, and to each member. */
function issuedByRate(ledger: MemoryLedger): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const { type, businessDate, actor, postings, references } of ledger.entries()) {
    if (type !== 'ExchangePoints') continue
    const issued = postings.filter(({ account }) => account === '7101')
    for (const [at, { amount }] of issued.entries()) {
      const rate = references[at === 0 ? 'rate' : 'rate2']
      for (const key of [`${rate} ${businessDate}`, `${rate} ${businessDate} ${actor}`]) {
        sums.set(key, (sums.get(key) ?? 0n) + amount)
      }
    }
  }
  return sums
}

test('no cap is overrun and no books contradict themselves, in any interleaving', async () => {
  const small = await withSmallCaps()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), async (steps) => {
      const ledger = small.clone()
      const quotes: SignedCommand[] = []
      for (const one of steps) {
        if (one.kind === 'roll') await rollTo(ledger, addDays(today(ledger), 1))
        const command = made(one, ledger, quotes)
        if (command === undefined) continue
        const fold = ledger.completeFold()
        const { organisation, lane } = one
        const { outcomes } = await ledger.submit(organisation, [command], { lane, fold })
        seen.add(`${one.kind} ${verdict(outcomes[0])}`)
        expect(contradictions(ledger)).toEqual([])
      }
      for (const [key, amount] of issuedByRate(ledger)) {
        expect(amount <= (key.split(' ').length === 3 ? 200n : 300n), key).toBe(true)
      }
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
    }),
    { seed: 61, numRuns: 80 },
  )
  for (const code of ['accepted', 'QUOTA_REFILL', 'EXCHANGE_CAP', 'EXCHANGE_MEMBER_CAP']) {
    expect(seen).toContain(`exchange ${code}`)
  }
  for (const code of ['accepted', 'QUOTE_EXPIRED']) expect(seen).toContain(`replay ${code}`)
})

/** An exchange, or a refill, as one of several transactions over one state of the ledger. */
const flight = fc.record({
  kind: fc.constantFrom('exchange' as const, 'exchange' as const, 'refill' as const),
  member: fc.constantFrom(...MEMBERS),
  organisation: fc.constantFrom(...ORGANISATIONS),
  lane: fc.nat(1),
  amount: fc.integer({ min: 1, max: 120 }),
})

/** The writes of those of which nothing that they have read was written before them. */
function commitValid(ledger: MemoryLedger, endorsed: readonly Simulation[]): number {
  const written = new Set<string>()
  let invalid = 0
  for (const result of endorsed) {
    if (result.reads.some((name) => written.has(name))) {
      invalid += 1
      continue
    }
    ledger.commit(result)
    for (const { name } of result.writes) written.add(name)
  }
  return invalid
}

test('no cap is overrun by transactions that were endorsed over one state', async () => {
  const small = await withSmallCaps()
  let [invalid, issued] = [0, 0n]
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(flight, { minLength: 2, maxLength: 5 }), { minLength: 4, maxLength: 12 }),
      async (rounds) => {
        const ledger = small.clone()
        for (const round of rounds) {
          const endorsed: Simulation[] = []
          for (const { kind, member, organisation, lane, amount } of round) {
            const filled = refill(`${STAR_TO_HUI}:${today(ledger)}`, String(amount), organisation)
            const quoted = exchange(ledger, [STAR_TO_HUI], member, BigInt(amount))
            const commands = kind === 'refill' ? [filled] : [filled, quoted]
            const options = { lane, fold: ledger.completeFold(accountOf(member)) }
            endorsed.push(await ledger.simulate(organisation, commands, options))
          }
          invalid += commitValid(ledger, endorsed)
          expect(contradictions(ledger)).toEqual([])
        }
        for (const [key, amount] of issuedByRate(ledger)) {
          expect(amount <= (key.split(' ').length === 3 ? 200n : 300n), key).toBe(true)
          if (amount > issued) issued = amount
        }
      },
    ),
    { seed: 64, numRuns: 60 },
  )
  expect(invalid).toBeGreaterThan(100)
  expect(issued).toBeGreaterThan(250n)
})

const whole = fc.bigInt({ min: 1n, max: 1_000_000n })
const ratio = fc.record({ numerator: whole, denominator: whole })

function rate({ numerator, denominator }: Rational): ExchangeRate {
  return { rate: { numerator, denominator } } as ExchangeRate
}

test('rounding creates no value: going round, or in parts, never brings more', () => {
  fc.assert(
    fc.property(ratio, ratio, whole, whole, (there, slack, amount, other) => {
      // The way back gives at most the inverse of the way there.
      const back = {
        numerator: there.denominator * (slack.numerator < slack.denominator ? slack.numerator : 1n),
        denominator:
          there.numerator * (slack.numerator < slack.denominator ? slack.denominator : 1n),
      }
      const legs = exchangeLegs([rate(there), rate(back)], amount)
      expect((legs[1]?.receives.whole ?? 0n) <= amount).toBe(true)
      const alone = [amount, other].map((part) => multiply(part, there).whole)
      const together = multiply(amount + other, there).whole
      expect((alone[0] ?? 0n) + (alone[1] ?? 0n) <= together).toBe(true)
    }),
    { seed: 62, numRuns: 1_000 },
  )
})

test('what is received comes in as many lots as were given, none later, and adds up', () => {
  const lot = fc.record({
    expires: fc.constantFrom('2026-11-30', '2026-12-31', '2027-02-28', '2027-11-30', 'never'),
    amount: fc.bigInt({ min: 1n, max: 500n }),
  })
  const months = fc.constantFrom(0, 1, 12, null)
  fc.assert(
    fc.property(
      fc.array(lot, { minLength: 1, maxLength: 8 }),
      ratio,
      fc.array(months, { minLength: 1, maxLength: 2 }),
      (given, at, rules) => {
        const total = multiply(sumLots(given), at).whole
        const programmes = rules.map((expiresAfterMonths) => ({ expiresAfterMonths }))
        const received = receivedLots(given, total, programmes as PointsProgramme[], '2026-11-30')
        expect(sumLots(received)).toBe(total)
        // Up to any date, at least as much has expired of what came as of what went, at the rate.
        for (const { expires } of given) {
          const later = sumLots(given.filter((one) => one.expires > expires))
          const laterReceived = sumLots(received.filter((one) => one.expires > expires))
          expect(laterReceived * at.denominator <= later * at.numerator).toBe(true)
        }
      },
    ),
    { seed: 63, numRuns: 1_000 },
  )
})
