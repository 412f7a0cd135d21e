import { signClaim } from '../claim-code.ts'
import { basketOf, wordsOf } from './basket-words.ts'
import type { Intent, LineContext } from './intent.ts'
import { tillOf } from './intent.ts'
import type { FieldsOf } from './line-files.ts'

/** The name under which the key of a claim code on paper is derived. */
export function codeKeyName(series: string, code: string): string {
  return `claim code ${series} ${code}`
}

/** A till puts coupons into a member's wallet. */
export function issueIntent(
  { series, serials, member }: FieldsOf<'issues'>,
  { organisation, keys }: LineContext,
): Intent {
  const coupons = wordsOf(serials).map((serial) => ({ serial }))
  const body = { series, to: keys.accountOf(member), coupons }
  return { type: 'IssueCoupons', actor: tillOf(organisation), body }
}

/** A member claims the coupon of a code on paper, whose key signs for an account. */
export function claimIntent(
  { series, code, member, signed_for: signedFor }: FieldsOf<'claims'>,
  { keys, ledger }: LineContext,
): Intent {
  const wallet = keys.walletOf(codeKeyName(series, code))
  const signature = signClaim(wallet, ledger, series, keys.accountOf(signedFor))
  const body = { series, code: wallet.publicKey, to: keys.accountOf(member), signature }
  return { type: 'ClaimCoupon', actor: member, body }
}

/** A member claims a coupon in a rush. */
export function rushIntent(
  { rush, series, member }: FieldsOf<'rushes'>,
  { keys }: LineContext,
): Intent {
  return { type: 'ClaimRush', actor: member, body: { rush, series, to: keys.accountOf(member) } }
}

/** A member passes coupons on. */
export function handoverIntent(
  { from, to, coupons, note }: FieldsOf<'handovers'>,
  { keys }: LineContext,
): Intent {
  const body = {
    from: keys.accountOf(from),
    to: keys.accountOf(to),
    coupons: basketOf(coupons).coupons,
    ...(note !== '' && { note }),
  }
  return { type: 'TransferCoupons', actor: from, body }
}
