import type { SignedCommand } from '../../ledger/index.ts'
import { signClaim } from '../../cli/claim-code.ts'
import type { Wallet } from '../../cli/wallet.ts'
import { deriveWallet, signCommand } from '../../cli/wallet.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { acceptAll, ANN, refill } from './opened-ledger.ts'
import { accountOf, CHANNEL, command, LEDGER_ID, signed, walletOf } from './world.ts'

/** Shopping coupons of 50.00 yuan at the mall, which pays for them itself. */
export const SPRING = 'mall:spring50:fen'
/** Deduction coupons of 5.00 yuan off 30.00, paid by mall and bank in equal parts. */
export const LESS5 = 'mall:less5:piece'

/** Terms of a series: shopping or deduction by its unit; `change` overrides any of them. */
export function seriesTerms(
  series: string,
  change: Record<string, unknown> = {},
): Record<string, unknown> {
  const issuer = series.split(':')[0] ?? ''
  const isShopping = series.endsWith(':fen')
  return {
    series,
    name: `Coupons ${series}`,
    value: isShopping
      ? { kind: 'shopping', faceFen: '5000', partialUse: true }
      : { kind: 'deduction', discount: { kind: 'amount', fen: '500' } },
    minimumSpendFen: isShopping ? '0' : '3000',
    validity: { kind: 'days', days: 30 },
    blackouts: [],
    acceptors: ['bank', 'mall', 'airline'],
    categories: [],
    funders: [{ organisation: issuer, share: 1 }],
    transferable: true,
    giftable: true,
    auctionable: true,
    stacking: { ownPerOrder: 5, otherSeries: true, points: true },
    perMember: null,
    perMemberDay: null,
    budget: isShopping ? '5000000' : '1000',
    ...change,
  }
}

/** The definition of a series, signed by the issuer's till and by every other funder's finance. */
export function defineSeries(series: string, change: Record<string, unknown> = {}): SignedCommand {
  const terms = seriesTerms(series, change)
  const issuer = series.split(':')[0] ?? ''
  const funders = terms['funders'] as readonly { readonly organisation: string }[]
  const others = funders.filter(({ organisation }) => organisation !== issuer)
  const signers = [
    `${issuer}:till`,
    ...others.map(({ organisation }) => `${organisation}:finance-1`),
  ]
  return signCommand(command('DefineSeries', `${issuer}:till`, terms), ...signers.map(walletOf))
}

/** Coupons by serial for a member, by the issuer's till. */
export function issueCoupons(
  series: string,
  member: string,
  serials: readonly string[],
): SignedCommand {
  const issuer = series.split(':')[0] ?? ''
  return signed('IssueCoupons', `${issuer}:till`, {
    series,
    to: accountOf(member),
    coupons: serials.map((serial) => ({ serial })),
  })
}

/** Defines series on a ledger and moves the whole budget of each into the issuer's lane 0. */
export async function openSeries(
  ledger: MemoryLedger,
  series: string,
  change: Record<string, unknown> = {},
): Promise<void> {
  const issuer = series.split(':')[0] ?? ''
  await acceptAll(ledger, issuer, [defineSeries(series, change)])
  const budget = String(seriesTerms(series, change)['budget'])
  await acceptAll(ledger, issuer, [refill(series, budget)])
}

/** Puts coupons into a member's wallet; the series must be open. */
export async function giveCoupons(
  ledger: MemoryLedger,
  series: string,
  member: string,
  serials: readonly string[],
): Promise<void> {
  const issuer = series.split(':')[0] ?? ''
  await acceptAll(ledger, issuer, [issueCoupons(series, member, serials)])
}

/** An amendment of a series to terms that are as `seriesTerms` but for what `change` says. */
export function amendSeries(series: string, change: Record<string, unknown> = {}): SignedCommand {
  const issuer = series.split(':')[0] ?? ''
  const terms = { ...seriesTerms(series), stopped: false, ...change }
  return signed('AmendSeries', `${issuer}:till`, terms)
}

export function transferCoupons(
  series: string,
  from: string,
  to: string,
  serials: readonly string[],
): SignedCommand {
  const coupons = serials.map((serial) => ({ series, serial }))
  return signed('TransferCoupons', from, { from: accountOf(from), to: accountOf(to), coupons })
}

export function expireCoupons(
  series: string,
  serials: readonly string[],
  actor: string = ANN,
): SignedCommand {
  return signed('ExpireCoupons', actor, { series, serials })
}

/** Coupons made void by two of the issuer's finance staff. */
export function voidCoupons(series: string, serials: readonly string[]): SignedCommand {
  const issuer = series.split(':')[0] ?? ''
  const signers = [`${issuer}:finance-1`, `${issuer}:finance-2`]
  const made = command('VoidCoupons', signers[0] ?? '', { series, serials, reason: 'misprint' })
  return signCommand(made, ...signers.map(walletOf))
}

const codes = new Map<number, Wallet>()

/** The key of a claim code, the same one every time. */
export function claimCode(number: number): Wallet {
  const known = codes.get(number) ?? deriveWallet('codes for tests', `code ${number}`)
  codes.set(number, known)
  return known
}

export function registerClaimCodes(series: string, numbers: readonly number[]): SignedCommand {
  const issuer = series.split(':')[0] ?? ''
  const publicKeys = numbers.map((number) => claimCode(number).publicKey)
  return signed('RegisterClaimCodes', `${issuer}:till`, { series, codes: publicKeys })
}

/** A claim by a member who has the code; `change` overrides anything in it. */
export function claimCoupon(
  series: string,
  number: number,
  member: string,
  change: Record<string, unknown> = {},
): SignedCommand {
  const to = accountOf(member)
  const code = claimCode(number)
  const signature = signClaim(code, { channel: CHANNEL, ledgerId: LEDGER_ID }, series, to)
  return signed('ClaimCoupon', member, { series, code: code.publicKey, to, signature, ...change })
}

/** A rush for ten coupons, one each, from the opening date to the tenth of December. */
export function openRush(
  rush: string,
  series: string,
  change: Record<string, unknown> = {},
): SignedCommand {
  const issuer = series.split(':')[0] ?? ''
  const days = { from: '2026-11-30', until: '2026-12-10' }
  const body = { rush, series, total: 10, perMember: 1, ...days, ...change }
  return signed('OpenRush', `${issuer}:till`, body)
}

export function claimRush(rush: string, series: string, member: string): SignedCommand {
  return signed('ClaimRush', member, { rush, series, to: accountOf(member) })
}

export function closeRush(rush: string, actor: string = ANN): SignedCommand {
  return signed('CloseRush', actor, { rush })
}
