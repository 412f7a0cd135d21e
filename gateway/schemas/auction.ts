import { Type } from 'typebox'
import { BasketAnswer } from './basket.ts'
import { Amount } from './read-response.ts'

const ClockTime = Type.String({ description: 'seconds since 1970, by the clock of the ledger' })

/** The fields of an auction as the API answers them, besides those of every contract. */
export const auctionFields = {
  form: Type.String({
    description: 'english: bids are seen; sealed: they are revealed at the end',
  }),
  from: Type.String({ description: 'the account that sells' }),
  item: BasketAnswer,
  asset: Type.String({ description: 'the points in which bids are made' }),
  minimum: Amount,
  increment: Type.Optional(Amount),
  closesAt: ClockTime,
  extendSeconds: Type.Optional(
    Type.String({ description: 'a bid in the last of these seconds puts the end off' }),
  ),
  bidsUntil: Type.Optional(ClockTime),
  unrevealed: Type.Optional(
    Type.String({ description: 'where deposits of bids go that nobody revealed' }),
  ),
  bids: Type.Optional(Type.Integer({ description: 'how many sealed bids were made' })),
  best: Type.Optional(Type.Object({ from: Type.String(), amount: Amount })),
  second: Type.Optional(Type.String({ description: 'the second best amount that was revealed' })),
}

/** The fields of a sealed bid as the API answers them, besides those of every contract. */
export const sealedBidFields = {
  auction: Type.String(),
  from: Type.String(),
  asset: Type.String(),
  commitment: Type.String({ description: 'the SHA-256 of the text of amount and salt' }),
  deposit: Amount,
  place: Type.Integer({ description: 'the how manieth bid of its auction' }),
  closesAt: ClockTime,
  amount: Type.Optional(Type.String({ description: 'what was revealed' })),
}
