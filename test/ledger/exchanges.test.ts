import { describe, expect, test } from 'vitest'
import type { Entry } from '../../ledger/index.ts'
import { rateKey } from '../../ledger/keys.ts'
import { booksOf, comparableBooks, contradictions, replayedBooksOf } from '../support/books.ts'
import {
  defineRate,
  exchange,
  fillRate,
  STAR_TO_HUI,
  withRates,
} from '../support/exchange-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  FLASH,
  issue,
  refill,
  rollTo,
  stockedLedger,
  submitOne,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, HUI, signed, STAR } from '../support/world.ts'

const MONEY = 'CNY:micro-yuan'
const CYCLE = '2026-11-30.1'

function close(actor: string): object {
  return signed('CloseRate', actor, { rate: STAR_TO_HUI })
}

function last(ledger: MemoryLedger): Entry {
  const entry = ledger.entries().at(-1)
  if (entry === undefined) throw new Error('no entry')
  return entry
}

describe('an exchange', () => {
  test('posts both kinds of points, the clearing and the spread, and says what was rounded', async () => {
    const ledger = await withRates(await stockedLedger())
    const made = exchange(ledger, [STAR_TO_HUI], ANN, 399n)
    expect(verdict(await submitOne(ledger, 'mall', made))).toBe('accepted')
    const lots = [{ expires: '2027-11-30', amount: 399n }]
    const line = { asset: MONEY }
    expect(last(ledger)).toMatchObject({
      type: 'ExchangePoints',
      postings: [
        { account: '7102/mall:a-ann', asset: STAR, side: 'debit', amount: 399n, lots },
        { account: '7107', asset: STAR, side: 'credit', amount: 399n },
        { account: '7101', asset: HUI, side: 'debit', amount: 598n },
        {
          account: '7102/mall:a-ann',
          asset: HUI,
          side: 'credit',
          amount: 598n,
          lots: [{ expires: '2027-11-30', amount: 598n }],
        },
        // 598 at 10000/3 micro-yuan are 1993333 1/3, at 100/7 they are 8542 6/7.
        { ...line, account: `3001/bank/mall/${CYCLE}`, side: 'debit', amount: 1_993_333n },
        { ...line, account: `3001/mall/bank/${CYCLE}`, side: 'credit', amount: 1_993_333n },
        { ...line, account: `3001/airline/mall/${CYCLE}`, side: 'debit', amount: 8_542n },
        { ...line, account: `3001/mall/airline/${CYCLE}`, side: 'credit', amount: 8_542n },
      ],
      references: {
        rate: STAR_TO_HUI,
        toPerFrom: '3/2',
        pointsRoundedDown: '1/2',
        roundedDown: '1/3',
        spreadTo: 'airline',
        spread: '8542',
        spreadRoundedDown: '6/7',
      },
    })
    expect(contradictions(ledger)).toEqual([])
  })

  test('never lasts longer than what was given for it', async () => {
    const ledger = await withRates(await stockedLedger())
    const rate = { toPerFrom: { numerator: '1', denominator: '3' } }
    await acceptAll(ledger, 'airline', [defineRate('airline:flash', FLASH, HUI, rate)])
    await fillRate(ledger, 'airline:flash', '1000')
    await acceptAll(ledger, 'mall', [exchange(ledger, ['airline:flash'], ANN, 200n)], {
      fold: ledger.completeFold(),
    })
    const received = last(ledger).postings[3]
    expect(received?.lots).toEqual([{ expires: '2026-11-30', amount: 66n }])
  })

  test('gives the fraction of later points to earlier ones, not the other way round', async () => {
    const ledger = await withRates(await stockedLedger())
    await rollTo(ledger, '2026-12-01')
    // 450 STAR until November and 7 until December of the next year.
    await acceptAll(ledger, 'mall', [issue(STAR, ANN, '70')])
    await fillRate(ledger, STAR_TO_HUI, '2000')
    const made = exchange(ledger, [STAR_TO_HUI], ANN, 457n)
    expect(verdict(await submitOne(ledger, 'mall', made))).toBe('accepted')
    expect(last(ledger).postings[3]).toMatchObject({
      asset: HUI,
      amount: 685n,
      lots: [
        { expires: '2027-11-30', amount: 675n },
        { expires: '2027-12-31', amount: 10n },
      ],
    })
  })

  test('through two rates issues what lies between and takes it out again', async () => {
    const ledger = await withRates(await stockedLedger())
    const terms = { toPerFrom: { numerator: '2', denominator: '1' } }
    await acceptAll(ledger, 'bank', [defineRate('bank:hui-to-flash', HUI, FLASH, terms)])
    await fillRate(ledger, 'bank:hui-to-flash', '1000')
    const made = exchange(ledger, [STAR_TO_HUI, 'bank:hui-to-flash'], ANN, 101n)
    expect(verdict(await submitOne(ledger, 'mall', made))).toBe('accepted')
    const { postings, references } = last(ledger)
    expect(
      postings.slice(2, 6).map(({ account, asset, amount }) => [account, asset, amount]),
    ).toEqual([
      ['7101', HUI, 151n],
      ['7107', HUI, 151n],
      ['7101', FLASH, 302n],
      ['7102/mall:a-ann', FLASH, 302n],
    ])
    expect(postings.slice(6).map(({ account, amount }) => [account, amount])).toEqual([
      [`3001/bank/mall/${CYCLE}`, 503_333n],
      [`3001/mall/bank/${CYCLE}`, 503_333n],
      [`3001/airline/mall/${CYCLE}`, 2_157n],
      [`3001/mall/airline/${CYCLE}`, 2_157n],
      [`3001/airline/bank/${CYCLE}`, 1_006_666n],
      [`3001/bank/airline/${CYCLE}`, 1_006_666n],
    ])
    expect(references).toMatchObject({
      rate: STAR_TO_HUI,
      pointsRoundedDown: '1/2',
      rate2: 'bank:hui-to-flash',
      roundedDown2: '2/3',
    })
    expect(contradictions(ledger)).toEqual([])
    expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
  })

  test('takes nothing of the budget of what it issues', async () => {
    const ledger = await withRates(await stockedLedger())
    const quotas = (): unknown =>
      [...ledger.state].filter(([name]) => name.startsWith(`quota/${HUI}`))
    const before = quotas()
    await acceptAll(ledger, 'mall', [exchange(ledger, [STAR_TO_HUI], ANN, 400n)], {
      fold: ledger.completeFold(),
    })
    expect(quotas()).toEqual(before)
  })

  test('cannot be reversed', async () => {
    const ledger = await withRates(await stockedLedger())
    await acceptAll(ledger, 'mall', [exchange(ledger, [STAR_TO_HUI], ANN, 400n)], {
      fold: ledger.completeFold(),
    })
    const entry = JSON.parse(ledger.published.at(-1)?.text ?? '') as object
    const made = signed('ReverseEntry', ANN, { entry, reason: 'regret' })
    expect(verdict(await submitOne(ledger, 'mall', made))).toBe('NOT_REVERSIBLE')
  })
})

