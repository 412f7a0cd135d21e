import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANN, BOB } from '../support/opened-ledger.ts'
import { TestNetwork } from '../support/test-network.ts'
import { basket, openAuction, placeBid } from '../support/trade-world.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

const LIMIT_MS = 60_000

let started: TestNetwork | undefined

function net(): TestNetwork {
  if (started === undefined) throw new Error('the network is not up')
  return started
}

beforeAll(async () => {
  started = await TestNetwork.start()
  await started.open([ANN, BOB])
  for (const member of [ANN, BOB]) {
    const purchase = { asset: STAR, to: accountOf(member), spendFen: '10000', store: 'S1' }
    const award = { ...purchase, receipt: `R-${member.slice(-3)}`, funder: 'mall' }
    const answer = await started.post('mall', '/issues', signed('IssuePoints', 'mall:till', award))
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  }
}, LIMIT_MS)

afterAll(async () => {
  await started?.stop()
})

test(
  'the gateways tell the time, and the home of the seller closes the auction by itself',
  async () => {
    const closesAt = String(Math.floor(Date.now() / 1000) + 2)
    const change = { closesAt, extendSeconds: 0 }
    const opening = openAuction('bank:a-1', BOB, basket({ [STAR]: 100 }), change)
    // By another gateway than the bidder's: it goes to that of the auction.
    const answers = [
      await net().post('airline', '/auctions', opening),
      await net().post('airline', '/bids', placeBid('bank:a-1', ANN, 40)),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    const read = async (): Promise<unknown> =>
      (await net().get('mall', '/auctions/bank:a-1')).body['status']
    await expect.poll(read, { timeout: LIMIT_MS, interval: 250 }).toBe('sold')
    const closed = await net().get('bank', '/entries?type=CloseAuction')
    expect(closed.body['items']).toMatchObject([{ entry: { actor: 'bank', submitter: 'bank' } }])
    const { body } = await net().get('bank', '/clock')
    expect(Number(body['time'])).toBeGreaterThanOrEqual(Number(closesAt))
  },
  LIMIT_MS,
)
