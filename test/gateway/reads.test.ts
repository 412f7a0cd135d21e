import { hash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EntryJson } from '../../gateway/projection/published-entry.ts'
import { canonicalEntry, parseEntry } from '../../ledger/index.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { ANN, BOB, FIXED, FLASH } from '../support/opened-ledger.ts'
import { accountOf, HUI, LEDGER_ID, ORGANISATIONS, STAR } from '../support/world.ts'
import { ReadsApp, TRACEPARENT, tradedBlocks } from './reads-app.ts'

let ledger: BlockLedger
let app: ReadsApp

beforeAll(async () => {
  ledger = await tradedBlocks()
  app = new ReadsApp(ledger.blocks)
})

describe('every read', () => {
  test('says as of which block it is', async () => {
    const { status, body } = await app.get('/ledger?minBlock=6')
    expect(status).toBe(200)
    expect(body).toEqual({
      asOfBlock: '6',
      channel: 'consortium',
      organisation: 'mall',
      ledgerId: LEDGER_ID,
      businessDate: '2026-12-01',
      cycle: 1,
    })
  })

  test('waits for minBlock, in vain when it does not come', async () => {
    const { status, contentType, body } = await app.get('/trial-balance?minBlock=7')
    expect(status).toBe(503)
    expect(contentType).toMatch(/^application\/problem\+json/)
    expect(body).toMatchObject({ code: 'NOT_YET', status: 503, detail: { minBlock: '7' } })
  })

  test('has nothing to say before the first block, and nulls before the ledger is open', async () => {
    expect((await new ReadsApp([]).get('/ledger')).body).toMatchObject({ code: 'NOT_YET' })
    const unopened = new ReadsApp(ledger.blocks.slice(0, 1))
    const nothing = { asOfBlock: '0', ledgerId: null, businessDate: null, cycle: null }
    expect((await unopened.get('/ledger')).body).toMatchObject(nothing)
    expect((await unopened.get('/organisations')).body).toEqual({ asOfBlock: '0', items: [] })
    expect((await unopened.get('/liability')).body).toEqual({ asOfBlock: '0', programmes: [] })
    const trial = await unopened.get('/trial-balance')
    expect(trial.body).toMatchObject({ businessDate: null, rows: [], balanced: true })
  })

  test.each([
    '/programmes/mall:none:point',
    '/members/mall:m-nobody',
    '/accounts/mall:a-nobody',
    '/accounts/mall:a-nobody/statement',
    `/entries/${'0'.repeat(64)}`,
    '/blocks/99',
  ])('answers NOT_FOUND to %s', async (path) => {
    const { status, contentType, body } = await app.get(path)
    expect([status, body['code']]).toEqual([404, 'NOT_FOUND'])
    expect(contentType).toMatch(/^application\/problem\+json/)
  })

  test.each([
    '/ledger?colour=red',
    '/ledger?minBlock=-1',
    '/ledger?minBlock=1e3',
    '/members?limit=0',
    '/members?limit=501',
    '/members?limit=ten',
    '/members?limit=5&limit=6',
    '/members?organisation=no/one',
    '/members?cursor=',
    '/members?cursor=!',
    '/members?cursor=AAAA',
    '/accounts/mall/statement',
    '/accounts/mall:a-ann/statement?asset=star',
    '/entries/XYZ',
    '/entries?type=1',
    '/blocks/-1',
    '/blocks/01',
    '/trial-balance?cycle=2026',
  ])('refuses %s as malformed', async (path) => {
    const { status, body } = await app.get(path)
    expect([status, body['code']]).toEqual([400, 'REQUEST_MALFORMED'])
  })
})

describe('the registry', () => {
  test('lists organisations', async () => {
    const { items } = await app.list('/organisations')
    expect(items.map(({ id }) => id)).toEqual([...ORGANISATIONS].sort())
    expect(items[0]).toEqual({ id: 'airline', name: 'The airline' })
  })

  test('gives a programme with its terms and what is left of its budget', async () => {
    const { body } = await app.get(`/programmes/${STAR}`)
    expect(body).toEqual({
      asOfBlock: '6',
      asset: STAR,
      issuer: 'mall',
      name: `Points ${STAR}`,
      pointsPerYuan: { numerator: '10', denominator: '1' },
      pricePerPoint: { numerator: '10000', denominator: '3' },
      expiresAfterMonths: 12,
      transferable: true,
      budget: '1000000000',
      budgetLeft: '999998950',
      acceptors: ['bank', 'mall', 'airline'],
      partners: ['bank', 'airline'],
    })
    const { asOfBlock: _, ...item } = body
    expect((await app.list('/programmes')).items).toContainEqual(item)
    const never = await app.get(`/programmes/${FIXED}`)
    expect(never.body).toMatchObject({ expiresAfterMonths: null, partners: [] })
  })

  test('lists the people of an organisation, and no others', async () => {
    const { items } = await app.list('/members?organisation=mall')
    const ids = items.map(({ id }) => id)
    expect(ids).toEqual([
      'mall:admin',
      'mall:finance-1',
      'mall:finance-2',
      'mall:m-ann',
      'mall:till',
    ])
    expect((await app.list('/members?organisation=mal')).items).toEqual([])
  })

  test('gives a member with account and key, and staff with roles', async () => {
    const member = await app.get(`/members/${ANN}`)
    expect(member.body).toMatchObject({ kind: 'member', roles: [], accounts: [accountOf(ANN)] })
    expect(member.body['keys']).toHaveLength(1)
    const staff = await app.get('/members/bank:till')
    expect(staff.body).toMatchObject({ roles: ['issuer', 'cashier'], accounts: [] })
  })
})

