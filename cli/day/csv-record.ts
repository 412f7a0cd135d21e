import { parse } from 'csv-parse/sync'

/** The fields of one physical line of CSV, or undefined when it is empty or its quoting is bad. */
export function parseRecord(text: string): readonly string[] | undefined {
  if (text === '') return undefined
  // Without a quote there is nothing to parse, and making a parser for a line costs far more.
  if (!text.includes('"')) return text.split(',')
  try {
    const [record] = parse(text, { record_delimiter: '\n', bom: false })
    return record
  } catch {
    return undefined
  }
}

/** Whether a text is a local time YYYY-MM-DDTHH:MM:SS of a day that the calendar has. */
export function isLocalTime(text: string): boolean {
  const [, date, hour, minute, second] = /^([\d-]{10})T(\d\d):(\d\d):(\d\d)$/.exec(text) ?? []
  if (!isCalendarDate(date ?? '')) return false
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
}

/** Whether a text is a date YYYY-MM-DD that the calendar has. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const instant = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text)
}
