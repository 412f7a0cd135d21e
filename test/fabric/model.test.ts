import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runModelOn } from '../model/network-model.ts'
import { TestNetwork } from '../support/test-network.ts'

const ASKED = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const BASE_PORT = 24_000
const LIMIT_MS = 10 * 60_000

// The long run of it is `npm run model -- --engine fabric --commands 20000`.
describe.runIf(ASKED)('random commands of every type, on Fabric', { timeout: LIMIT_MS }, () => {
  let net: TestNetwork

  beforeAll(async () => {
    net = await TestNetwork.start({ engine: 'fabric', basePort: BASE_PORT })
  }, LIMIT_MS)

  afterAll(async () => {
    await net.stop()
  })

  test('leave books at every gateway and blocks that contradict neither themselves nor each other', async () => {
    const { violations, verdicts } = await runModelOn(net, { commands: 1_000, seed: 11 })
    expect(violations).toEqual([])
    for (const type of [
      'IssuePoints',
      'TransferPoints',
      'PayOrder',
      'IssueCoupons',
      'PayRequest',
    ]) {
      expect(verdicts.get(`${type} accepted`) ?? 0).toBeGreaterThan(0)
    }
  })
})
