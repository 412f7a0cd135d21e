import { basketOf, partsOf, wordsOf } from './basket-words.ts'
import type { Intent, LineContext } from './intent.ts'
import { tillOf } from './intent.ts'
import type { FieldsOf } from './line-files.ts'

const MEMBER_TYPES = new Map([
  ['pay', 'PayOrder'],
  ['reserve', 'ReserveOrder'],
])

const TILL_TYPES = new Map([
  ['confirm', 'ConfirmOrder'],
  ['release', 'ReleaseOrder'],
])

/** A member pays or reserves an order; a till confirms or releases what was reserved. */
export function orderIntent(
  fields: FieldsOf<'orders'>,
  { organisation, keys }: LineContext,
): Intent | undefined {
  const { action, purchase, store, order, member, items: itemsText, basket, until } = fields
  const byTill = TILL_TYPES.get(action)
  if (byTill !== undefined) {
    return { type: byTill, actor: tillOf(organisation), body: { purchase } }
  }
  const type = MEMBER_TYPES.get(action)
  if (type === undefined) return undefined
  const items = wordsOf(itemsText).map((word) => {
    const [category, amountFen] = partsOf(word, '=')
    return { category, amountFen }
  })
  const amountFen = items.reduce((sum, item) => sum + wholeOf(item.amountFen), 0n)
  const body = {
    purchase,
    store,
    order,
    from: keys.accountOf(member),
    amountFen: String(amountFen),
    items,
    ...basketOf(basket),
    paidFen: fields.paid_fen,
    ...(type === 'ReserveOrder' && { holdUntil: until }),
  }
  return { type, actor: member, body }
}

/** A text that is no number is for the ledger to refuse. */
function wholeOf(text: string): bigint {
  return /^[0-9]+$/.test(text) ? BigInt(text) : 0n
}

/** A till gives back a part of what an order was paid with; coupons are `series/serial=amount`. */
export function refundIntent(
  { purchase, basket, reason }: FieldsOf<'refunds'>,
  { organisation }: LineContext,
): Intent {
  const parts = wordsOf(basket).map((word) => partsOf(word, '='))
  const coupons = parts
    .filter(([name]) => name.includes('/'))
    .map(([name, amount]) => {
      const [series, serial] = partsOf(name, '/')
      return { series, serial, amount }
    })
  const points = parts
    .filter(([name]) => !name.includes('/'))
    .map(([asset, amount]) => ({ asset, amount }))
  const body = { purchase, coupons, points, reason }
  return { type: 'RefundOrder', actor: tillOf(organisation), body }
}
