import { hash } from 'node:crypto'
import { seedText } from '../../ledger/index.ts'
import type { GiftLink } from '../gift-link.ts'
import { signGiftClaim } from '../gift-link.ts'
import { basketOf, partsOf, pointsOf, wordsOf } from './basket-words.ts'
import type { Intent, LineContext } from './intent.ts'
import type { FieldsOf } from './line-files.ts'

/** A member opens a gift, claims it or a share of it, or takes it back. */
export function giftIntent(fields: FieldsOf<'gifts'>, context: LineContext): Intent | undefined {
  const { action, gift, member } = fields
  if (action === 'open') return { type: 'OpenGift', actor: member, body: openGift(fields, context) }
  if (action === 'recall') return { type: 'RecallGift', actor: member, body: { gift } }
  if (action !== 'claim') return undefined
  const { seed, signed_for: signedFor } = fields
  const { keys, ledger } = context
  const link: GiftLink = { secret: '', wallet: linkOf(gift, context), salt: '', seed }
  const body = {
    gift,
    to: keys.accountOf(member),
    linkSignature: signGiftClaim(link, ledger, gift, keys.accountOf(signedFor)),
    ...(seed !== '' && { seed }),
  }
  return { type: 'ClaimGift', actor: member, body }
}

function openGift(fields: FieldsOf<'gifts'>, context: LineContext): object {
  const { gift, member, basket, shares, seed, until } = fields
  const split =
    seed === ''
      ? { kind: 'equal' as const }
      : { kind: 'random' as const, commitment: hash('sha256', seedText(seed)) }
  return {
    gift,
    from: context.keys.accountOf(member),
    basket: basketOf(basket),
    linkKey: linkOf(gift, context).publicKey,
    returnsAfter: until,
    ...(shares !== '' && { shares: { count: Number(shares), split } }),
  }
}

function linkOf(gift: string, { keys }: LineContext): GiftLink['wallet'] {
  return keys.walletOf(`gift link ${gift}`)
}

/** A member offers one basket for another, takes such an offer, or takes his own back. */
export function offerIntent(
  { action, offer, member, gives, wants, to, until }: FieldsOf<'offers'>,
  { keys }: LineContext,
): Intent | undefined {
  const from = keys.accountOf(member)
  if (action === 'cancel') return { type: 'CancelOffer', actor: member, body: { offer } }
  const [given, wanted] = [basketOf(gives), basketOf(wants)]
  if (action === 'accept') {
    return { type: 'AcceptOffer', actor: member, body: { offer, from, pays: wanted, gets: given } }
  }
  if (action !== 'open') return undefined
  const addressee = to !== '' && { to: keys.accountOf(to) }
  const body = { offer, from, gives: given, wants: wanted, ...addressee, until }
  return { type: 'OpenOffer', actor: member, body }
}

/** A member asks another for something; who was asked pays or declines. */
export function requestIntent(
  { action, request, by, from: payer, to: payee, basket, until }: FieldsOf<'requests'>,
  { keys }: LineContext,
): Intent | undefined {
  if (action === 'decline') return { type: 'DeclineRequest', actor: by, body: { request } }
  const [from, to] = [keys.accountOf(payer), keys.accountOf(payee)]
  if (action === 'pay') {
    const body = { request, from, to, pays: basketOf(basket) }
    return { type: 'PayRequest', actor: by, body }
  }
  if (action !== 'ask') return undefined
  const body = { request, from, to, asks: basketOf(basket), until }
  return { type: 'RequestPayment', actor: by, body }
}

/** A member exchanges points under one rate or two; each leg is `rate/asset=points`. */
export function exchangeIntent(
  { member, pays, legs, quoted_on: quotedOn }: FieldsOf<'exchanges'>,
  { keys }: LineContext,
): Intent {
  const account = keys.accountOf(member)
  const body = {
    from: account,
    to: account,
    pays: pointsOf(pays),
    legs: wordsOf(legs).map((word) => {
      const [rate, receives] = partsOf(word, '/')
      return { rate, receives: pointsOf(receives) }
    }),
    quotedOn,
  }
  return { type: 'ExchangePoints', actor: member, body }
}
