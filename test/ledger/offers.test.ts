import { expect, test } from 'vitest'
import { couponKey, mergeLots } from '../../ledger/index.ts'
import { offerKey } from '../../ledger/keys.ts'
import { contradictions, replayedBooksOf } from '../support/books.ts'
import { SPRING } from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { ANN, BOB, CAT, FLASH, rollTo, submitOne, verdict } from '../support/opened-ledger.ts'
import {
  acceptOffer,
  basket,
  cancelOffer,
  openOffer,
  returnOffer,
  tradeLedger,
} from '../support/trade-world.ts'
import { accountOf, HUI, STAR } from '../support/world.ts'

const OFFER = 'bank:o-1'
const GIVES = basket({ [HUI]: 100, [STAR]: 10 }, ['B-1', 'B-2'])
const WANTS = basket({ [STAR]: 50 }, ['A-1'])

function pointsOf(ledger: MemoryLedger, member: string, asset: string): string[] {
  const lots = replayedBooksOf(ledger).holdings.get(`${accountOf(member)} ${asset}`) ?? []
  return mergeLots(lots, '9999-12-31').map(({ expires, amount }) => `${amount} to ${expires}`)
}

async function submit(ledger: MemoryLedger, command: unknown): Promise<string> {
  const outcome = verdict(await submitOne(ledger, 'mall', command))
  expect(contradictions(ledger)).toEqual([])
  return outcome
}

test('an offer that is accepted moves both baskets in one entry', async () => {
  const ledger = await tradeLedger()
  await submit(ledger, openOffer(OFFER, BOB, GIVES, WANTS))
  const before = ledger.published.length
  expect(await submit(ledger, acceptOffer(OFFER, ANN, WANTS, GIVES))).toBe('accepted')
  expect(ledger.published.length).toBe(before + 1)
  expect(pointsOf(ledger, ANN, STAR)).toEqual(['410 to 2027-11-30'])
  expect(pointsOf(ledger, BOB, STAR)).toEqual(['490 to 2027-11-30'])
  expect(pointsOf(ledger, ANN, HUI)).toEqual(['450 to 2027-11-30'])
  const holders = ['A-1', 'B-1', 'B-2'].map((serial) => ledger.get(couponKey(SPRING, serial)))
  expect(holders).toMatchObject(
    [BOB, ANN, ANN].map((member) => ({ account: accountOf(member), state: 'held' })),
  )
  const offer = ledger.get(offerKey(OFFER))
  expect(offer).toMatchObject({ status: 'accepted', acceptedBy: accountOf(ANN), keeps: [] })
})

test('an offer is accepted by one, and never after it was cancelled', async () => {
  const ledger = await tradeLedger()
  const wants = basket({ [STAR]: 50 })
  await submit(ledger, openOffer(OFFER, BOB, GIVES, wants))
  const acceptance = acceptOffer(OFFER, ANN, wants, GIVES)
  expect(await submit(ledger, acceptance)).toBe('accepted')
  expect(await submitOne(ledger, 'airline', acceptance)).toMatchObject({ replayed: true })
  expect(await submit(ledger, acceptOffer(OFFER, CAT, wants, GIVES))).toBe('OFFER_CLOSED')
  await submit(ledger, openOffer('bank:o-2', BOB, basket({}, ['B-3']), wants))
  expect(await submit(ledger, cancelOffer('bank:o-2', BOB))).toBe('accepted')
  const late = acceptOffer('bank:o-2', ANN, wants, basket({}, ['B-3']))
  expect(await submit(ledger, late)).toBe('OFFER_CLOSED')
  expect(ledger.get(couponKey(SPRING, 'B-3'))).toMatchObject({ state: 'held' })
})

test('an offer to one account is for nobody else', async () => {
  const ledger = await tradeLedger()
  const wants = basket({ [STAR]: 50 })
  await submit(ledger, openOffer(OFFER, BOB, GIVES, wants, { to: accountOf(CAT) }))
  expect(await submit(ledger, acceptOffer(OFFER, ANN, wants, GIVES))).toBe('NOT_ADDRESSEE')
  expect(await submit(ledger, acceptOffer(OFFER, CAT, wants, GIVES))).toBe('accepted')
})

test('an offer that nobody takes returns with the lots that it had, be they over', async () => {
  const ledger = await tradeLedger()
  const before = pointsOf(ledger, BOB, FLASH)
  const gives = basket({ [FLASH]: 200 })
  await submit(ledger, openOffer(OFFER, BOB, gives, WANTS))
  await rollTo(ledger, '2026-12-01')
  expect(await submit(ledger, acceptOffer(OFFER, ANN, WANTS, gives))).toBe('CONTRACT_PAST_DATE')
  expect(await submit(ledger, returnOffer(OFFER))).toBe('accepted')
  expect(pointsOf(ledger, BOB, FLASH)).toEqual(before)
})

test('an offer is made, accepted and gone within one transaction', async () => {
  const ledger = await tradeLedger()
  const commands = [
    openOffer(OFFER, BOB, GIVES, WANTS),
    acceptOffer(OFFER, ANN, WANTS, GIVES),
    cancelOffer(OFFER, BOB),
  ]
  const { outcomes } = await ledger.submit('bank', commands, { fold: ledger.completeFold() })
  expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted', 'OFFER_CLOSED'])
  expect(contradictions(ledger)).toEqual([])
})
