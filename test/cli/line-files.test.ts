import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLocalTime, parseRecord } from '../../cli/day/csv-record.ts'
import { inOrderOfDay, parseLines, readLineFiles } from '../../cli/day/line-files.ts'
import { tallyDay } from '../day/tally.ts'

const DAY = join(import.meta.dirname, '../../data/2026-12-01')
const HEADER = 'time,store,receipt,member,amount_fen,asset,available_from'
const FILE = {
  kind: 'earnings',
  organisation: 'bank',
  startTime: '2026-11-30T00:00:00',
} as const

/** The lines of a text as numbers with times, and '-' where malformed. */
function read(...rows: readonly string[]): string[] {
  const text = `${[HEADER, ...rows].join('\n')}\n`
  return parseLines(text, 'a file', FILE).map(
    ({ line, time, fields }) => `${line} ${time.slice(11)}${fields === undefined ? ' -' : ''}`,
  )
}

describe('a line file', () => {
  test.each([
    ['too few columns', '2026-11-30T18:00:00,S1,R1,bank:m-a,100,bank:hui:point'],
    ['too many columns', '2026-11-30T18:00:00,S1,R1,bank:m-a,100,bank:hui:point,,x'],
  ])('has a malformed line with %s, and only that one', (_what, row) => {
    const right = '2026-11-30T19:00:00,S1,R2,bank:m-a,100,bank:hui:point,'
    expect(read(row, right)).toEqual(['2 18:00:00 -', '3 19:00:00'])
  })

  test.each([
    ['is empty', ''],
    ['has an unclosed quote', '2026-11-30T18:00:00,S1,"R1,bank:m-a,100,bank:hui:point,'],
    ['has a stray quote', '2026-11-30T18:00:00,S1,R"1,bank:m-a,100,bank:hui:point,'],
    ['has no day of the calendar', '2026-11-31T18:00:00,S1,R1,bank:m-a,100,bank:hui:point,'],
    ['has no hour of a day', '2026-11-30T24:00:00,S1,R1,bank:m-a,100,bank:hui:point,'],
    ['has another form of time', '2026-11-30 18:00:00,S1,R1,bank:m-a,100,bank:hui:point,'],
  ])('gives a line that %s the time of the line before', (_what, row) => {
    const right = '2026-11-30T17:00:00,S1,R2,bank:m-a,100,bank:hui:point,'
    expect(read(row, right, row)).toEqual(['2 00:00:00 -', '3 17:00:00', '4 17:00:00 -'])
  })

  test('has its quoted fields unquoted', () => {
    const [line] = parseLines(
      'time,from,to,asset,points,note\n2026-11-30T18:00:00,a,b,c,1,"dinner, ""split"""\n',
      'a file',
      { ...FILE, kind: 'transfers' },
    )
    expect(line?.kind === 'transfers' && line.fields?.note).toBe('dinner, "split"')
  })

  test('with another header is refused in plain words', () => {
    expect(() => parseLines('time,who\n', 'till.csv', FILE)).toThrow('till.csv does not start')
  })
})

describe('the files of the day', () => {
  test('are put into the order in which the tally judges them', () => {
    const lines = inOrderOfDay(readLineFiles(DAY, '2026-11-30T00:00:00'))
    const place = ({ organisation, kind, line }: (typeof lines)[number]): string =>
      `${organisation} ${kind} ${line}`
    const { lines: judged } = tallyDay(DAY)
    expect(lines.map(place)).toEqual(
      judged.map(({ organisation, kind, line }) => `${organisation} ${kind} ${line}`),
    )
    const malformed = lines.filter(({ fields }) => fields === undefined).map(place)
    expect(malformed).toEqual(
      judged
        .filter(({ result }) => result === 'LINE_MALFORMED')
        .map(({ organisation, kind, line }) => `${organisation} ${kind} ${line}`),
    )
  })

  test('have no line that the short way reads otherwise than the CSV parser', () => {
    const texts = readdirSync(DAY)
      .filter((name) => name.startsWith('transfers-'))
      .flatMap((name) => readFileSync(join(DAY, name), 'utf8').split('\n'))
    for (const text of texts) expect(parseRecord(text)).toEqual(parserRecord(text))
  })
})

function parserRecord(text: string): readonly string[] | undefined {
  try {
    return parse(text, { record_delimiter: '\n', bom: false })[0]
  } catch {
    return undefined
  }
}

test('any line is read as the CSV parser reads it', () => {
  const text = fc
    .array(fc.constantFrom('a', ',', '"', ' ', '\r', '\t', '惠', "'", ';'), { maxLength: 12 })
    .map((characters) => characters.join(''))
  fc.assert(
    fc.property(text, (line) => {
      expect(parseRecord(line)).toEqual(parserRecord(line))
    }),
  )
})

test('a leap day is a day of leap years only', () => {
  expect(isLocalTime('2028-02-29T00:00:00')).toBe(true)
  expect(isLocalTime('2027-02-29T00:00:00')).toBe(false)
  expect(isLocalTime('2026-13-01T00:00:00')).toBe(false)
})
