import { organisationOf } from '../../ledger/index.ts'
import type { DemoKeys } from '../demo-keys.ts'
import { partsOf, rationalOf, wordsOf } from './basket-words.ts'
import { codeKeyName } from './coupon-intents.ts'
import type { DayFiles, RateRow, RushRow, SeriesRow } from './day-files.ts'
import { tillOf } from './intent.ts'
import type { Step } from './set-up.ts'

/** As many as one command registers. */
const CODES_PER_COMMAND = 100

/** A series of coupons is opened by its issuer; finance staff of who else pays for them sign too. */
export function seriesStep(row: SeriesRow): Step {
  const issuer = organisationOf(row.series)
  const actor = tillOf(issuer)
  const funders = wordsOf(row.funders).map((word) => {
    const [organisation, share] = partsOf(word, '=')
    return { organisation, share: Number(share) }
  })
  const others = funders.filter(({ organisation }) => organisation !== issuer)
  const signers = [actor, ...others.map(({ organisation }) => `${organisation}:finance-1`)]
  const body = {
    series: row.series,
    name: row.name,
    value: valueOf(row.value),
    minimumSpendFen: row.minimum_spend_fen,
    validity: validityOf(row.validity),
    blackouts: wordsOf(row.blackouts).map((word) => {
      const [from, until] = partsOf(word, '/')
      return { from, until }
    }),
    acceptors: wordsOf(row.acceptors),
    categories: wordsOf(row.categories),
    funders,
    ...usesOf(row.uses),
    stacking: stackingOf(row.stacking),
    perMember: countOf(row.per_member),
    perMemberDay: countOf(row.per_member_day),
    budget: row.budget,
  }
  return {
    gateway: issuer,
    intent: { type: 'DefineSeries', actor, body },
    subject: row.series,
    signers,
  }
}

/** `face FEN partial|whole`, `amount FEN` or `percent N CAP-FEN`. */
function valueOf(text: string): object {
  const [kind, first = '', second = ''] = wordsOf(text)
  if (kind === 'face') {
    return { kind: 'shopping', faceFen: first, partialUse: second === 'partial' }
  }
  const discount =
    kind === 'amount'
      ? { kind, fen: first }
      : { kind: 'percent', percent: Number(first), capFen: second }
  return { kind: 'deduction', discount }
}

/** `FIRST-DAY LAST-DAY`, or a number of days from receipt. */
function validityOf(text: string): object {
  const [from, until] = wordsOf(text)
  return until === undefined
    ? { kind: 'days', days: Number(from) }
    : { kind: 'window', from, until }
}

function usesOf(text: string): object {
  const uses = wordsOf(text)
  return {
    transferable: uses.includes('transfer'),
    giftable: uses.includes('gift'),
    auctionable: uses.includes('auction'),
  }
}

/** `COUNT others points`: how many of its own in one order, and what else goes with it. */
function stackingOf(text: string): object {
  const [ownPerOrder, ...beside] = wordsOf(text)
  return {
    ownPerOrder: Number(ownPerOrder),
    otherSeries: beside.includes('others'),
    points: beside.includes('points'),
  }
}

function countOf(text: string): number | null {
  return text === '' ? null : Number(text)
}

/** An exchange rate is agreed by the tills of both issuers. */
export function rateStep(row: RateRow): Step {
  const gateway = organisationOf(row.rate)
  const signers = [...new Set([row.from, row.to].map((asset) => tillOf(organisationOf(asset))))]
  const [party, price = ''] = wordsOf(row.spread)
  const body = {
    rate: row.rate,
    from: row.from,
    to: row.to,
    toPerFrom: rationalOf(row.to_per_from),
    pricePerPoint: rationalOf(row.price_micro_yuan_per_point),
    ...(party !== undefined && { spread: { party, pricePerPoint: rationalOf(price) } }),
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    capPerDay: row.cap_per_day,
    capPerMemberDay: row.cap_per_member_day,
    chainable: row.chainable === 'yes',
  }
  const intent = { type: 'DefineRate', actor: tillOf(gateway), body }
  return { gateway, intent, subject: row.rate, signers }
}

/** A rush is opened by the issuer of its series. */
export function rushStep({
  rush,
  series,
  total,
  per_member: perMember,
  from,
  until,
}: RushRow): Step {
  const gateway = organisationOf(series)
  const actor = tillOf(gateway)
  const body = { rush, series, total: Number(total), perMember: Number(perMember), from, until }
  return { gateway, intent: { type: 'OpenRush', actor, body }, subject: rush, signers: [actor] }
}

/** The codes on paper are registered by their public keys, so many at a time. */
export function codeSteps({ codes }: Pick<DayFiles, 'codes'>, keys: DemoKeys): Step[] {
  const bySeries = new Map<string, string[]>()
  for (const { series, code } of codes) {
    bySeries.set(series, [...(bySeries.get(series) ?? []), code])
  }
  return [...bySeries].flatMap(([series, names]) => {
    const gateway = organisationOf(series)
    const actor = tillOf(gateway)
    const count = Math.ceil(names.length / CODES_PER_COMMAND)
    return Array.from({ length: count }, (_, at): Step => {
      const part = names.slice(at * CODES_PER_COMMAND, (at + 1) * CODES_PER_COMMAND)
      const publicKeys = part.map((code) => keys.walletOf(codeKeyName(series, code)).publicKey)
      const intent = { type: 'RegisterClaimCodes', actor, body: { series, codes: publicKeys } }
      return { gateway, intent, subject: `${series}/${at}`, signers: [actor] }
    })
  })
}