describe('accounts', () => {
  test('show what is available, pending and expired on the business date', async () => {
    const { body } = await app.get(`/accounts/${accountOf(ANN)}`)
    expect(body).toEqual({
      asOfBlock: '6',
      id: accountOf(ANN),
      owner: ANN,
      home: 'mall',
      holdings: [
        {
          asset: FLASH,
          available: '0',
          pending: '0',
          expired: '70',
          lots: [{ expires: '2026-11-30', amount: '70' }],
        },
        {
          asset: STAR,
          available: '700',
          pending: '50',
          expired: '0',
          lots: [
            { expires: '2027-11-30', amount: '700' },
            { expires: '2027-11-30', availableFrom: '2026-12-20', amount: '50' },
          ],
        },
      ],
    })
  })

  test('have a statement, newest first, with the balance after each posting', async () => {
    const { items } = await app.list(`/accounts/${accountOf(BOB)}/statement?asset=${STAR}`)
    expect(items).toMatchObject([
      {
        type: 'RedeemPoints',
        businessDate: '2026-12-01',
        cycle: '2026-12-01.1',
        blockNumber: '6',
        side: 'debit',
        amount: '7',
        balance: '293',
        counterparties: ['7104'],
        references: { acceptor: 'bank', store: 'S-1' },
      },
      {
        type: 'TransferPoints',
        businessDate: '2026-11-30',
        blockNumber: '5',
        transactionId: ledger.blocks[5]?.transactions[2]?.id,
        side: 'credit',
        amount: '300',
        balance: '300',
        counterparties: [accountOf(ANN)],
        references: {},
      },
    ])
    const [newest] = items
    const { body: entry } = await app.get(`/entries/${String(newest?.['entryHash'])}`)
    expect(entry).toMatchObject({ transactionId: newest?.['transactionId'], blockNumber: '6' })
  })

  test('have one statement over all assets when none is named', async () => {
    const { items } = await app.list(`/accounts/${accountOf(BOB)}/statement`)
    const lines = items.map(({ asset, balance }) => [asset, balance])
    expect(lines).toEqual([
      [STAR, '293'],
      [HUI, '1900'],
      [STAR, '300'],
      [HUI, '2000'],
    ])
  })
})

describe('entries', () => {
  test('are given as they were published', async () => {
    for (const { hash: published, text } of ledger.published) {
      const { body } = await app.get(`/entries/${published}`)
      const entry = body['entry'] as EntryJson
      expect(hash('sha256', canonicalEntry(parseEntry(entry)))).toBe(published)
      expect(entry).toEqual(JSON.parse(text))
    }
    expect(ledger.published).toHaveLength(8)
  })

  test('carry the trace context of their command, if it had one', async () => {
    const [gift] = (await app.list('/entries?type=TransferPoints')).items
    expect(gift?.['traceparent']).toBe(TRACEPARENT)
    const [sale] = (await app.list('/entries?type=RedeemPoints')).items
    expect(sale).not.toHaveProperty('traceparent')
  })

  test('are listed newest first', async () => {
    const { items } = await app.list('/entries')
    const hashes = ledger.published.map((entry) => entry.hash).toReversed()
    expect(items.map((item) => item['hash'])).toEqual(hashes)
  })

  test.each([
    ['type=TransferPoints', 1],
    ['type=IssuePoints', 5],
    ['type=NoSuchType', 0],
    [`account=${accountOf(BOB)}`, 4],
    [`account=${accountOf(ANN)}&type=TransferPoints`, 1],
    ['account=7104', 2],
    ['account=3001/mall/bank/2026-12-01.1', 2],
    ['account=mall:a-nobody', 0],
  ])('are filtered by %s', async (query, count) => {
    const { items } = await app.list(`/entries?${query}`)
    expect(items).toHaveLength(count)
  })
})

describe('blocks', () => {
  test('are listed newest first', async () => {
    const { items } = await app.list('/blocks?limit=2')
    expect(items).toEqual([
      {
        number: '6',
        hash: ledger.blocks[6]?.hash,
        previousHash: ledger.blocks[5]?.hash,
        transactionCount: 4,
      },
      {
        number: '5',
        hash: ledger.blocks[5]?.hash,
        previousHash: ledger.blocks[4]?.hash,
        transactionCount: 4,
      },
    ])
  })

  test('show their transactions, valid or not', async () => {
    const { body } = await app.get('/blocks/5')
    const transactions = body['transactions'] as Record<string, unknown>[]
    const codes = transactions.map(({ index, validationCode, entryCount }) => [
      index,
      validationCode,
      entryCount,
    ])
    expect(codes).toEqual([
      [0, 'VALID', 1],
      [1, 'VALID', 1],
      [2, 'VALID', 1],
      [3, 'MVCC_READ_CONFLICT', 0],
    ])
    expect(transactions[3]?.['submitter']).toBe('airline')
  })
})
