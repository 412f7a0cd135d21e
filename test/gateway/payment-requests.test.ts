import { expect, test } from 'vitest'
import { ANN, BOB, submitOne, verdict } from '../support/opened-ledger.ts'
import { declineRequest, requestPayment } from '../support/request-world.ts'
import { accountOf, STAR } from '../support/world.ts'
import { ReadsApp, tradedBlocks } from './reads-app.ts'

const ASKS = { points: [{ asset: STAR, amount: '5' }], coupons: [] }

test('requests to pay are listed by who asks and who is asked', async () => {
  const ledger = await tradedBlocks()
  for (const command of [
    requestPayment('bank:r-1', BOB, ANN, ASKS, { note: 'lunch' }),
    requestPayment('bank:r-2', BOB, ANN, ASKS),
    declineRequest('bank:r-2', ANN),
  ]) {
    expect(verdict(await submitOne(ledger, 'bank', command))).toBe('accepted')
  }
  ledger.cut()
  const app = new ReadsApp(ledger.blocks)
  const open = await app.list(`/payment-requests?party=${accountOf(ANN)}&status=open`)
  expect(open.items).toEqual([
    {
      id: 'bank:r-1',
      status: 'open',
      parties: [accountOf(BOB), accountOf(ANN)],
      dueOn: '2026-12-10',
      keeps: [],
      to: accountOf(BOB),
      payee: BOB,
      from: accountOf(ANN),
      payer: ANN,
      asks: ASKS,
      note: 'lunch',
    },
  ])
  expect((await app.get('/payment-requests/bank:r-2')).body).toMatchObject({ status: 'declined' })
})
