import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LineKind } from './read-day.ts'
import { SMALL_COUPON_DAY } from './small-coupon-day.ts'
import { ANN, BEN } from './small-day.ts'
import type { DayTally } from './tally.ts'
import { tallyDay } from './tally.ts'

const DAY = join(import.meta.dirname, '../../data/2026-12-02')
const GENERATOR = join(import.meta.dirname, '../../data/generate-day.ts')

const temporary: string[] = []

function generate(seed: string, ...more: string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'tallystick-second-data-'))
  temporary.push(dir)
  const args = ['--seed', seed, '--date', '2026-12-02', '--out', dir, ...more]
  execFileSync(process.execPath, [GENERATOR, ...args])
  return dir
}

afterAll(() => {
  for (const dir of temporary) rmSync(dir, { recursive: true })
})

describe('the generator', () => {
  test('gives the committed bytes of the second day again', () => {
    const dir = generate('8')
    expect(readdirSync(dir)).toEqual(readdirSync(DAY))
    const changed = readdirSync(DAY).filter(
      (file) => !readFileSync(join(dir, file)).equals(readFileSync(join(DAY, file))),
    )
    expect(changed).toEqual([])
  })

  test.each(['1', '2', '3'])('makes a day that balances of seed %s', (seed) => {
    expectConserved(tallyDay(generate(seed, '--part', '4')))
  })
})

let tally: DayTally

beforeAll(() => {
  tally = tallyDay(DAY)
})

function countOf(kind: LineKind, result: string): number {
  return tally.lines.filter((line) => line.kind === kind && line.result === result).length
}

/** For every asset debits are credits, and what was issued is held, kept, used up or exchanged. */
function expectConserved({ trialBalance, assets, balances }: DayTally): void {
  const sums = new Map<string, bigint>()
  for (const { asset, balance } of trialBalance) {
    sums.set(asset, (sums.get(asset) ?? 0n) + balance)
  }
  expect([...sums].filter(([, sum]) => sum !== 0n)).toEqual([])
  for (const [asset, { outstanding }] of assets) {
    const held = balances.filter((balance) => balance.asset === asset)
    const kept = trialBalance.filter((row) => row.asset === asset && row.code === '7103')
    const sum = held.reduce((total, one) => total + one.total, 0n)
    expect(kept.reduce((total, { balance }) => total - balance, sum)).toBe(outstanding)
  }
  expect(balances.filter(({ total, spendable }) => spendable > total)).toEqual([])
}

describe('the second day', () => {
  test('has at least 40,000 lines, most of which are entries', () => {
    expect(tally.lines.length).toBeGreaterThanOrEqual(40_000)
    expect(tally.counts.get('entry')).toBeGreaterThan(37_000)
  })

  test('conserves every asset, coupons included', () => {
    expectConserved(tally)
    const inEscrow = tally.trialBalance.filter(
      ({ code, balance }) => code === '7103' && balance < 0n,
    )
    expect(inEscrow.length).toBeGreaterThan(8)
  })

  test.each([
    ['issues', 3_000],
    ['claims', 450],
    ['rushes', 800],
    ['handovers', 800],
    ['orders', 3_000],
    ['refunds', 400],
    ['returns', 400],
    ['gifts', 2_000],
    ['offers', 1_300],
    ['exchanges', 700],
    ['auctions', 500],
    ['agreements', 750],
    ['requests', 550],
    ['sealed', 450],
  ] as const)('has %s of which at least %i are accepted', (kind, least) => {
    expect(countOf(kind, 'entry')).toBeGreaterThanOrEqual(least)
  })

  test.each([
    ['issues', 'COUPON_EXISTS'],
    ['issues', 'PER_MEMBER_CAP'],
    ['issues', 'ACCOUNT_UNKNOWN'],
    ['claims', 'CLAIM_CODE_USED'],
    ['claims', 'CLAIM_CODE_UNKNOWN'],
    ['claims', 'CLAIM_SIGNATURE_INVALID'],
    ['rushes', 'RUSH_CLAIMED'],
    ['rushes', 'RUSH_NOT_YET'],
    ['handovers', 'NOT_COUPON_HOLDER'],
    ['handovers', 'COUPON_REDEEMED'],
    ['handovers', 'NOT_TRANSFERABLE'],
    ['orders', 'ORDER_PAID'],
    ['orders', 'PURCHASE_CLOSED'],
    ['orders', 'QUOTE_CHANGED'],
    ['orders', 'COUPON_RESERVED'],
    ['orders', 'COUPON_REDEEMED'],
    ['orders', 'COUPON_NOT_YET'],
    ['orders', 'COUPON_PAST_DATE'],
    ['orders', 'NOT_ACCEPTED'],
    ['orders', 'BELOW_MINIMUM_SPEND'],
    ['orders', 'DAILY_CAP_REACHED'],
    ['refunds', 'REFUND_EXCEEDS'],
    ['refunds', 'CONTRACT_UNKNOWN'],
    ['returns', 'RETURN_EXCEEDS'],
    ['gifts', 'LINK_SIGNATURE_INVALID'],
    ['gifts', 'GIFT_CLOSED'],
    ['gifts', 'SHARE_TAKEN'],
    ['gifts', 'SEED_INVALID'],
    ['offers', 'OFFER_CLOSED'],
    ['offers', 'OFFER_DIFFERS'],
    ['offers', 'NOT_ADDRESSEE'],
    ['exchanges', 'QUOTE_CHANGED'],
    ['exchanges', 'QUOTE_EXPIRED'],
    ['exchanges', 'NOT_CHAINABLE'],
    ['exchanges', 'EXCHANGE_MEMBER_CAP'],
    ['exchanges', 'RATE_NOT_YET'],
    ['auctions', 'BID_TOO_LOW'],
    ['auctions', 'AUCTION_CLOSED'],
    ['auctions', 'NOT_DUE'],
    ['agreements', 'AGREEMENT_CLOSED'],
    ['agreements', 'AGREEMENT_DIFFERS'],
    ['agreements', 'NOT_AUTHORISED'],
    ['agreements', 'SIGNATURES_MISSING'],
    ['agreements', 'CONDITION_UNMET'],
    ['agreements', 'ORACLE_SIGNATURE_INVALID'],
    ['requests', 'REQUEST_CLOSED'],
    ['requests', 'REQUEST_DIFFERS'],
    ['requests', 'NOT_AUTHORISED'],
    ['requests', 'LAST_DAY_PAST'],
    ['sealed', 'BID_TOO_LOW'],
    ['sealed', 'AUCTION_OVER'],
    ['sealed', 'CONTRACT_EXISTS'],
    ['sealed', 'REVEAL_NOT_YET'],
    ['sealed', 'COMMITMENT_DIFFERS'],
    ['sealed', 'NOT_DUE'],
  ] as const)('refuses at least three lines of %s with %s', (kind, code) => {
    expect(countOf(kind, code)).toBeGreaterThanOrEqual(3)
  })
})

