import { hash } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import type { EntryJson } from '../../../gateway/projection/published-entry.ts'
import { canonicalEntry, parseEntry } from '../../../ledger/index.ts'
import type { Answer } from '../../support/test-network.ts'
import { accountOf, CHANNEL, HUI, LEDGER_ID, ORGANISATIONS, STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { accepted, FLASH, purchase, redemption, transfer } from './requests.ts'

const GUS = 'mall:m-gus'
const HAL = 'bank:m-hal'
export const READERS = [GUS, HAL]

type Item = Readonly<Record<string, unknown>>

/** What every organisation can read, at its own gateway. */
export function readStories(net: GetNetwork): void {
  let issued: Answer['body']
  let sent: Answer['body']
  let paid: Answer['body']

  beforeAll(async () => {
    issued = await accepted(net(), 'mall', purchase(GUS))
    sent = await accepted(net(), 'mall', transfer(GUS, HAL, '400'))
    paid = await accepted(net(), 'bank', redemption(HAL, '150'))
  })

  /** A read at a gateway that has seen all of the above. */
  async function read(organisation: string, path: string): Promise<Answer['body']> {
    const mark = path.includes('?') ? '&' : '?'
    const block = String(paid['blockNumber'])
    return (await net().get(organisation, `${path}${mark}minBlock=${block}`)).body
  }

  async function pages(organisation: string, path: string, limit: number): Promise<Item[]> {
    const items: Item[] = []
    let cursor = ''
    do {
      const page = await read(organisation, `${path}?limit=${limit}${cursor}`)
      items.push(...(page['items'] as Item[]))
      const next = page['nextCursor']
      cursor = typeof next === 'string' ? `&cursor=${next}` : ''
    } while (cursor !== '')
    return items
  }

  test('a block that is far away is not waited for', async () => {
    const answer = await net().get('mall', '/ledger?minBlock=999999999')
    expect([answer.status, answer.body['code']]).toEqual([503, 'NOT_YET'])
  })

  test.each(ORGANISATIONS)('%s knows the ledger, the members and the programmes', async (at) => {
    expect(await read(at, '/ledger')).toMatchObject({
      channel: CHANNEL,
      organisation: at,
      ledgerId: LEDGER_ID,
      businessDate: '2026-11-30',
      cycle: 1,
    })
    const organisations = (await read(at, '/organisations'))['items'] as Item[]
    expect(organisations.map(({ id }) => id)).toEqual([...ORGANISATIONS].sort())
    const programmes = (await read(at, '/programmes'))['items'] as Item[]
    expect(programmes.map(({ asset }) => asset)).toEqual([FLASH, HUI, STAR])
    expect(await read(at, `/members/${HAL}`)).toMatchObject({
      kind: 'member',
      accounts: [accountOf(HAL)],
    })
    expect((await net().get(at, '/members/mall:m-nobody')).status).toBe(404)
  })

  test.each(ORGANISATIONS)('%s sees the statement of an account of the bank', async (at) => {
    const statement = await read(at, `/accounts/${accountOf(HAL)}/statement`)
    expect(statement['items']).toMatchObject([
      { type: 'RedeemPoints', side: 'debit', amount: '150', balance: '250' },
      {
        type: 'TransferPoints',
        side: 'credit',
        amount: '400',
        balance: '400',
        counterparties: [accountOf(GUS)],
      },
    ])
    const account = await read(at, `/accounts/${accountOf(HAL)}`)
    expect(account['holdings']).toMatchObject([{ asset: STAR, available: '250' }])
  })

  test('an entry is named by the hash of its content, and is the same everywhere', async () => {
    for (const answer of [issued, sent, paid]) {
      const published = await read('airline', `/entries/${String(answer['entryHash'])}`)
      expect(published).toMatchObject({
        hash: answer['entryHash'],
        blockNumber: answer['blockNumber'],
      })
      const entry = published['entry'] as EntryJson
      expect(hash('sha256', canonicalEntry(parseEntry(entry)))).toBe(answer['entryHash'])
    }
  })

  test.each(ORGANISATIONS)(
    '%s sees who owes whom, gross and net, and from which entries',
    async (at) => {
      const positions = await read(at, '/positions')
      expect(positions).toMatchObject({ cycle: '2026-11-30.1', isOpen: true })
      const nets = positions['nets'] as Item[]
      expect(nets.reduce((sum, { netFen }) => sum + BigInt(String(netFen)), 0n)).toBe(0n)
      const pairs = positions['pairs'] as Item[]
      const pair = pairs.find(({ debtor, creditor }) => debtor === 'mall' && creditor === 'airline')
      const owed = Number(pair?.['owedByDebtor'])
      // 150 points of the mall at a third of a fen each, paid at the airline.
      expect(owed).toBeGreaterThanOrEqual(500_000)
      const [, path = ''] = String(pair?.['entries']).split('account=')
      const entries = (await read(at, `/entries?account=${path}&limit=500`))['items'] as Item[]
      const hashes = entries.map((entry) => entry['hash'])
      expect(hashes).toContain(paid['entryHash'])
      expect(await read(at, '/positions?cycle=2026-11-29.1')).toMatchObject({
        isOpen: false,
        pairs: [],
        nets: [],
        payments: [],
      })
    },
  )

  test('a list by pages is the whole list', async () => {
    const whole = await pages('bank', '/members', 500)
    expect(await pages('bank', '/members', 3)).toEqual(whole)
    expect(whole.map(({ id }) => id)).toEqual(expect.arrayContaining([GUS, HAL, 'mall:till']))
  })

  test('blocks are chained, and show the transactions of an entry', async () => {
    const number = Number(paid['blockNumber'])
    const block = await read('mall', `/blocks/${number}`)
    const before = await read('bank', `/blocks/${number - 1}`)
    expect(block['previousHash']).toBe(before['hash'])
    const { transactionId } = await read('mall', `/entries/${String(paid['entryHash'])}`)
    const transactions = block['transactions'] as Item[]
    expect(transactions.find(({ id }) => id === transactionId)).toMatchObject({
      validationCode: 'VALID',
      submitter: 'bank',
    })
    expect(await read('airline', `/blocks/${number}`)).toMatchObject({ hash: block['hash'] })
  })
}
