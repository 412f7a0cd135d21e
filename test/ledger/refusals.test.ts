import { describe, expect, test } from 'vitest'
import { ERROR_TABLE, RULES } from '../../ledger/index.ts'
import type { SubmitResult } from '../../ledger/index.ts'
import { LEDGER_ERRORS } from '../../ledger/errors.ts'
import type { Fault, Prepared } from '../support/faults.ts'
import { areCompatible, prepare } from '../support/faults.ts'
import { verdict } from '../support/opened-ledger.ts'
import { CLAIMS } from './refusals/claims.ts'
import { COUPONS } from './refusals/coupons.ts'
import { AGREEMENTS } from './refusals/agreements.ts'
import { PAYMENT_REQUESTS } from './refusals/payment-requests.ts'
import { CORRECTION } from './refusals/correction.ts'
import { EXCHANGES } from './refusals/exchanges.ts'
import { AUCTIONS } from './refusals/auctions.ts'
import { CLOCK } from './refusals/clock.ts'
import { GIFTS } from './refusals/gifts.ts'
import { OFFERS } from './refusals/offers.ts'
import { MOVEMENT } from './refusals/movement.ts'
import { ORDERS } from './refusals/orders.ts'
import { PURCHASES } from './refusals/purchases.ts'
import { REGISTRATION } from './refusals/registration.ts'
import { PURCHASE_RETURNS } from './refusals/purchase-returns.ts'
import { SERIES } from './refusals/series.ts'
import { PAYMENTS } from './refusals/payments.ts'
import { STATEMENTS } from './refusals/statements.ts'
import { SETTLEMENT } from './refusals/settlement.ts'
import { SEALED_AUCTIONS } from './refusals/sealed-auctions.ts'

const TABLES = [
  ...SERIES,
  ...COUPONS,
  ...CLAIMS,
  ...GIFTS,
  ...OFFERS,
  ...CLOCK,
  ...AUCTIONS,
  ...SEALED_AUCTIONS,
  ...REGISTRATION,
  ...MOVEMENT,
  ...CORRECTION,
  ...EXCHANGES,
  ...AGREEMENTS,
  ...PAYMENT_REQUESTS,
  ...PURCHASE_RETURNS,
  ...ORDERS,
  ...PURCHASES,
  ...SETTLEMENT,
  ...PAYMENTS,
  ...STATEMENTS,
]

async function run({ ledger, organisation, signed, options }: Prepared): Promise<SubmitResult> {
  return await ledger.submit(organisation, [signed], options)
}

function pairsOf(faults: readonly Fault[]): [Fault, Fault][] {
  return faults.flatMap((earlier, at) =>
    faults
      .slice(at + 1)
      .filter((later) => later.code !== earlier.code && areCompatible(earlier, later))
      .map((later): [Fault, Fault] => [earlier, later]),
  )
}

describe.each(TABLES.map((table) => ({ ...table, type: table.base.type })))(
  '$type',
  ({ base, faults }) => {
    test('is accepted when nothing is wrong', async () => {
      const { outcomes } = await run(await prepare(base, []))
      expect(outcomes).toMatchObject([{ status: 'accepted' }])
    })

    test.each([...faults])('$code: $name', async (fault) => {
      const prepared = await prepare(base, [fault])
      const { outcomes, writes, published } = await run(prepared)
      expect(outcomes.map(verdict)).toEqual([fault.code])
      const { actor, id } = prepared.signed.command
      const record = ERROR_TABLE[fault.code].recorded ? [`command/${actor}/${id}`] : []
      expect(writes.map(({ name }) => name)).toEqual(record)
      expect(published).toEqual([])
    })

    // The gateway that resubmits is another, so only a recorded refusal may be given again.
    test.each([...faults])('$code again from another organisation: $name', async (fault) => {
      const prepared = await prepare(base, [fault])
      const [first] = (await run(prepared)).outcomes
      const options = { ...prepared.options, isAdmin: false, lane: 9 }
      const again = await run({ ...prepared, organisation: 'elsewhere', options })
      expect(again.writes).toEqual([])
      const { recorded } = ERROR_TABLE[fault.code]
      const expected = recorded ? first : { status: 'refused' }
      expect(again.outcomes).toMatchObject([{ ...expected, replayed: recorded }])
    })

    test('of two faults the earlier decides', async () => {
      const pairs = pairsOf(faults)
      expect(pairs.length).toBeGreaterThan(faults.length / 2)
      for (const [earlier, later] of pairs) {
        const { outcomes } = await run(await prepare(base, [earlier, later]))
        expect.soft(outcomes.map(verdict), `${earlier.name}; ${later.name}`).toEqual([earlier.code])
      }
    })
  },
)

test('every type of command has a table, and every code of the ledger a row', () => {
  expect(TABLES.map(({ base }) => base.type).sort()).toEqual([...RULES.keys()].sort())
  const produced = TABLES.flatMap(({ faults }) => faults.map(({ code }) => code))
  // A request that is malformed as a whole is refused before there are commands: submit.test.ts.
  const expected = Object.keys(LEDGER_ERRORS).filter((code) => code !== 'SUBMIT_MALFORMED')
  expect([...new Set<string>(produced)].sort()).toEqual(expected.sort())
})
