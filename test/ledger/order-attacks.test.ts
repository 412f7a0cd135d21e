import { beforeEach, describe, expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { canonicalEntry, contendedKeys, couponKey, shapeCommand } from '../../ledger/index.ts'
import { SPRING } from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { acceptAll, ANN, reverse, submitOne, verdict } from '../support/opened-ledger.ts'
import {
  couponsOf,
  orderLedger,
  payOrder,
  pointsOf,
  refundOrder,
  reserveOrder,
} from '../support/order-world.ts'
import { STAR } from '../support/world.ts'

const P = 'bank:p-1'

/** A little food, for which a part of a shopping coupon pays. */
const SMALL = {
  amountFen: '1200',
  items: [{ category: 'food', amountFen: '1200' }],
  coupons: couponsOf([SPRING, 'A-2']),
  points: [],
  paidFen: '1200',
}

let ledger: MemoryLedger

beforeEach(async () => {
  ledger = await orderLedger()
})

/** Names of the keys that a gateway keeps out of two transactions in flight. */
function contended(command: SignedCommand): string[] {
  const shape = shapeCommand(command)
  if (!shape.ok) throw new Error(JSON.stringify(shape))
  const { sha256 } = cryptography
  return contendedKeys(shape.shaped, { organisation: 'mall', lane: 0, sha256 })
}

describe('attempts that fail', () => {
  test('one coupon at two tills at the same moment: only one transaction can be valid', async () => {
    const [one, other] = [payOrder(P), payOrder('airline:p-1')]
    const fold = ledger.completeFold()
    const first = await ledger.simulate('mall', [one], { fold })
    const second = await ledger.simulate('bank', [other], { fold })
    expect([first, second].map(({ outcomes }) => verdict(outcomes[0]))).toEqual([
      'accepted',
      'accepted',
    ])
    const written = couponKey(SPRING, 'A-1').name
    expect(first.writes.map(({ name }) => name)).toContain(written)
    expect(second.reads).toContain(written)
    expect(contended(one).filter((name) => contended(other).includes(name))).toContain(written)
  })

  test('the signature of an order serves for nothing else', async () => {
    const order = payOrder(P)
    const changes = [
      { purchase: 'airline:p-1' },
      { store: 'S-2' },
      { order: 'O-2' },
      { amountFen: '12001' },
      { items: [{ category: 'food', amountFen: '12000' }] },
      { coupons: couponsOf([SPRING, 'A-2']) },
      { points: pointsOf(STAR, 301) },
      { paidFen: '5601' },
    ]
    for (const change of changes) {
      const { command } = order
      const altered = { ...order, command: { ...command, body: { ...command.body, ...change } } }
      expect(verdict(await submitOne(ledger, 'bank', altered))).toBe('PROOF_INVALID')
    }
    const reserved = { ...order, command: { ...order.command, type: 'ReserveOrder' } }
    expect(verdict(await submitOne(ledger, 'bank', reserved))).toBe('COMMAND_MALFORMED')
  })

  test('a payment, a reservation or a refund is not undone by a reversal', async () => {
    const commands = [
      payOrder(P),
      refundOrder(P, [], [[STAR, 300]]),
      reserveOrder('bank:p-2', SMALL),
    ]
    await acceptAll(ledger, 'mall', commands, { fold: ledger.completeFold() })
    const entries = ledger.entries().slice(-3)
    expect(entries.map(({ type }) => type)).toEqual(['PayOrder', 'RefundOrder', 'ReserveOrder'])
    for (const entry of entries) {
      const reversal = reverse(JSON.parse(canonicalEntry(entry)) as object, 'bank:till', ANN)
      expect(verdict(await submitOne(ledger, 'mall', reversal))).toBe('NOT_REVERSIBLE')
    }
  })

  test('the same payment sent again is answered, not paid again', async () => {
    const order = payOrder(P)
    await submitOne(ledger, 'mall', order)
    const before = new Map(ledger.state)
    expect(await submitOne(ledger, 'bank', order)).toMatchObject({ replayed: true })
    expect(ledger.state).toEqual(before)
  })
})
