import { readFileSync } from 'node:fs'
import { AccountIdText, SerialText, shapeOf } from '../ledger/index.ts'
import { parseRecord } from './day/csv-record.ts'
import { deterministicId } from './day/line-command.ts'
import { PlainError, readOrExplain } from './plain-error.ts'

/** As many coupons as one command issues. */
const MAX_COUNT = 100

const HEADERS = ['account,serial', 'account,count'] as const

/** One line of a file of coupons to be issued. */
export interface CouponLine {
  /** Physical line number in the file; the header is line 1. */
  readonly line: number
  /** Undefined when the line is malformed. */
  readonly order: CouponOrder | undefined
}

/** Coupons for one account, by one command. */
export interface CouponOrder {
  /** The command's id: it hangs on what the line says, not on where it stands. */
  readonly id: string
  readonly account: string
  readonly serials: readonly string[]
}

/** Which hand-out of which series a file is of: the same line of another is other coupons. */
export interface HandOut {
  readonly series: string
  readonly batch: string
}

const isAccount = shapeOf(AccountIdText)
const isSerial = shapeOf(SerialText)

/** Reads a file of `account,serial` or `account,count`. Throws plain errors. */
export function readCouponLines(path: string, handOut: HandOut): CouponLine[] {
  const remedy = 'Give the path of a CSV file.'
  const text = readOrExplain(path, remedy, () => readFileSync(path, 'utf8'))
  const [first = '', ...rows] = text.replace(/\n$/, '').split('\n')
  const header = HEADERS.find((known) => known === first)
  if (header === undefined) {
    throw new PlainError(
      `${path} does not start with the line "${HEADERS.join('" or "')}" (UTF-8, lines ended by \\n).`,
    )
  }
  const seen = new Map<string, number>()
  return rows.map((row, index) => {
    const occurrence = (seen.get(row) ?? 0) + 1
    seen.set(row, occurrence)
    const id = deterministicId(
      ['coupons', handOut.series, handOut.batch, header, row, occurrence].join('\n'),
    )
    return { line: index + 2, order: orderOf(row, header, id) }
  })
}

function orderOf(row: string, header: string, id: string): CouponOrder | undefined {
  const fields = parseRecord(row)
  const [account = '', value = ''] = fields ?? []
  if (fields?.length !== 2 || !isAccount(account).ok) return undefined
  const serials = header === 'account,serial' ? [value] : serialsFor(value, id)
  return serials?.every((serial) => isSerial(serial).ok) === true
    ? { id, account, serials }
    : undefined
}

/** Numbers of its own for so many coupons; undefined when it is no count. */
function serialsFor(count: string, id: string): string[] | undefined {
  if (!/^[1-9][0-9]{0,2}$/.test(count) || Number(count) > MAX_COUNT) return undefined
  return Array.from({ length: Number(count) }, (_, at) => `${id.slice(0, 20)}-${at + 1}`)
}
