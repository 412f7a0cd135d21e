import { couponsOf, membersOf } from './agreement-intents.ts'
import { basketOf } from './basket-words.ts'
import { keysOf } from './line-command.ts'
import type { DayLine } from './line-files.ts'

const CONTRACTS = ['gift', 'offer', 'purchase', 'auction', 'agreement'] as const
const BASKETS = ['basket', 'gives', 'wants', 'coupons'] as const

/**
 * What the result of each line of a day may depend on. Beside what a line names itself, that is
 * everybody whom earlier lines of its contract have named: an offer that is accepted changes what its
 * maker has, and a bid that is beaten what its bidder has. A tick concerns every auction so far.
 */
export function keysOfDay(lines: readonly DayLine[]): Map<DayLine, readonly string[]> {
  const parties = new Map<string, Set<string>>()
  const auctions = new Set<string>()
  const keys = new Map<DayLine, readonly string[]>()
  for (const line of lines) {
    const own = [...keysOf(line), ...membersOfLine(line), ...couponKeys(line)]
    const contract = contractOf(line)
    if (contract === undefined) {
      keys.set(line, isTick(line) ? ['clock', ...auctions] : own)
      continue
    }
    const known = parties.get(contract) ?? new Set<string>()
    for (const key of own) if (key.startsWith('member ')) known.add(key)
    parties.set(contract, known)
    if (line.kind === 'auctions') auctions.add(contract)
    keys.set(line, [...new Set([contract, ...own, ...known])])
  }
  return keys
}

function fieldsOf(line: DayLine): Readonly<Record<string, string>> {
  return line.fields ?? {}
}

function isTick(line: DayLine): boolean {
  return line.kind === 'auctions' && line.fields?.action === 'tick'
}

function contractOf(line: DayLine): string | undefined {
  const fields = fieldsOf(line)
  const kind = CONTRACTS.find((name) => (fields[name] ?? '') !== '')
  return kind && `${kind} ${fields[kind] ?? ''}`
}

function membersOfLine(line: DayLine): string[] {
  if (line.kind !== 'agreements') return []
  return membersOf(line.fields?.lines ?? '').map((member) => `member ${member}`)
}

/** Coupons, whoever has them, and the codes that are good for one. */
function couponKeys(line: DayLine): string[] {
  const fields = fieldsOf(line)
  const named = BASKETS.flatMap((column) => basketOf(fields[column] ?? '').coupons)
  const words = named.map(({ series, serial }) => `${series}/${serial}`)
  if (line.kind === 'agreements') words.push(...couponsOf(fields['lines'] ?? ''))
  if (line.kind === 'issues') {
    const { series = '', serials = '' } = line.fields ?? {}
    words.push(...serials.split(' ').map((serial) => `${series}/${serial}`))
  }
  if (line.kind === 'claims') words.push(`${line.fields?.series ?? ''} ${line.fields?.code ?? ''}`)
  return words.map((word) => `coupon ${word}`)
}
