import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Contract, SignedCommand } from '../../ledger/index.ts'
import { splitKey } from '../../ledger/index.ts'
import { booksOf, comparableBooks, contradictions, replayedBooksOf } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { verdict } from '../support/opened-ledger.ts'
import { RandomTrades, tradeBatches } from '../support/random-trades.ts'
import { tradeLedger } from '../support/trade-world.ts'

const KINDS = ['gift', 'offer', 'auction', 'bid']

/** Outcomes of commands, and statuses of contracts, to which the random days must come. */
const REACHED = [
  ...accepted('OpenGift', 'ClaimGift', 'RecallGift', 'ReturnGift', 'ExpirePoints', 'TickClock'),
  ...accepted('OpenOffer', 'AcceptOffer', 'CancelOffer', 'ReturnOffer'),
  ...accepted('OpenAuction', 'PlaceBid', 'CloseAuction'),
  ...accepted('OpenSealedAuction', 'CommitBid', 'RevealBid', 'CloseSealedAuction', 'SettleBid'),
  ...all('ClaimGift', 'GIFT_CLOSED', 'SHARE_TAKEN', 'CONTRACT_PAST_DATE'),
  ...all('AcceptOffer', 'OFFER_CLOSED', 'NOT_ADDRESSEE', 'CONTRACT_PAST_DATE'),
  ...all('PlaceBid', 'AUCTION_OVER', 'AUCTION_CLOSED', 'BID_TOO_LOW', 'POINTS_EXPIRE_SOONER'),
  ...all('RevealBid', 'REVEAL_NOT_YET', 'COMMITMENT_DIFFERS', 'BID_REVEALED', 'AUCTION_CLOSED'),
  ...all('gift', 'claimed', 'recalled', 'returned'),
  ...all('offer', 'accepted', 'cancelled', 'returned'),
  ...all('auction', 'sold', 'unsold', 'returned'),
  ...all('bid', 'best', 'lost', 'won', 'forfeited', 'returned'),
]

function all(what: string, ...ends: readonly string[]): string[] {
  return ends.map((end) => `${what} ${end}`)
}

function accepted(...types: readonly string[]): string[] {
  return types.map((type) => `${type} accepted`)
}

/** The statuses that contracts have come to, with their kinds. */
function statusesOf(ledger: MemoryLedger): string[] {
  return [...ledger.state].flatMap(([name, text]) => {
    const { kind } = splitKey(name)
    if (!KINDS.includes(kind)) return []
    return [`${kind} ${(JSON.parse(text) as Contract).status}`]
  })
}

test('escrows are what open contracts say they keep, whatever is given, traded and lost', async () => {
  const opened = await tradeLedger()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(tradeBatches(36, 6), async (day) => {
      const trades = new RandomTrades(opened.clone())
      const { ledger } = trades
      for (const batch of day) {
        const { outcomes, commands } = await trades.play(batch)
        for (const [at, outcome] of outcomes.entries()) {
          seen.add(`${commands[at]?.command.type} ${verdict(outcome)}`)
        }
        expect(contradictions(ledger)).toEqual([])
      }
      for (const status of statusesOf(ledger)) seen.add(status)
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
    }),
    { seed: 20261203, numRuns: 120 },
  )
  // The random days are worth something only while they reach what can happen.
  expect(REACHED.filter((one) => !seen.has(one))).toEqual([])
})

test('gifts, offers and auctions come out alike however commands are cut into batches', async () => {
  const opened = await tradeLedger()
  const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 40, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(tradeBatches(36, 4), sizes, async (day, sizes) => {
      const single = new RandomTrades(opened.clone())
      const commands: SignedCommand[] = []
      const verdicts: string[] = []
      for (const step of day.flatMap(({ steps }) => steps)) {
        const batch = { organisation: 'mall', folds: true, steps: [step] }
        const played = await single.play(batch)
        commands.push(...played.commands)
        verdicts.push(...played.outcomes.map(verdict))
      }
      const ledger = opened.clone()
      const cut: string[] = []
      for (let at = 0, turn = 0; at < commands.length; turn += 1) {
        const batch = commands.slice(at, at + (sizes[turn % sizes.length] ?? 1))
        const { outcomes } = await ledger.submit('mall', batch, { fold: ledger.completeFold() })
        cut.push(...outcomes.map(verdict))
        at += batch.length
      }
      expect(cut).toEqual(verdicts)
      expect(contradictions(ledger)).toEqual([])
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(booksOf(single.ledger)))
    }),
    { seed: 20261206, numRuns: 60 },
  )
})
