import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Coupon } from '../../ledger/index.ts'
import { couponKey, EntryText, isSeries, seriesKey, shapeOf, splitKey } from '../../ledger/index.ts'
import { rushKey } from '../../ledger/keys.ts'
import { booksOf, comparableBooks, contradictions, replayedBooksOf } from '../support/books.ts'
import { claimRush, defineSeries, openRush, SPRING } from '../support/coupon-world.ts'
import { couponCommand, couponDays, couponsToPlay } from '../support/random-coupons.ts'
import type { MemoryLedger, Simulation } from '../support/memory-ledger.ts'
import { acceptAll, openedLedger, refill, verdict } from '../support/opened-ledger.ts'
import { registerMember } from '../support/world.ts'

const checkEntry = shapeOf(EntryText)

/** One coupon that was issued: to whom, and in which rush. */
interface Receipt {
  readonly series: string
  readonly account: string
  readonly rush: string
}

function receipts(ledger: MemoryLedger): Receipt[] {
  return ledger.entries().flatMap(({ postings, references }) => {
    const [debit, credit] = postings
    if (debit?.account !== '7101') return []
    const rush = references['rush'] ?? ''
    const receipt = { series: debit.asset, account: credit?.account.slice(5) ?? '', rush }
    return (credit?.coupons ?? []).map(() => receipt)
  })
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Members that got more than one may, of a series or in a rush, and rushes that gave too many. */
function overruns(ledger: MemoryLedger): string[] {
  const issued = receipts(ledger)
  const rushed = issued.filter(({ rush }) => rush !== '')
  const perMember = (id: string): number => ledger.get(seriesKey(id))?.perMember ?? Infinity
  const perClaimer = (id: string): number => ledger.get(rushKey(id))?.perMember ?? 0
  const total = (id: string): number => ledger.get(rushKey(id))?.total ?? 0
  const checks = [
    { names: issued.map(({ series, account }) => `${series} ${account}`), most: perMember },
    { names: rushed.map(({ rush, account }) => `${rush} ${account}`), most: perClaimer },
    { names: rushed.map(({ rush }) => rush), most: total },
  ]
  return checks.flatMap(({ names, most }) =>
    [...tally(names)].flatMap(([name, count]) =>
      count > most(name.split(' ')[0] ?? '') ? [`${name}: ${count}`] : [],
    ),
  )
}

/** Where every coupon is by the entries alone: its account, or that it has ended. */
function whereByEntries(ledger: MemoryLedger): Map<string, string> {
  const places = new Map<string, string>()
  const lines = ledger.entries().flatMap(({ postings }) => postings)
  for (const { account, asset, side, coupons = [] } of lines) {
    if (!isSeries(asset) || !account.startsWith('7102/')) continue
    const place = side === 'credit' ? account.slice(5) : 'ended'
    for (const { serial } of coupons) places.set(`coupon/${asset}/${serial}`, place)
  }
  return places
}

function placeOf({ state, account }: Coupon): string {
  return state === 'held' ? account : 'ended'
}

function whereByRecords(ledger: MemoryLedger): Map<string, string> {
  const { decode } = couponKey('', '').codec
  return new Map(
    [...ledger.state].flatMap(([name, text]): [string, string][] =>
      splitKey(name).kind === 'coupon' ? [[name, placeOf(decode(text))]] : [],
    ),
  )
}

test('no budget, total or cap of coupons is overrun, and entries and records agree', async () => {
  const start = await couponsToPlay()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(couponDays(14, 9), async (day) => {
      const ledger = start.clone()
      for (const { organisation, lane, steps } of day) {
        const commands = steps.map((step) => couponCommand(step, ledger))
        const { outcomes, published } = await ledger.submit(organisation, commands, { lane })
        const forms = published.map(({ text }) => checkEntry(JSON.parse(text)).ok)
        expect(forms).not.toContain(false)
        for (const [at, outcome] of outcomes.entries()) {
          seen.add(`${commands[at]?.command.type} ${verdict(outcome)}`)
        }
        expect(contradictions(ledger)).toEqual([])
        expect(overruns(ledger)).toEqual([])
        expect(whereByRecords(ledger)).toEqual(whereByEntries(ledger))
      }
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
    }),
    { seed: 20261203, numRuns: 150 },
  )
  for (const type of ['Issue', 'Transfer', 'Expire', 'Void']) {
    expect(seen).toContain(`${type}Coupons accepted`)
  }
  for (const type of ['ClaimCoupon', 'OpenRush', 'ClaimRush', 'CloseRush', 'AmendSeries']) {
    expect(seen).toContain(`${type} accepted`)
  }
  for (const code of ['RUSH_OVER', 'RUSH_CLAIMED', 'RUSH_NOT_YET', 'PER_MEMBER_CAP']) {
    expect(seen).toContain(`ClaimRush ${code}`)
  }
  for (const code of ['BUDGET_EXHAUSTED', 'QUOTA_REFILL', 'PER_MEMBER_CAP', 'SERIES_STOPPED']) {
    expect(seen).toContain(`IssueCoupons ${code}`)
  }
  for (const code of ['CLAIM_CODE_USED', 'CLAIM_CODE_UNKNOWN', 'COUPON_EXISTS']) {
    expect(seen).toContain(`ClaimCoupon ${code}`)
  }
})

/** Keys that one of the transactions writes and another one has read. */
function conflicts(transactions: readonly Simulation[]): string[] {
  return transactions.flatMap(({ writes }, at) => {
    const others = transactions.filter((_, other) => other !== at)
    const read = new Set(others.flatMap(({ reads }) => reads))
    return writes.map(({ name }) => name).filter((name) => read.has(name))
  })
}

test('a crowd claims in all lanes at once, without a conflict and without an overrun', async () => {
  const ledger = await openedLedger()
  const rush = 'mall:rush-crowd'
  const crowd = Array.from({ length: 64 }, (_, at) => `bank:m-crowd-${at}`)
  await acceptAll(ledger, 'bank', crowd.map(registerMember))
  await acceptAll(ledger, 'mall', [
    defineSeries(SPRING, { perMember: 1 }),
    openRush(rush, SPRING, { total: 40 }),
  ])
  for (const lane of crowd.keys()) {
    await acceptAll(ledger, 'mall', [refill(rush, '5000')], { lane })
  }
  const claims = crowd.map((member) => claimRush(rush, SPRING, member))
  const transactions = await Promise.all(
    claims.map(async (claim, lane) => await ledger.simulate('mall', [claim], { lane })),
  )
  expect(conflicts(transactions)).toEqual([])
  for (const transaction of transactions) ledger.commit(transaction)
  const verdicts = transactions.flatMap(({ outcomes }) => outcomes.map(verdict))
  expect(verdicts.filter((word) => word === 'accepted')).toHaveLength(40)
  expect(verdicts.filter((word) => word === 'RUSH_OVER')).toHaveLength(24)
  expect(contradictions(ledger)).toEqual([])
})
