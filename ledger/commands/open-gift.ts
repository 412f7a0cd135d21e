import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { Basket } from '../basket.ts'
import {
  basketCoupons,
  basketDebits,
  BasketText,
  basketTerms,
  contentExpires,
  movePostings,
  takeBasket,
} from '../basket.ts'
import type { BasketContent } from '../basket-content.ts'
import type { StateView } from '../batch-state.ts'
import { BusinessDateText } from '../business-date.ts'
import type { Command } from '../command.ts'
import { earlierDate } from '../contract.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import type { Gift, Shares } from '../gift.ts'
import { AccountIdText, ContractIdText, organisationOf } from '../identifiers.ts'
import { accountKey, giftKey } from '../keys.ts'
import { escrowPath, holdingPath } from '../posting.ts'
import { PublicKeyText } from '../public-key.ts'
import { accept, defineRule, write } from '../rule.ts'
import type { DecisionContext } from '../rule.ts'

/** As many as one record may hold claims of. */
const MAX_SHARES = 200

const CommitmentText = Type.String({ pattern: '^[0-9a-f]{64}$' })

const SharesText = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: MAX_SHARES }),
    split: Type.Union([
      Type.Object({ kind: Type.Literal('equal') }, { additionalProperties: false }),
      Type.Object(
        { kind: Type.Literal('random'), commitment: CommitmentText },
        { additionalProperties: false },
      ),
    ]),
  },
  {
    additionalProperties: false,
    description: 'a red packet 红包: so many may claim one share each',
  },
)

const Body = Type.Object(
  {
    gift: ContractIdText,
    from: AccountIdText,
    basket: BasketText,
    linkKey: PublicKeyText,
    returnsAfter: BusinessDateText,
    note: Type.Optional(
      Type.String({ maxLength: 140, description: 'seen by all organisations, kept for ever' }),
    ),
    recipient: Type.Optional(CommitmentText),
    shares: Type.Optional(SharesText),
  },
  { additionalProperties: false },
)

/**
 * A member puts points and coupons aside for whoever has a link. It is open until the business date
 * `returnsAfter`, or until the first of it expires.
 */
export const openGift = defineRule({
  type: 'OpenGift',
  body: Body,
  subjects: ({ gift, basket }) => [giftKey(gift), ...basketTerms(basket)],
  home: () => undefined,
  debits: ({ from, basket }) => basketDebits(from, basket),
  payer: ({ from }) => from,
  reads: ({ body }) => [accountKey(body.from), ...basketCoupons(body.basket)],
  decide(command, state, context) {
    const { gift, from, basket } = command.body
    const giver = state.get(accountKey(from))
    if (giver === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    if (giver.owner !== command.actor) return refuse('NOT_AUTHORISED')
    const refusal = checkGift(command, state, context)
    if (refusal !== undefined) return refusal
    const source = { account: giver, use: 'gift', change: { keptBy: giftKey(gift).name } } as const
    const taken = takeBasket(basket, source, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const { content, writes } = taken
    return accept([write(giftKey(gift), giftOf(command.body, content, state)), ...writes], {
      postings: movePostings(content, holdingPath(from), escrowPath('gift', gift)),
      references: { gift, ...(command.body.note !== undefined && { note: command.body.note }) },
    })
  },
})

function checkGift(
  { body }: Command<Static<typeof Body>>,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const { gift, from, basket, returnsAfter, shares } = body
  if (organisationOf(gift) !== organisationOf(from)) {
    return refuse('CONTRACT_ELSEWHERE', { home: organisationOf(from) })
  }
  if (state.get(giftKey(gift)) !== undefined) return refuse('CONTRACT_EXISTS', { id: gift })
  if (returnsAfter < context.ledger.cycle.date) return refuse('LAST_DAY_PAST', { returnsAfter })
  return shares && checkShares(shares, basket)
}

function checkShares({ count }: Shares, { points, coupons }: Basket): Refusal | undefined {
  const [first] = points
  if (first === undefined || points.length > 1 || coupons.length > 0) {
    return refuse('NOT_SHARED_POINTS')
  }
  return BigInt(first.amount) < BigInt(count) ? refuse('TOO_MANY_SHARES') : undefined
}

function giftOf(
  { gift: _gift, basket: _basket, returnsAfter, ...terms }: Static<typeof Body>,
  content: BasketContent,
  state: StateView,
): Gift {
  return {
    ...terms,
    status: 'open',
    parties: [terms.from],
    dueOn: earlierDate(returnsAfter, contentExpires(content, state)),
    keeps: [content],
    claims: [],
  }
}
