import { expect, test } from 'vitest'
import { BOB, issue, redeem, refill, submitOne, verdict } from '../support/opened-ledger.ts'
import { OWED, publishedEntry, returnPurchase } from '../support/return-world.ts'
import { accountOf, definePoints } from '../support/world.ts'
import { ReadsApp, tradedBlocks } from './reads-app.ts'

async function holdingIn(reads: ReadsApp): Promise<unknown> {
  const { body } = await reads.get(`/accounts/${accountOf(BOB)}`)
  const holdings = body['holdings'] as readonly { readonly asset: string }[]
  return holdings.find(({ asset }) => asset === OWED)
}

test('a member sees what he owes for goods that came back, and that it is paid', async () => {
  const ledger = await tradedBlocks()
  const give = async (command: object): Promise<void> => {
    expect(verdict(await submitOne(ledger, 'bank', command))).toBe('accepted')
  }
  await give(definePoints(OWED, { returns: 'owed' }))
  await give(refill(OWED, '1000'))
  await give(issue(OWED, BOB, '100'))
  const entry = publishedEntry(ledger)
  await give(redeem(OWED, BOB, '4', { acceptor: 'bank' }))
  await give(returnPurchase(entry, '100', 'bank:till'))
  ledger.cut()
  const app = new ReadsApp(ledger.blocks)
  const none = { asset: OWED, available: '0', pending: '0', expired: '0', lots: [] }
  expect(await holdingIn(app)).toEqual({ ...none, owed: '4' })
  expect((await app.get(`/programmes/${OWED}`)).body['returns']).toBe('owed')
  await give(issue(OWED, BOB, '40'))
  ledger.cut()
  expect(await holdingIn(new ReadsApp(ledger.blocks))).toEqual(none)
})
