import { expect, test } from 'vitest'
import { signCommand } from '../../../cli/wallet.ts'
import type { SignedCommand } from '../../../ledger/index.ts'
import type { Answer } from '../../support/test-network.ts'
import {
  accountOf,
  command,
  definePoints,
  ORGANISATIONS,
  signed,
  walletOf,
} from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { accepted, available, FLASH, purchase } from './requests.ts'

const IDA = 'airline:m-ida'
export const LATE = [IDA]
const FIRST = { date: '2026-11-30', number: 1 }
const SECOND = { date: '2026-12-01', number: 1 }

/** Points that expire at the end of the month, which the airline issues. */
export function defineFlash(): SignedCommand {
  return definePoints(FLASH, { expiresAfterMonths: 0 })
}

/** The day ends; these must come last, since the business date never goes back. */
export function businessDateStories(net: GetNetwork): void {
  async function flash(): Promise<unknown> {
    const { body } = await net().get('airline', '/liability')
    const programmes = body['programmes'] as Readonly<Record<string, unknown>>[]
    return programmes.find(({ asset }) => asset === FLASH)
  }

  test('points do not expire on their last day', async () => {
    const bought = signed('IssuePoints', 'airline:till', {
      ...(purchase(IDA).command.body as object),
      asset: FLASH,
      funder: 'airline',
    })
    const { blockNumber } = await accepted(net(), 'airline', bought)
    expect(await available(net(), IDA, blockNumber, FLASH)).toBe('1000')
    const early = await net().post('airline', '/commands', expire())
    expect([early.status, early.body['code']]).toEqual([409, 'NOTHING_TO_EXPIRE'])
  })

  test('finance staff of a majority of organisations turn the date, by one step', async () => {
    const alone = roll('mall:finance-1', 'mall:finance-2')
    const refused = await net().post('mall', '/commands', alone)
    expect([refused.status, refused.body['code']]).toEqual([403, 'APPROVALS_MISSING'])
    const rolled = await accepted(net(), 'mall', roll('mall:finance-1', 'bank:finance-1'))
    for (const at of ORGANISATIONS) {
      const { body } = await net().get(at, `/ledger?minBlock=${String(rolled['blockNumber'])}`)
      expect(body).toMatchObject({ businessDate: '2026-12-01', cycle: 1 })
    }
    const again = await net().post('mall', '/commands', roll('mall:finance-1', 'bank:finance-1'))
    expect([again.status, again.body['code']]).toEqual([409, 'NOT_NEXT_CYCLE'])
  })

  test('points past their date are worth nothing, and are booked out', async () => {
    expect(await available(net(), IDA, '0', FLASH)).toBe('0')
    expect(await flash()).toMatchObject({ outstanding: '1000', pastDate: '1000' })
    await accepted(net(), 'airline', expire())
    expect(await flash()).toMatchObject({ expired: '1000', outstanding: '0', pastDate: '0' })
  })

  test('the books balance, to the last digit the same at every gateway and on every engine', async () => {
    const { asOfBlock } = (await net().get('mall', '/ledger')).body
    const books = async (at: string, path: string): Promise<Answer['body']> => {
      const { body } = await net().get(at, `${path}?minBlock=${String(asOfBlock)}`)
      const { asOfBlock: _, ...content } = body
      return content
    }
    const [bank, ...others] = await Promise.all(
      ORGANISATIONS.map(async (at) => ({
        trialBalance: await books(at, '/trial-balance'),
        ...(await books(at, '/liability')),
      })),
    )
    for (const other of others) expect(other).toEqual(bank)
    expect(bank?.trialBalance).toMatchObject({ balanced: true, generalEqualsDetail: true })
    await expect(`${JSON.stringify(bank, undefined, 2)}\n`).toMatchFileSnapshot(
      '../golden/end-of-day-books.json',
    )
  })
}

function roll(...signers: readonly string[]): SignedCommand {
  const made = command('RollBusinessDate', signers[0] ?? '', { from: FIRST, to: SECOND })
  return signCommand(made, ...signers.map(walletOf))
}

function expire(): SignedCommand {
  return signed('ExpirePoints', IDA, { asset: FLASH, account: accountOf(IDA) })
}
