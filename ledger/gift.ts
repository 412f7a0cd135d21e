import type { BasketContent } from './basket-content.ts'
import { reviveContent } from './basket-content.ts'
import type { CanonicalValue } from './canonical.ts'
import type { Command } from './command.ts'
import { CHAINCODE_NAME } from './command.ts'
import type { Contract } from './contract.ts'
import type { AccountId, ContractId } from './identifiers.ts'
import type { Stored } from './records.ts'
import { codec } from './records.ts'

/** How a red packet 红包 is divided. `commitment` is the SHA-256 of a seed that claims reveal. */
export type Split =
  | { readonly kind: 'equal' }
  | { readonly kind: 'random'; readonly commitment: string }

export interface Shares {
  readonly count: number
  readonly split: Split
}

/** Who has claimed a gift, and how many points when it is a red packet. */
export interface GiftClaim {
  readonly to: AccountId
  readonly amount?: bigint
}

/** A gift that whoever has the link may claim. */
export interface Gift extends Contract {
  readonly status: 'open' | 'claimed' | 'recalled' | 'returned'
  readonly from: AccountId
  /** The public key of which the link carries the private one. */
  readonly linkKey: string
  readonly note?: string
  /** Commitment to the last digits of the recipient's number. */
  readonly recipient?: string
  readonly shares?: Shares
  readonly claims: readonly GiftClaim[]
}

export const GIFT = codec<Gift>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<Gift>): Gift => ({
    ...(stored as unknown as Gift),
    keeps: stored.keeps.map(reviveContent),
    claims: stored.claims.map(({ to, amount }) =>
      amount === undefined ? { to } : { to, amount: BigInt(amount) },
    ),
  }),
)

/**
 * The text that the link's key signs for a claim. It names the account that gets the gift, so a
 * signature that was seen is of no use to anybody else.
 */
export function giftClaimText(
  { channel, ledgerId }: Pick<Command, 'channel' | 'ledgerId'>,
  gift: ContractId,
  to: AccountId,
): string {
  return ['tallystick/gift-claim/1', channel, ledgerId, CHAINCODE_NAME, gift, to].join('\n')
}

/** The text of which the SHA-256 commits to a recipient's last digits; the salt is in the link. */
export function recipientText(salt: string, digits: string): string {
  return ['tallystick/gift-recipient/1', salt, digits].join('\n')
}

/** The text of which the SHA-256 commits to the seed of a red packet's shares. */
export function seedText(seed: string): string {
  return ['tallystick/red-packet-seed/1', seed].join('\n')
}

/**
 * How many of `left` points the next of `claimants` gets; each gets one at least, the last all.
 * Equal: rounded up, so that the first ones get what does not divide. Random: between 1 and twice
 * the mean of what is left, by a number that hangs on gift, seed and place alone. The seed is committed
 * to before the first claim, and the link has it: no claimant chooses a share, only when to come.
 */
export function nextShare(
  { split, count }: Shares,
  { gift, left, claimants, seed }: NextShare,
  sha256: (text: string) => string,
): bigint {
  const open = BigInt(claimants)
  if (split.kind === 'equal') return (left + open - 1n) / open
  if (claimants === 1) return left
  const most = 2n * (left / open) - 1n
  const place = String(count - claimants)
  const digest = sha256(['tallystick/red-packet-share/1', gift, seed, place].join('\n'))
  return 1n + (BigInt(`0x${digest}`) % most)
}

interface NextShare {
  readonly gift: ContractId
  readonly left: bigint
  /** How many have not come yet. */
  readonly claimants: number
  readonly seed: string
}

/** What an open gift keeps, all in one content. */
export function contentOf({ keeps }: Contract): BasketContent {
  const [content] = keeps
  if (content === undefined) throw new Error('an open gift that keeps nothing')
  return content
}
