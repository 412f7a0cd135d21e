import { Type } from 'typebox'

/** A calendar date as YYYY-MM-DD. Text order is date order. */
export type BusinessDate = string

const LONG_MONTH = '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])'
const SHORT_MONTH = '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)'
const FEBRUARY = '02-(?:0[1-9]|1[0-9]|2[0-8])'
const LEAP_YEAR = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)'

/** A day that the calendar has, so that what is no date is a matter of form. */
export const BusinessDateText = Type.String({
  pattern: `^(?:[0-9]{4}-(?:${LONG_MONTH}|${SHORT_MONTH}|${FEBRUARY})|${LEAP_YEAR}-02-29)$`,
  description: 'a day of the calendar, YYYY-MM-DD',
  examples: ['2026-12-01'],
})

interface Calendar {
  readonly year: number
  readonly month: number
  readonly day: number
}

function parse(date: BusinessDate): Calendar {
  const [year, month, day] = date.split('-').map(Number)
  return { year: year ?? 0, month: month ?? 0, day: day ?? 0 }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

function format({ year, month, day }: Calendar): BusinessDate {
  const [yyyy, mm, dd] = [String(year).padStart(4, '0'), twoDigits(month), twoDigits(day)]
  return `${yyyy}-${mm}-${dd}`
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** The day that is `days` (0 or more) after `date`. */
export function addDays(date: BusinessDate, days: number): BusinessDate {
  let { year, month, day } = parse(date)
  day += days
  while (day > daysInMonth(year, month)) {
    day -= daysInMonth(year, month)
    month += 1
    if (month > 12) [year, month] = [year + 1, 1]
  }
  return format({ year, month, day })
}

/** The last day of the month that is `months` (0 or more) after the month of `date`. */
export function endOfMonth(date: BusinessDate, months: number): BusinessDate {
  const { year, month } = parse(date)
  const index = year * 12 + (month - 1) + months
  const target = { year: Math.floor(index / 12), month: (index % 12) + 1 }
  return format({ ...target, day: daysInMonth(target.year, target.month) })
}

/** A settlement cycle: a business date may have several. */
export interface Cycle {
  readonly date: BusinessDate
  readonly number: number
}

/** The name of a cycle in account paths, such as 2026-12-01.1. */
export function cycleName(cycle: Cycle): string {
  return `${cycle.date}.${cycle.number}`
}

/** The business date of a cycle by its name. */
export function dateOfCycle(name: string): BusinessDate {
  return name.slice(0, name.indexOf('.'))
}

export const CycleNameText = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}\\.[1-9][0-9]{0,2}$',
  description: 'a settlement cycle, by its business date and its number on that date',
  examples: ['2026-12-01.1'],
})

/** Whether a cycle, by its name, is over: the ledger has rolled on to `now`. */
export function isPastCycle(name: string, now: Cycle): boolean {
  const date = dateOfCycle(name)
  return date === now.date ? Number(name.slice(date.length + 1)) < now.number : date < now.date
}

/** A roll goes to the next cycle of the same date or to the first cycle of the next date. */
export function isNextCycle(from: Cycle, to: Cycle): boolean {
  if (to.date === from.date) return to.number === from.number + 1
  return to.date === addDays(from.date, 1) && to.number === 1
}
