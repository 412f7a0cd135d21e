import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { networkFolder } from '../../network/fabric/network-settings.ts'
import { supervisorStatus } from '../../network/fabric/supervisor-client.ts'
import { TestNetwork } from '../support/test-network.ts'
import { ATTACKED, attackStories } from './stories/attacks.ts'
import { auctionStories, BIDDERS } from './stories/auctions.ts'
import { businessDateStories, defineFlash, LATE } from './stories/business-date.ts'
import { cashierStories, TILL_MEMBERS } from './stories/cashier.ts'
import { BUYERS, commandStories } from './stories/commands.ts'
import { CORRECTED, correctionStories } from './stories/corrections.ts'
import { COLLECTORS, couponStories } from './stories/coupons.ts'
import { daysAfterStories, eveStories, STAYERS } from './stories/days-after.ts'
import { DEALERS, exchangeStories } from './stories/exchanges.ts'
import { GIVERS, memberStories } from './stories/member.ts'
import { CUSTOMERS, merchantStories } from './stories/merchant.ts'
import { orderStories, SHOPPERS } from './stories/orders.ts'
import { READERS, readStories } from './stories/reads.ts'
import { accepted } from './stories/requests.ts'
import { reconciliationStories } from './stories/reconciliation.ts'
import { LIZ, settlementEveStories, settlementStories } from './stories/settlement.ts'
import { PREY, tradeAttackStories } from './stories/trade-attacks.ts'
import { TRADERS, tradingStories } from './stories/trading.ts'

const ON_FABRIC = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const FABRIC_PORT = 19_700
const START_LIMIT_MS = 10 * 60_000

const engines = ON_FABRIC ? (['embedded', 'fabric'] as const) : (['embedded'] as const)
if (!ON_FABRIC) console.warn('SKIPPED: the suite on real Fabric; TALLYSTICK_TEST_FABRIC=1 runs it.')

describe.each(engines)('on the %s engine', (engine) => {
  let started: TestNetwork | undefined

  function net(): TestNetwork {
    if (started === undefined) throw new Error('the network is not up')
    return started
  }

  beforeAll(async () => {
    started = await TestNetwork.start({ engine, basePort: FABRIC_PORT })
    await started.open([
      ...BUYERS,
      ...ATTACKED,
      ...CORRECTED,
      ...COLLECTORS,
      ...SHOPPERS,
      ...GIVERS,
      ...BIDDERS,
      ...CUSTOMERS,
      ...TILL_MEMBERS,
      ...PREY,
      ...STAYERS,
      ...DEALERS,
      ...TRADERS,
      ...READERS,
      ...LATE,
      LIZ,
    ])
    await accepted(started, 'airline', defineFlash())
  }, START_LIMIT_MS)

  afterAll(async () => {
    await started?.stop()
  })

  test('is the engine that it says', async () => {
    const nodes = (await supervisorStatus(networkFolder(net().dataDir)))?.processes ?? []
    const kinds = new Set(nodes.map(({ kind }) => kind))
    expect(kinds.has('peer') && kinds.has('orderer')).toBe(engine === 'fabric')
  })

  describe('commands', () => {
    commandStories(net)
  })
  describe('reads', () => {
    readStories(net)
  })
  describe('corrections', () => {
    correctionStories(net)
  })
  describe('coupons', () => {
    couponStories(net)
  })
  describe('orders', () => {
    orderStories(net)
  })
  describe('trading', () => {
    tradingStories(net)
  })
  describe('exchanges and agreements', () => {
    exchangeStories(net)
  })
  describe('a merchant', () => {
    merchantStories(net)
  })
  describe('a cashier', () => {
    cashierStories(net)
  })
  describe('a member', () => {
    memberStories(net)
  })
  describe('auctions', () => {
    auctionStories(net)
  })
  describe('attacks', () => {
    attackStories(net)
  })
  describe('attempts at coupons and trade', () => {
    tradeAttackStories(net)
  })
  describe('the eve', () => {
    eveStories(net)
    settlementEveStories(net)
  })
  describe('the end of the day', () => {
    businessDateStories(net)
  })
  describe('the days after', () => {
    daysAfterStories(net)
  })
  describe('settlement', () => {
    settlementStories(net)
  })
  describe('reconciliation', () => {
    reconciliationStories(net)
  })
})
