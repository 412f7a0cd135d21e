import * as fc from 'fast-check'
import { seedCommitment } from '../../cli/gift-link.ts'
import { signCommand } from '../../cli/wallet.ts'
import type { Basket, SignedCommand } from '../../ledger/index.ts'
import { addDays, couponKey, ledgerKey, splitKey } from '../../ledger/index.ts'
import type { Auction } from '../../ledger/auction.ts'
import { auctionKey, giftKey, offerKey, sealedBidKey } from '../../ledger/keys.ts'
import { SPRING } from './coupon-world.ts'
import type { MemoryLedger, Simulation } from './memory-ledger.ts'
import { ANN, BOB, FIXED, FLASH, issue, MEMBERS, redeem, transfer } from './opened-ledger.ts'
import {
  acceptOffer,
  at,
  basket,
  cancelOffer,
  claimGift,
  closeAuction,
  closeSealedAuction,
  commitBid,
  commitmentOf,
  LINK,
  openAuction,
  openGift,
  openOffer,
  openSealedAuction,
  placeBid,
  recallGift,
  returnGift,
  returnOffer,
  revealBid,
  settleBid,
  tick,
} from './trade-world.ts'
import { accountOf, command, HUI, ORGANISATIONS, signed, STAR, walletOf } from './world.ts'

/** Contracts of a kind that are open at a time: then much happens to each of them. */
const MOST_OPEN = 2

const member = fc.constantFrom(...MEMBERS)
const asset = fc.constantFrom(STAR, STAR, HUI, FLASH, FLASH, FIXED)

/** Whatever a step is about is chosen by these among what is there. */
const choices = fc.record({
  who: member,
  other: member,
  asset,
  wanted: asset,
  amount: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 700 })),
  pick: fc.nat(1000),
  days: fc.nat(3),
})

type Choices = typeof choices extends fc.Arbitrary<infer Value> ? Value : never

/** Turns random steps of giving and trading into signed commands that fit what has happened. */
export class RandomTrades {
  readonly ledger: MemoryLedger
  readonly #history: SignedCommand[] = []
  #opened = 0
  #seconds = 0

  constructor(ledger: MemoryLedger) {
    this.ledger = ledger
  }

  /** Submits a batch, of which the credits are named or not. */
  async play({ organisation, steps, folds }: TradeBatch): Promise<Played> {
    const commands = steps.map(({ kind, choices }) => MAKERS[kind](this, choices))
    this.#history.push(...commands)
    const fold = this.ledger
      .completeFold()
      .map((named) => (folds ? named : { ...named, transactions: [], complete: false }))
    return { ...(await this.ledger.submit(organisation, commands, { fold })), commands }
  }

