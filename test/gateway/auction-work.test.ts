import { expect, test } from 'vitest'
import { AuctionWork } from '../../gateway/keeper/auction-work.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { openedBlocks } from '../support/blocks.ts'
import { ANN, CAT, issue, rollTo, submitOne } from '../support/opened-ledger.ts'
import { basket, NOON, openAuction, placeBid } from '../support/trade-world.ts'
import { ORGANISATIONS, signed, STAR } from '../support/world.ts'

const AUCTION = 'mall:a-1'

/** A ledger with an auction of Ann's, its projection, and the keepers of auctions. */
class Site {
  readonly ledger: BlockLedger
  readonly projection = Projection.open(':memory:')
  readonly works: ReadonlyMap<string, AuctionWork>
  #applied = 0
  seconds = 0

  constructor(ledger: BlockLedger) {
    this.ledger = ledger
    const sources = {
      contracts: this.projection.contracts,
      organisations: () => [...ORGANISATIONS].sort(),
      today: () => this.projection.ledger()?.cycle.date,
      now: () => NOON + this.seconds,
    }
    this.works = new Map(ORGANISATIONS.map((name) => [name, new AuctionWork(name, sources)]))
    this.apply()
  }

  apply(): void {
    this.ledger.cut()
    for (const block of this.ledger.blocks.slice(this.#applied)) this.projection.apply(block)
    this.projection.commit()
    this.#applied = this.ledger.blocks.length
  }

  /** What each keeper sends next, as `organisation type`; it is submitted. */
  async keep(): Promise<string[]> {
    const sent: string[] = []
    for (const [organisation, work] of this.works) {
      for (const { type, body } of work.next()) {
        sent.push(`${organisation} ${type}`)
        await submitOne(this.ledger, organisation, signed(type, organisation, body))
      }
    }
    this.apply()
    return sent
  }

  status(): unknown {
    const { value } = this.projection.contracts.read('auction', AUCTION) ?? { value: '{}' }
    return (JSON.parse(value) as { status?: string }).status
  }
}

async function auctioned(): Promise<Site> {
  const ledger = await openedBlocks()
  await submitOne(ledger, 'mall', issue(STAR, ANN, '10000'))
  await submitOne(ledger, 'mall', issue(STAR, CAT, '10000'))
  return new Site(ledger)
}

test('no time is told while no auction is open', async () => {
  const site = await auctioned()
  expect(await site.keep()).toEqual([])
  site.seconds = 3600
  expect(await site.keep()).toEqual([])
})

test('all tell the time now and then, and the home of an auction closes it by itself', async () => {
  const site = await auctioned()
  await submitOne(site.ledger, 'mall', openAuction(AUCTION, ANN, basket({ [STAR]: 100 })))
  await submitOne(site.ledger, 'mall', placeBid(AUCTION, CAT, 10))
  site.apply()
  const ticks = ORGANISATIONS.map((name) => `${name} TickClock`)
  expect(await site.keep()).toEqual(ticks)
  // A twentieth of the ten minutes until it closes, later of what is left, and 15 s at least.
  site.seconds = 28
  expect(await site.keep()).toEqual([])
  site.seconds = 29
  expect(await site.keep()).toEqual(ticks)
  site.seconds = 500
  expect(await site.keep()).toEqual(ticks)
  site.seconds = 514
  expect(await site.keep()).toEqual([])
  site.seconds = 515
  expect(await site.keep()).toEqual(ticks)
  site.seconds = 590
  expect(await site.keep()).toEqual(ticks)
  site.seconds = 600
  const sent = await site.keep()
  expect(sent.toSorted()).toEqual([...ticks, 'mall CloseAuction'].toSorted())
  for (let round = 0; site.status() === 'open' && round < 3; round += 1) {
    site.seconds += 2
    expect(await site.keep()).toContain('mall CloseAuction')
  }
  expect(site.status()).toBe('sold')
  site.seconds += 60
  expect(await site.keep()).toEqual([])
})

test('an auction whose last date is over is closed whatever time it is', async () => {
  const site = await auctioned()
  await submitOne(site.ledger, 'mall', openAuction(AUCTION, ANN, basket({ [STAR]: 100 })))
  await rollTo(site.ledger, '2026-12-11')
  site.apply()
  await site.keep()
  expect(site.status()).toBe('returned')
})
