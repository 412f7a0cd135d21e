import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { couponKey, splitKey } from '../../ledger/index.ts'
import { BlockLedger, openedBlocks } from '../support/blocks.ts'
import { issue, MEMBERS, submitOne, verdict } from '../support/opened-ledger.ts'
import { handOutCoupons, payOrder } from '../support/order-world.ts'
import type { OrderStep } from '../support/random-orders.ts'
import { commandOf, orderDays, rolls } from '../support/random-orders.ts'
import { STAR } from '../support/world.ts'
import { ReadsApp } from './reads-app.ts'

type Json = Readonly<Record<string, unknown>>

async function stockedBlocks(): Promise<BlockLedger> {
  const ledger = await openedBlocks()
  await handOutCoupons(ledger)
  for (const member of MEMBERS) await submitOne(ledger, 'mall', issue(STAR, member, '2000'))
  ledger.cut()
  return ledger
}

/** Purchases and coupons that the projection has otherwise than the state. */
function differences({ projection }: ReadsApp, { state }: BlockLedger): string[] {
  return [...state].flatMap(([name, text]) => {
    const { kind, parts } = splitKey(name)
    const [first = '', second = ''] = parts
    if (kind === 'purchase') {
      return projection.contracts.read('purchase', first)?.value === text ? [] : [name]
    }
    if (kind !== 'coupon') return []
    const { state: life, amount } = couponKey(first, second).codec.decode(text)
    const stored = projection.coupons.read(first, second)
    return stored?.state === life && stored.amount === String(amount) ? [] : [name]
  })
}

/** An order of a step as a till asks for it, whatever applies. */
function askedFor(
  step: Extract<OrderStep, { kind: 'pay' | 'reserve' }>,
  ledger: BlockLedger,
): Json {
  const { body } = commandOf({ ...step, kind: 'pay', quotes: false }, ledger).command
  const { from, amountFen, items, coupons, points } = body as Json
  return { acceptor: step.purchase.split(':')[0], from, amountFen, items, coupons, points }
}

/** What of an offer applies; nothing of one that is malformed, as when a coupon is named twice. */
function applying(offered: unknown): Json[] {
  const all = (offered ?? []) as Json[]
  return all.filter(({ applies }) => applies === true)
}

/** Pays what a quote says that applies; the verdict, or undefined when nothing does. */
async function payQuoted(
  step: Extract<OrderStep, { kind: 'pay' | 'reserve' }>,
  { app, ledger }: { readonly app: ReadsApp; readonly ledger: BlockLedger },
): Promise<string | undefined> {
  const { acceptor, ...order } = askedFor(step, ledger)
  const { body } = await app.post('/quotes', { acceptor, ...order })
  const coupons = applying(body['coupons'])
  const points = applying(body['points'])
  if (coupons.length + points.length === 0) return undefined
  const id = `${String(acceptor)}:p-quoted-${ledger.transactions}`
  const signed = payOrder(
    id,
    {
      ...order,
      coupons: coupons.map(({ series, serial }) => ({ series, serial })),
      points: points.map(({ asset, amount }) => ({ asset, amount })),
      paidFen: body['paidFen'],
    },
    step.member,
  )
  return verdict(await submitOne(ledger, step.member.split(':')[0] ?? '', signed))
}

test('what the gateway quotes, the ledger takes', async () => {
  const stocked = await stockedBlocks()
  const verdicts: (string | undefined)[] = []
  await fc.assert(
    fc.asyncProperty(orderDays(6, 5), async (day) => {
      const ledger = new BlockLedger(stocked)
      const app = new ReadsApp(ledger.blocks)
      for (const step of day.flat()) {
        if (step.kind === 'roll') await ledger.submit('mall', rolls(step.days, ledger))
        else if (step.kind === 'pay' || step.kind === 'reserve') {
          verdicts.push(await payQuoted(step, { app, ledger }))
        } else await submitOne(ledger, 'mall', commandOf(step, ledger))
        app.projection.apply(ledger.cut())
        expect(differences(app, ledger)).toEqual([])
      }
      expect(verdicts.filter((told) => told !== undefined && told !== 'accepted')).toEqual([])
    }),
    { seed: 20261210, numRuns: 25 },
  )
  expect(verdicts.filter((told) => told === 'accepted').length).toBeGreaterThan(30)
})
