import type { Payment } from '../../ledger/index.ts'
import { paymentKey } from '../../ledger/index.ts'
import type { ContractQueries } from './queries/contract-queries.ts'

const PAGE_SIZE = 200

export interface OpenPayment {
  readonly id: string
  readonly payment: Payment
}

/** The payments of a cycle of which something has still to come in. */
export function openPayments(contracts: ContractQueries, cycle: string): OpenPayment[] {
  const found: OpenPayment[] = []
  for (let after = ''; ;) {
    const page = contracts.list('payment', { after, limit: PAGE_SIZE }, { status: 'open' })
    for (const { id, value } of page) {
      const payment = paymentKey(id).codec.decode(value)
      if (payment.cycle === cycle) found.push({ id, payment })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE_SIZE) return found
    after = last.id
  }
}
