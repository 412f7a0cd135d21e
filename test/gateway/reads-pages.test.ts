import { beforeAll, describe, expect, test } from 'vitest'
import type { LedgerBlock } from '../../gateway/fabric/ledger-block.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { BOB, CAT, FIXED } from '../support/opened-ledger.ts'
import { accountOf } from '../support/world.ts'
import { ReadsApp, tradedBlocks } from './reads-app.ts'

let ledger: BlockLedger
let app: ReadsApp

beforeAll(async () => {
  ledger = await tradedBlocks()
  app = new ReadsApp(ledger.blocks)
})

describe('pages', () => {
  test.each([
    '/organisations',
    '/programmes',
    '/members',
    '/members?organisation=bank',
    `/accounts/${accountOf(BOB)}/statement`,
    `/accounts/${accountOf(CAT)}/statement?asset=${FIXED}`,
    '/entries',
    '/entries?type=IssuePoints',
    `/entries?account=${accountOf(BOB)}`,
    '/blocks',
  ])('of %s are complete and without repeats', async (path) => {
    const whole = await app.pages(path, 500)
    expect(whole.length).toBeGreaterThan(0)
    for (const limit of [1, 2, 3]) expect(await app.pages(path, limit)).toEqual(whole)
    expect(new Set(whole.map((item) => JSON.stringify(item))).size).toBe(whole.length)
  })

  test('go on from where they were when new blocks come', async () => {
    const growing = new ReadsApp(ledger.blocks.slice(0, 6))
    const first = await growing.list('/entries?limit=2')
    growing.projection.apply(ledger.blocks[6] as LedgerBlock)
    const rest = await growing.list(`/entries?limit=100&cursor=${first.nextCursor}`)
    const hashes = [...first.items, ...rest.items].map((item) => item['hash'])
    const known = ledger.published.slice(0, 6).map((entry) => entry.hash)
    expect(hashes).toEqual(known.toReversed())
  })

  test('take no cursor of another list, and none that was tampered with', async () => {
    const { nextCursor } = await app.list('/members?limit=1')
    expect((await app.get(`/members?limit=1&cursor=${nextCursor}`)).status).toBe(200)
    for (const path of ['/entries', '/organisations', '/blocks']) {
      const { status, body } = await app.get(`${path}?cursor=${nextCursor}`)
      expect(status).toBe(400)
      const detail = { at: '/querystring/cursor' }
      expect(body).toMatchObject({ code: 'REQUEST_MALFORMED', detail })
    }
    const forged = Buffer.from('members/../../etc').toString('base64url')
    expect((await app.get(`/members?cursor=${forged}`)).status).toBe(400)
  })
})
