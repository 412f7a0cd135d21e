import { hash, hkdfSync, randomBytes } from 'node:crypto'
import type { Command } from '../ledger/index.ts'
import { giftClaimText, recipientText, seedText } from '../ledger/index.ts'
import type { Wallet } from './wallet.ts'
import { deriveWallet, signText } from './wallet.ts'

/**
 * What a gift's link stands for. All of it comes from the secret, which stands behind the `#` of the
 * link, so that no server is ever sent it.
 */
export interface GiftLink {
  readonly secret: string
  /** The link's own key; the ledger knows its public half. */
  readonly wallet: Wallet
  /** Of the commitment to the recipient's last digits, as hex. */
  readonly salt: string
  /** Of a red packet's random shares, as hex. */
  readonly seed: string
}

/** A link that nobody has seen yet. */
export function newGiftLink(): GiftLink {
  return openGiftLink(randomBytes(32).toString('base64url'))
}

/** The link of a secret, as the sender and whoever gets the link have it. */
export function openGiftLink(secret: string): GiftLink {
  const derive = (use: string, length: number): string =>
    Buffer.from(hkdfSync('sha256', secret, 'tallystick gift link', use, length)).toString('hex')
  const wallet = deriveWallet(secret, 'gift-link')
  return { secret, wallet, salt: derive('recipient', 16), seed: derive('seed', 32) }
}

/** The address to be sent in a chat: the secret is in its fragment. */
export function giftAddress(site: string, gift: string, { secret }: GiftLink): string {
  return `${site}/claim/${encodeURIComponent(gift)}#${secret}`
}

/** The link of an address; undefined when it carries no secret. */
export function giftLinkOf(address: string): GiftLink | undefined {
  const at = address.indexOf('#')
  return at === -1 ? undefined : openGiftLink(address.slice(at + 1))
}

/** The commitment by which a gift is only for a number that ends with these digits. */
export function recipientCommitment({ salt }: GiftLink, digits: string): string {
  return hash('sha256', recipientText(salt, digits))
}

/** The commitment to how a red packet is divided. */
export function seedCommitment({ seed }: GiftLink): string {
  return hash('sha256', seedText(seed))
}

/** The signature by the link's key with which one account, and no other, claims the gift. */
export function signGiftClaim(
  { wallet }: GiftLink,
  ledger: Pick<Command, 'channel' | 'ledgerId'>,
  gift: string,
  to: string,
): string {
  return signText(giftClaimText(ledger, gift, to), wallet)
}
