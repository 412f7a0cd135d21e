import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { BasketContent } from '../basket-content.ts'
import type { StateView } from '../batch-state.ts'
import type { Command } from '../command.ts'
import { P256SignatureText } from '../command.ts'
import { isPastDate } from '../contract.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { keptCoupons, release } from '../escrow.ts'
import type { Gift } from '../gift.ts'
import { contentOf, giftClaimText, nextShare, recipientText, seedText } from '../gift.ts'
import type { ContractId } from '../identifiers.ts'
import { AccountIdText, ContractIdText, organisationOf } from '../identifiers.ts'
import { accountKey, giftKey } from '../keys.ts'
import { subtractLots, sumLots, takeAvailable } from '../lot.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const Body = Type.Object(
  {
    gift: ContractIdText,
    to: AccountIdText,
    linkSignature: P256SignatureText,
    recipient: Type.Optional(
      Type.Object(
        {
          salt: Type.String({ pattern: '^[0-9a-f]{32}$' }),
          digits: Type.String({
            pattern: '^[0-9]{2,8}$',
            description: "the last digits of the recipient's number; all organisations see them",
          }),
        },
        { additionalProperties: false },
      ),
    ),
    seed: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{64}$', description: 'of a red packet of random shares' }),
    ),
  },
  { additionalProperties: false },
)

type Body = Static<typeof Body>

/**
 * A member takes a gift, or a share of a red packet. It takes the member's own key and the link's:
 * the link's signature is for one account alone. All claims of a gift go through one gateway.
 */
export const claimGift = defineRule({
  type: 'ClaimGift',
  body: Body,
  subjects: ({ gift }) => [giftKey(gift)],
  home: ({ gift }) => organisationOf(gift),
  debits: () => [],
  reads: ({ body }, _context, subject) => [
    accountKey(body.to),
    ...keptCoupons(subject(giftKey(body.gift))),
  ],
  decide(command, state, context) {
    const { gift: id, to } = command.body
    const gift = state.get(giftKey(id))
    if (gift === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    const refusal = checkClaim(command, gift, state, context)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    const taken = takeShare(id, gift, command.body, context)
    const { postings, writes } = release([taken.content], { kind: 'gift', id }, to, state)
    const after = write(giftKey(id), afterClaim(gift, to, taken))
    return accept([after, ...writes], { postings, references: { gift: id } })
  },
})

function checkClaim(
  command: Command<Body>,
  gift: Gift,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const { gift: id, to, linkSignature } = command.body
  const claimant = state.get(accountKey(to))
  if (claimant === undefined) return refuse('ACCOUNT_UNKNOWN', { id: to })
  if (claimant.owner !== command.actor) return refuse('NOT_AUTHORISED')
  if (to === gift.from) return refuse('SAME_ACCOUNT')
  if (gift.claims.some((claim) => claim.to === to)) return refuse('SHARE_TAKEN', { gift: id })
  if (gift.status !== 'open') return refuse('GIFT_CLOSED', { status: gift.status })
  if (isPastDate(gift, context.ledger.cycle.date)) {
    return refuse('CONTRACT_PAST_DATE', { id })
  }
  if (!isRecipient(gift, command.body, context)) return refuse('RECIPIENT_INVALID')
  if (!isSeed(gift, command.body, context)) return refuse('SEED_INVALID')
  const text = giftClaimText(command, id, to)
  if (context.verifyP256(gift.linkKey, text, linkSignature)) return undefined
  return refuse('LINK_SIGNATURE_INVALID')
}

function isRecipient(gift: Gift, { recipient }: Body, { sha256 }: DecisionContext): boolean {
  if (gift.recipient === undefined) return recipient === undefined
  if (recipient === undefined) return false
  return sha256(recipientText(recipient.salt, recipient.digits)) === gift.recipient
}

function isSeed({ shares }: Gift, { seed }: Body, { sha256 }: DecisionContext): boolean {
  if (shares?.split.kind !== 'random') return seed === undefined
  return seed !== undefined && sha256(seedText(seed)) === shares.split.commitment
}

/** What one claim takes, and what the gift keeps after it. */
interface TakenShare {
  readonly content: BasketContent
  readonly keeps: readonly BasketContent[]
  readonly amount?: bigint
}

function takeShare(id: ContractId, gift: Gift, body: Body, context: DecisionContext): TakenShare {
  const content = contentOf(gift)
  const { shares, claims } = gift
  const [held] = content.points
  if (shares === undefined || held === undefined) return { content, keeps: [] }
  const today = context.ledger.cycle.date
  const place = { gift: id, left: sumLots(held.lots), claimants: shares.count - claims.length }
  const amount = nextShare(shares, { ...place, seed: body.seed ?? '' }, context.sha256)
  const lots = takeAvailable(held.lots, amount, today)
  const rest = subtractLots(held.lots, lots, today) ?? []
  const ofAsset = (part: typeof lots): BasketContent => ({
    points: [{ asset: held.asset, lots: part }],
    coupons: [],
  })
  return { content: ofAsset(lots), keeps: rest.length === 0 ? [] : [ofAsset(rest)], amount }
}

function afterClaim(gift: Gift, to: string, { keeps, amount }: TakenShare): Gift {
  const claim = amount === undefined ? { to } : { to, amount }
  return {
    ...gift,
    status: keeps.length === 0 ? 'claimed' : 'open',
    parties: [...gift.parties, to],
    claims: [...gift.claims, claim],
    keeps,
  }
}
