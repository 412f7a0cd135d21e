import { openGiftLink, signGiftClaim } from '../../cli/gift-link.ts'
import { accountOf, CHANNEL, LEDGER_ID, OPENING_DATE, STAR } from '../../test/support/world.ts'

const LINK = openGiftLink('a link that everybody in the group has')

/** A red packet of ten points a share, in equal shares. */
export function openGiftBody(gift: string, giver: string, shares: number): Record<string, unknown> {
  return {
    gift,
    from: accountOf(giver),
    basket: { points: [{ asset: STAR, amount: String(shares * 10) }], coupons: [] },
    linkKey: LINK.wallet.publicKey,
    returnsAfter: OPENING_DATE,
    shares: { count: shares, split: { kind: 'equal' } },
  }
}

/** A member's claim of a share, with the link's signature for his account alone. */
export function giftClaimBody(gift: string, member: string): Record<string, unknown> {
  const to = accountOf(member)
  const ledger = { channel: CHANNEL, ledgerId: LEDGER_ID }
  return { gift, to, linkSignature: signGiftClaim(LINK, ledger, gift, to) }
}