  /** The time that an organisation tells, a little later than the last that was told. */
  tick(organisation: string, seconds: number): SignedCommand {
    this.#seconds += seconds
    return tick(organisation, this.#seconds)
  }

  /** Seconds after noon that were told last. */
  get seconds(): number {
    return this.#seconds
  }

  get today(): string {
    return this.ledger.get(ledgerKey)?.cycle.date ?? ''
  }

  /** An id that no contract has yet, or sometimes one that a contract has. */
  newId(who: string, letter: string, { pick }: Choices): string {
    if (pick % 20 !== 0) this.#opened += 1
    return `${who.split(':')[0]}:${letter}-${this.#opened}`
  }

  /** A contract of a kind that is there; most times one that is open. */
  some(kind: string, { pick }: Choices, like = ''): string {
    const all = [...this.ledger.state].filter(
      ([name, text]) => splitKey(name).kind === kind && text.includes(like),
    )
    const open = all.filter(([, text]) => text.includes('"status":"open"'))
    const from = pick % 6 === 0 || open.length === 0 ? all : open
    const [name = `${kind}/mall:none`] = from[pick % Math.max(from.length, 1)] ?? []
    return name.slice(kind.length + 1)
  }

  /** Whether so many contracts of a kind and form are open that something should come of them. */
  isFull(kind: string, form = ''): boolean {
    const open = [...this.ledger.state].filter(
      ([name, text]) =>
        splitKey(name).kind === kind && text.includes('"status":"open"') && text.includes(form),
    )
    return open.length >= MOST_OPEN
  }

  /** Points, a coupon of somebody's, or both. */
  basketOf({ who, other, asset, amount, pick, days }: Choices): Basket {
    const letter = (pick % 7 === 0 ? other : who).split('m-')[1]?.charAt(0).toUpperCase()
    const held = [...this.ledger.state].flatMap(([name, text]) => {
      if (!name.startsWith(`coupon/${SPRING}/`)) return []
      const coupon = couponKey('', '').codec.decode(text)
      const fits = coupon.account === accountOf(who) && coupon.state === 'held'
      return fits ? [splitKey(name).parts[1] ?? ''] : []
    })
    const own = held[pick % Math.max(held.length, 1)]
    const serial = pick % 7 === 0 ? `${letter}-${(pick % 5) + 1}` : own
    const serials = serial === undefined || days === 0 ? [] : [serial]
    return basket(days === 1 ? {} : { [asset]: amount }, serials)
  }

  /** Something that was sent before. */
  earlier({ pick }: Choices): SignedCommand {
    return this.#history[pick % Math.max(this.#history.length, 1)] ?? issue(STAR, ANN, '100')
  }
}

const ENGLISH = '"form":"english"'
const SEALED = '"form":"sealed"'

function expire(asset: string, who: string): SignedCommand {
  return signed('ExpirePoints', BOB, { asset, account: accountOf(who) })
}

function roll(trades: RandomTrades): SignedCommand {
  const from = trades.ledger.get(ledgerKey)?.cycle ?? { date: '', number: 0 }
  const to = { date: addDays(from.date, 1), number: 1 }
  const made = command('RollBusinessDate', 'mall:finance-1', { from, to })
  const signers = ORGANISATIONS.slice(0, 2).map((name) => walletOf(`${name}:finance-1`))
  return signCommand(made, ...signers)
}

const SPLITS = [{ kind: 'equal' }, { kind: 'random', commitment: seedCommitment(LINK) }] as const

function openSome(trades: RandomTrades, choices: Choices): SignedCommand {
  if (trades.isFull('gift')) return claimSome(trades, choices)
  const { who, pick, days, asset, amount } = choices
  const id = trades.newId(who, 'g', choices)
  const returnsAfter = addDays(trades.today, days)
  if (pick % 2 === 0) return openGift(id, who, trades.basketOf(choices), { returnsAfter })
  const shares = { count: (pick % 3) + 1, split: SPLITS[pick % 4 === 1 ? 0 : 1] }
  return openGift(id, who, basket({ [asset]: amount }), { returnsAfter, shares })
}

function claimSome(trades: RandomTrades, choices: Choices): SignedCommand {
  const gift = trades.some('gift', choices)
  const isRandom = trades.ledger.get(giftKey(gift))?.shares?.split.kind === 'random'
  return claimGift(gift, choices.who, isRandom ? { seed: LINK.seed } : {})
}

function offerSome(trades: RandomTrades, choices: Choices): SignedCommand {
  if (trades.isFull('offer')) return acceptSome(trades, choices)
  const { who, other, pick, days, wanted, amount } = choices
  const id = trades.newId(who, 'o', choices)
  const wants =
    pick % 3 === 0
      ? trades.basketOf({ ...choices, who: other })
      : basket({ [wanted]: (amount % 40) + 1 })
  const to = pick % 4 === 0 ? { to: accountOf(other) } : {}
  const until = addDays(trades.today, days)
  return openOffer(id, who, trades.basketOf(choices), wants, { until, ...to })
}

function acceptSome(trades: RandomTrades, choices: Choices): SignedCommand {
  const id = trades.some('offer', choices)
  const offer = trades.ledger.get(offerKey(id))
  const wants = offer?.wants ?? basket({})
  return acceptOffer(id, choices.who, wants, offer?.gives ?? basket({ [STAR]: 1 }))
}

function auctionSome(trades: RandomTrades, choices: Choices): SignedCommand {
  if (trades.isFull('auction', ENGLISH)) return bidSome(trades, choices)
  return openOne(trades, choices)
}

function openOne(trades: RandomTrades, choices: Choices): SignedCommand {
  const { who, pick, days, amount } = choices
  const wanted = pick % 4 === 0 ? choices.wanted : STAR
  const closesAt = at(trades.seconds + 20 + (amount % 90))
  const terms = { asset: wanted, until: addDays(trades.today, days + 1), closesAt, minimum: '3' }
  const change = { ...terms, increment: String((pick % 4) + 1), extendSeconds: pick % 20 }
  return openAuction(trades.newId(who, 'a', choices), who, trades.basketOf(choices), change)
}

/** Somebody who may bid, or once in a while the seller. */
function bidder({ who, pick }: Choices, { from }: Auction): string {
  if (accountOf(who) !== from || pick % 9 === 0) return who
  return MEMBERS.find((one) => accountOf(one) !== from) ?? who
}

function sealSome(trades: RandomTrades, choices: Choices): SignedCommand {
  if (trades.isFull('auction', SEALED)) return commitSome(trades, choices)
  return sealOne(trades, choices)
}

function sealOne(trades: RandomTrades, choices: Choices): SignedCommand {
  const { who, pick, days, amount } = choices
  const wanted = pick % 6 === 0 ? choices.wanted : STAR
  const bidsUntil = at(trades.seconds + 40 + (amount % 60))
  const closesAt = at(trades.seconds + 140 + (pick % 90))
  const unrevealed = pick % 2 === 0 ? 'forfeited' : 'returned'
  const terms = { asset: wanted, until: addDays(trades.today, days + 1), minimum: '3' }
  const change = { ...terms, bidsUntil, closesAt, unrevealed }
  return openSealedAuction(trades.newId(who, 's', choices), who, trades.basketOf(choices), change)
}

function commitSome(trades: RandomTrades, choices: Choices): SignedCommand {
  const id = trades.some('auction', choices, SEALED)
  const auction = trades.ledger.get(auctionKey(id))
  if (auction === undefined) return sealOne(trades, choices)
  const { asset } = auction
  return commitBid(id, bidder(choices, auction), (choices.pick % 3) + 3, { asset, deposit: 5 })
}

function revealSome(trades: RandomTrades, choices: Choices): SignedCommand {
  const { ledger } = trades
  const bid = ledger.get(sealedBidKey(trades.some('bid', choices)))
  const who = MEMBERS.find((one) => accountOf(one) === bid?.from) ?? choices.who
  const auction = bid?.auction ?? 'mall:none'
  const right = [3, 4, 5].find(
    (amount) => commitmentOf(auction, who, amount) === bid?.commitment && choices.pick % 5 > 0,
  )
  return revealBid(auction, who, right ?? (choices.amount % 3) + 3)
}

/** The end of an auction by the command for its form. */
function closeSome(trades: RandomTrades, choices: Choices): SignedCommand {
  const id = trades.some('auction', choices)
  const isSealed = trades.ledger.get(auctionKey(id))?.form === 'sealed'
  return isSealed ? closeSealedAuction(id) : closeAuction(id)
}

function bidSome(trades: RandomTrades, choices: Choices): SignedCommand {
  const id = trades.some('auction', choices, ENGLISH)
  const auction = trades.ledger.get(auctionKey(id))
  if (auction === undefined) return openOne(trades, choices)
  const least = Number(auction.best?.amount ?? 0n) + (choices.amount % 12)
  return placeBid(id, bidder(choices, auction), Math.max(least, 1), auction.asset)
}

type Maker = (trades: RandomTrades, choices: Choices) => SignedCommand

const MAKERS = {
  issue: (_trades, { asset, who, amount }) => issue(asset, who, String(amount * 10)),
  transfer: (_trades, { asset, who, other, amount }) => transfer(asset, who, other, String(amount)),
  redeem: (_trades, { asset, who, amount }) => redeem(asset, who, String(amount)),
  expire: (_trades, { asset, who }) => expire(asset, who),
  roll: (trades) => roll(trades),
  replay: (trades, choices) => trades.earlier(choices),
  openGift: openSome,
  claimGift: claimSome,
  recallGift: (trades, choices) => {
    const gift = trades.some('gift', choices)
    const from = trades.ledger.get(giftKey(gift))?.from
    const sender = MEMBERS.find((one) => accountOf(one) === from)
    return recallGift(gift, choices.pick % 5 === 0 ? choices.who : (sender ?? ANN))
  },
  returnGift: (trades, choices) => returnGift(trades.some('gift', choices)),
  openOffer: offerSome,
  acceptOffer: acceptSome,
  cancelOffer: (trades, choices) => {
    const offer = trades.some('offer', choices)
    const from = trades.ledger.get(offerKey(offer))?.from
    return cancelOffer(offer, MEMBERS.find((one) => accountOf(one) === from) ?? choices.who)
  },
  returnOffer: (trades, choices) => returnOffer(trades.some('offer', choices)),
  tick: (trades, { who, amount }) => trades.tick(who.split(':')[0] ?? '', (amount % 30) + 1),
  openAuction: auctionSome,
  placeBid: bidSome,
  openSealedAuction: sealSome,
  commitBid: commitSome,
  revealBid: revealSome,
  closeAuction: closeSome,
  settleBid: (trades, choices) => settleBid(trades.some('bid', choices)),
} as const satisfies Record<string, Maker>

type Kind = keyof typeof MAKERS

/** How often each kind of step comes, whatever the day is about. */
const ALWAYS: Partial<Record<Kind, number>> = {
  issue: 2,
  transfer: 1,
  redeem: 1,
  expire: 2,
  roll: 1,
  replay: 2,
}

/** What a day is about, and how often the steps of that come. */
const THEMES: readonly Partial<Record<Kind, number>>[] = [
  { openGift: 6, claimGift: 9, recallGift: 1, returnGift: 3 },
  { openOffer: 6, acceptOffer: 9, cancelOffer: 1, returnOffer: 3 },
  { tick: 12, openAuction: 4, placeBid: 14, closeAuction: 6 },
  { tick: 14, openSealedAuction: 4, commitBid: 12, revealBid: 12, closeAuction: 5, settleBid: 4 },
  { tick: 9, openSealedAuction: 3, commitBid: 12, revealBid: 16, closeAuction: 6, settleBid: 4 },
  { tick: 5, openGift: 3, claimGift: 3, openOffer: 3, acceptOffer: 3, openAuction: 3, placeBid: 4 },
]

/** A transaction of random trades. */
export interface TradeBatch {
  readonly organisation: string
  readonly folds: boolean
  readonly steps: readonly { readonly kind: Kind; readonly choices: Choices }[]
}

type Played = Simulation & { readonly commands: readonly SignedCommand[] }

/** Random transactions of giving and trading; their steps are made when those before are done. */
export function tradeBatches(maxBatches: number, maxSteps: number): fc.Arbitrary<TradeBatch[]> {
  return fc.constantFrom(...THEMES).chain((theme) => batchesAbout(theme, maxBatches, maxSteps))
}

function batchesAbout(
  theme: Partial<Record<Kind, number>>,
  maxBatches: number,
  maxSteps: number,
): fc.Arbitrary<TradeBatch[]> {
  const kinds = Object.entries({ ...ALWAYS, ...theme }) as [Kind, number][]
  const kind = fc.oneof(
    ...kinds.map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) })),
  )
  const step = fc.record({ kind, choices })
  const batch = fc.record({
    organisation: fc.constantFrom(...ORGANISATIONS),
    folds: fc.nat(7).map((one) => one > 0),
    steps: fc.array(step, { minLength: 1, maxLength: maxSteps, size: 'max' }),
  })
  return fc.array(batch, { minLength: maxBatches / 2, maxLength: maxBatches, size: 'max' })
}