describe('a quote', () => {
  test('cannot be used again on the next day', async () => {
    const ledger = await withRates(await stockedLedger())
    const body = exchange(ledger, [STAR_TO_HUI], ANN, 100n).command.body
    const first = signed('ExchangePoints', ANN, body)
    expect(verdict(await submitOne(ledger, 'mall', first))).toBe('accepted')
    await rollTo(ledger, '2026-12-01')
    await fillRate(ledger, STAR_TO_HUI, '2000')
    const again = signed('ExchangePoints', ANN, body)
    expect(verdict(await submitOne(ledger, 'mall', again))).toBe('QUOTE_EXPIRED')
    expect(await submitOne(ledger, 'bank', first)).toMatchObject({ replayed: true })
    expect(ledger.entries().filter(({ type }) => type === 'ExchangePoints')).toHaveLength(1)
  })

  test('holds for its day although the rate is closed, and the rate ends with the day', async () => {
    const ledger = await withRates(await stockedLedger())
    const quoted = exchange(ledger, [STAR_TO_HUI], ANN, 100n)
    expect(verdict(await submitOne(ledger, 'bank', close('bank:till')))).toBe('accepted')
    expect(verdict(await submitOne(ledger, 'mall', quoted))).toBe('accepted')
    await rollTo(ledger, '2026-12-01')
    await fillRate(ledger, STAR_TO_HUI, '2000')
    const late = exchange(ledger, [STAR_TO_HUI], ANN, 100n)
    expect(verdict(await submitOne(ledger, 'mall', late))).toBe('RATE_OVER')
    expect(verdict(await submitOne(ledger, 'airline', close('airline')))).toBe('accepted')
    expect(ledger.get(rateKey(STAR_TO_HUI))?.status).toBe('closed')
  })
})

describe('the caps of a rate', () => {
  test('are there anew on the next day', async () => {
    const ledger = await withRates(await stockedLedger())
    const caps = { capPerDay: '150', capPerMemberDay: '150' }
    await acceptAll(ledger, 'mall', [defineRate('mall:small', STAR, HUI, caps)])
    await fillRate(ledger, 'mall:small', '150')
    const some = async (member: string, amount: bigint): Promise<string> => {
      const home = member.split(':')[0] ?? ''
      const made = exchange(ledger, ['mall:small'], member, amount)
      return verdict(await submitOne(ledger, home, made))
    }
    expect(await some(ANN, 60n)).toBe('accepted')
    expect(await some(ANN, 41n)).toBe('EXCHANGE_MEMBER_CAP')
    // The mall's lane has all of the day's quota: for the bank there is none.
    expect(await some(BOB, 40n)).toBe('EXCHANGE_CAP')
    expect(await some(ANN, 40n)).toBe('accepted')
    await rollTo(ledger, '2026-12-01')
    await fillRate(ledger, 'mall:small', '75')
    expect(await some(ANN, 41n)).toBe('accepted')
    expect(contradictions(ledger)).toEqual([])
  })

  test('cannot be drawn on before their day', async () => {
    const ledger = await withRates(await stockedLedger())
    const early = refill(`${STAR_TO_HUI}:2026-12-01`, '100', 'mall')
    expect(verdict(await submitOne(ledger, 'mall', early))).toBe('ASSET_UNKNOWN')
    const none = refill('mall:none:2026-11-30', '100', 'mall')
    expect(verdict(await submitOne(ledger, 'mall', none))).toBe('ASSET_UNKNOWN')
  })

  test('let members of different homes exchange without a key that both write', async () => {
    const ledger = await withRates(await stockedLedger())
    const ann = await ledger.simulate('mall', [exchange(ledger, [STAR_TO_HUI], ANN, 9n)], {
      fold: ledger.completeFold(accountOf(ANN)),
    })
    const bob = await ledger.simulate('bank', [exchange(ledger, [STAR_TO_HUI], BOB, 9n)], {
      fold: ledger.completeFold(accountOf(BOB)),
    })
    expect([...ann.outcomes, ...bob.outcomes].map(verdict)).toEqual(['accepted', 'accepted'])
    const written = new Set([...ann.writes, ...bob.writes].map(({ name }) => name))
    expect(ann.reads.filter((name) => written.has(name) && bob.reads.includes(name))).toEqual([])
  })
})
