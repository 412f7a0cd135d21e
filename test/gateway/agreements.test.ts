import { expect, test } from 'vitest'
import { agree, moneyLine, pointsLine, terms } from '../support/agreement-world.ts'
import { ANN, BOB } from '../support/opened-ledger.ts'
import { accountOf, STAR } from '../support/world.ts'
import { ReadsApp, tradedBlocks } from './reads-app.ts'

test('agreements are read with their terms and who has signed, and listed by party', async () => {
  const ledger = await tradedBlocks()
  const agreed = terms([pointsLine(ANN, BOB, STAR, 5), moneyLine('mall', 'bank', 300)])
  await agree(ledger, 'mall:deal', agreed, [ANN])
  await agree(ledger, 'mall:done', terms([pointsLine(ANN, BOB, STAR, 7)]), [ANN])
  ledger.cut()
  const app = new ReadsApp(ledger.blocks)
  expect((await app.get('/agreements/mall:deal')).body).toEqual({
    asOfBlock: String(ledger.blocks.length - 1),
    id: 'mall:deal',
    status: 'open',
    parties: [accountOf(ANN), accountOf(BOB), ANN, BOB, 'mall', 'bank'],
    people: [ANN, BOB],
    dueOn: '2026-12-10',
    keeps: [],
    terms: agreed,
    signatories: [{ account: accountOf(ANN), owner: ANN }, { organisation: 'mall' }],
    signed: [accountOf(ANN)],
    oracleSigned: false,
  })
  const idsOf = async (query: string): Promise<unknown[]> =>
    (await app.list(`/agreements?${query}`)).items.map(({ id }) => id)
  expect(await idsOf(`party=${BOB}`)).toEqual(['mall:deal', 'mall:done'])
  expect(await idsOf('party=bank')).toEqual(['mall:deal'])
  expect(await idsOf(`party=${accountOf(ANN)}&status=executed`)).toEqual(['mall:done'])
  expect((await app.get('/agreements/mall:none')).status).toBe(404)
})
