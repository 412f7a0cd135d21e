import { couponsOf, membersOf, signatoriesOf } from './agreement-intents.ts'
import { basketOf } from './basket-words.ts'
import { keysOf } from './line-command.ts'
import type { DayLine } from './line-files.ts'

const CONTRACTS = ['gift', 'offer', 'purchase', 'auction', 'agreement', 'request'] as const
const COUPON = 'coupon '
const BASKETS = ['basket', 'gives', 'wants', 'coupons'] as const

/**
 * What the result of each line of a day may depend on, and what other lines may depend on through it.
 * Beside what a line names itself, those are members whom earlier lines of its contract have named
 * and whose wallets it may change: whoever made an offer that is accepted, paid what is refunded, was
 * beaten by a bid or sells what an auction closes; and the coupons that it keeps. A tick concerns
 * every auction so far, and those that are opened after it.
 */
export function keysOfDay(lines: readonly DayLine[]): Map<DayLine, readonly string[]> {
  const parties = new Map<string, Set<string>>()
  const auctions = new Set<string>()
  const keys = new Map<DayLine, readonly string[]>()
  let lastTick: string[] = []
  for (const line of lines) {
    if (isTick(line)) {
      lastTick = ['clock', ...auctions]
      keys.set(line, lastTick)
      continue
    }
    const contract = contractOf(line)
    const before = parties.get(contract ?? '') ?? new Set<string>()
    const coupons = couponKeys(line)
    const own = [...keysOf(line), ...agreedMembers(line, before), ...conditionOf(line), ...coupons]
    if (contract === undefined) {
      keys.set(line, own)
      continue
    }
    if (line.kind === 'auctions' || line.kind === 'sealed') {
      // A key of its own, so that those who open auctions need not wait for each other.
      if (!auctions.has(contract)) lastTick.push(contract)
      auctions.add(contract)
    }
    const others = [...before].filter((party) => concerns(line, party)).map(keyOfParty)
    keys.set(line, [...new Set([contract, ...own, ...others])])
    const { action = '', member = '', by = '' } = fieldsOf(line)
    parties.set(contract, new Set([...before, ...coupons, `${action} ${member}${by}`]))
  }
  return keys
}

/** Whether a line may change a coupon, or the wallet of a party, who is named after what he did. */
function concerns(line: DayLine, party: string): boolean {
  const isBid = line.kind === 'auctions' && line.fields?.action === 'bid'
  if (isBid) return party.startsWith('bid ')
  // A deposit is put beside the others, and gives nothing back.
  if (line.kind === 'sealed' && line.fields?.action === 'commit') return false
  if (party.startsWith(COUPON)) return true
  return line.kind !== 'gifts' && line.kind !== 'agreements' && !party.endsWith(' ')
}

function keyOfParty(party: string): string {
  return party.startsWith(COUPON) ? party : `member ${party.slice(party.indexOf(' ') + 1)}`
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

/** All members of an agreement from the line on that may carry it out: the last one's signature. */
function agreedMembers(line: DayLine, before: ReadonlySet<string>): string[] {
  if (line.kind !== 'agreements' || line.fields === undefined) return []
  const { action, by, lines } = line.fields
  const isLast = signatoriesOf(lines).every((id) => id === by || before.has(`sign ${id}`))
  if (action !== 'execute' && !(action === 'sign' && isLast)) return []
  return membersOf(lines).map((member) => `member ${member}`)
}

/** The agreement for which the line's own has to wait. */
function conditionOf(line: DayLine): string[] {
  const after = line.kind === 'agreements' ? (line.fields?.after ?? '') : ''
  return after === '' ? [] : [`agreement ${after}`]
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
  return words.map((word) => `${COUPON}${word}`)
}