describe('the tally of a day of coupons worked out on paper', () => {
  let small: DayTally

  beforeAll(() => {
    const dir = mkdtempSync(join(tmpdir(), 'tallystick-small-coupons-'))
    temporary.push(dir)
    for (const [file, text] of Object.entries(SMALL_COUPON_DAY)) {
      writeFileSync(join(dir, file), text)
    }
    small = tallyDay(dir)
  })

  const resultsOf = (kind: LineKind): string[] =>
    small.lines.filter((line) => line.kind === kind).map(({ result }) => result)

  test('gives every line its result', () => {
    expect(resultsOf('issues')).toEqual(['entry', 'COUPON_EXISTS', 'PER_MEMBER_CAP'])
    expect(resultsOf('orders')).toEqual(['QUOTE_CHANGED', 'entry', 'ORDER_PAID'])
    expect(resultsOf('refunds')).toEqual(['REFUND_EXCEEDS', 'entry'])
    expect(resultsOf('gifts')).toEqual([
      'entry',
      'LINK_SIGNATURE_INVALID',
      'entry',
      'SHARE_TAKEN',
      'entry',
      'entry',
    ])
    expect(resultsOf('auctions')).toEqual([
      'entry',
      'entry',
      'BID_TOO_LOW',
      'NOT_DUE',
      'entry',
      'NOT_DUE',
      'entry',
      'entry',
    ])
  })

  test('leaves each member with what is right', () => {
    const asset = 'bank:hui:point'
    expect(small.balances).toHaveLength(2)
    expect(small.balances).toEqual(
      expect.arrayContaining([
        { member: ANN, asset, total: 190n, spendable: 190n },
        { member: BEN, asset, total: 114n, spendable: 114n },
      ]),
    )
  })

  test('adds up points, coupons, what is put aside and what is owed', () => {
    const rows = small.trialBalance
      .filter(({ balance }) => balance !== 0n)
      .map(({ code, asset, balance, clearing: pair }) =>
        pair
          ? `${code} ${pair.organisation} ${pair.counterparty} ${balance}`
          : `${code} ${asset} ${balance}`,
      )
    expect(rows).toEqual([
      '3001 bank mall -1100000',
      '3001 mall bank 1100000',
      '7101 bank:hui:point 400',
      '7101 mall:five:fen 1000',
      '7102 bank:hui:point -304',
      '7102 mall:five:fen -700',
      '7103 bank:hui:point -66',
      '7104 bank:hui:point -30',
      '7104 mall:five:fen -300',
    ])
  })
})
