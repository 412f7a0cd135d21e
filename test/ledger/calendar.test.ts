import { describe, expect, test } from 'vitest'
import { addDays, BusinessDateText, endOfMonth, ledgerKey } from '../../ledger/index.ts'
import { isNextCycle } from '../../ledger/business-date.ts'
import { shapeOf } from '../../ledger/shape.ts'
import { acceptAll, openedLedger, submitOne, verdict } from '../support/opened-ledger.ts'
import { command, walletOf } from '../support/world.ts'
import { signCommand } from '../../cli/wallet.ts'
import type { Cycle, SignedCommand } from '../../ledger/index.ts'

const checkDate = shapeOf(BusinessDateText)

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0')
}

describe('a business date', () => {
  test('is what the calendar has, over years with and without a leap day', () => {
    const years = [1600, 1900, 1999, 2000, 2024, 2026, 2028, 2096, 2100, 2104, 2400]
    for (const year of years) {
      for (let month = 0; month <= 13; month += 1) {
        for (let day = 0; day <= 32; day += 1) {
          const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
          const instant = new Date(Date.UTC(year, month - 1, day))
          const exists = instant.getUTCMonth() === month - 1 && instant.getUTCDate() === day
          expect({ text, ok: checkDate(text).ok }).toEqual({ text, ok: exists && month >= 1 })
        }
      }
    }
  })

  test.each([
    '2026-1-01',
    '2026-12-01 ',
    '2026-12-01\n',
    '02026-12-01',
    '２026-12-01',
    '2026/12/01',
  ])('is not %j', (text) => expect(checkDate(text).ok).toBe(false))

  test('goes on as the calendar does, for 10 years', () => {
    let date = '2026-11-30'
    for (let day = 1; day <= 3_653; day += 1) {
      date = addDays(date, 1)
      expect(date).toBe(new Date(Date.UTC(2026, 10, 30 + day)).toISOString().slice(0, 10))
    }
    expect(addDays('2026-11-30', 3_653)).toBe(date)
  })
})

test.each([
  ['2027-01-31', 1, '2027-02-28'],
  ['2028-01-31', 1, '2028-02-29'],
  ['2024-02-29', 12, '2025-02-28'],
  ['2100-01-15', 1, '2100-02-28'],
  ['2000-01-01', 1, '2000-02-29'],
  ['2026-12-01', 0, '2026-12-31'],
  ['2026-11-30', 12, '2027-11-30'],
  ['2026-12-31', 48, '2030-12-31'],
  ['2026-06-30', 5, '2026-11-30'],
])('the month end %s plus %i months is %s', (date, months, end) => {
  expect(endOfMonth(date, months)).toBe(end)
})

test.each([
  ['2026-11-30', 1, '2026-11-30', 2, true],
  ['2026-11-30', 2, '2026-12-01', 1, true],
  ['2026-12-31', 1, '2027-01-01', 1, true],
  ['2028-02-28', 1, '2028-02-29', 1, true],
  ['2027-02-28', 1, '2027-03-01', 1, true],
  ['2026-11-30', 1, '2026-11-30', 1, false],
  ['2026-11-30', 1, '2026-11-30', 3, false],
  ['2026-11-30', 2, '2026-11-30', 1, false],
  ['2026-11-30', 1, '2026-12-01', 2, false],
  ['2026-11-30', 1, '2026-12-02', 1, false],
  ['2026-11-30', 1, '2026-11-29', 1, false],
])('from %s.%i to %s.%i is one step: %s', (date, number, toDate, toNumber, isStep) => {
  expect(isNextCycle({ date, number }, { date: toDate, number: toNumber })).toBe(isStep)
})

function roll(from: Cycle, to: Cycle, ...signers: string[]): SignedCommand {
  const made = command('RollBusinessDate', signers[0] ?? '', { from, to })
  return signCommand(made, ...signers.map(walletOf))
}

describe('a roll', () => {
  const first = { date: '2026-11-30', number: 1 }
  const second = { date: '2026-11-30', number: 2 }
  const next = { date: '2026-12-01', number: 1 }

  test.each([
    [['mall:finance-1'], 'APPROVALS_MISSING'],
    [['mall:finance-1', 'mall:finance-2'], 'APPROVALS_MISSING'],
    [['mall:finance-1', 'bank:admin'], 'APPROVALS_MISSING'],
    [['mall:finance-1', 'bank:finance-2'], 'accepted'],
    [['mall:till', 'bank:finance-2', 'airline:finance-1'], 'accepted'],
    [['mall:finance-1', 'bank:finance-1', 'airline:finance-1'], 'accepted'],
  ])('proved by %j: %s', async (signers, expected) => {
    const ledger = await openedLedger()
    expect(verdict(await submitOne(ledger, 'mall', roll(first, next, ...signers)))).toBe(expected)
    const { cycle } = ledger.get(ledgerKey) ?? {}
    expect(cycle).toEqual(expected === 'accepted' ? next : first)
  })

  test('of two out of four organisations is no majority', async () => {
    const ledger = await openedLedger()
    const port = command('RegisterOrganisation', 'port', { name: 'The port' })
    await acceptAll(ledger, 'port', [signCommand(port)], { isAdmin: true })
    const two = roll(first, next, 'mall:finance-1', 'bank:finance-1')
    const three = roll(first, next, 'mall:finance-1', 'bank:finance-1', 'airline:finance-1')
    expect(verdict(await submitOne(ledger, 'mall', two))).toBe('APPROVALS_MISSING')
    expect(verdict(await submitOne(ledger, 'mall', three))).toBe('accepted')
  })

  test('to a second cycle of the day, and from there to the next day', async () => {
    const ledger = await openedLedger()
    const signers = ['mall:finance-1', 'bank:finance-1']
    const rolls = [roll(first, second, ...signers), roll(second, next, ...signers)]
    await acceptAll(ledger, 'airline', rolls)
    expect(ledger.get(ledgerKey)?.cycle).toEqual(next)
    const again = roll(first, second, ...signers)
    expect(verdict(await submitOne(ledger, 'mall', again))).toBe('NOT_NEXT_CYCLE')
  })
})
