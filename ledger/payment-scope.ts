import type { ContractId } from './identifiers.ts'
import type { Key } from './keys.ts'
import { paymentKey } from './keys.ts'
import type { Payment } from './settlement.ts'

/** What all commands about a payment look at, and which gateway submits them: any. */
export const PAYMENT_SCOPE = {
  subjects: ({ payment }: { readonly payment: ContractId }): Key<Payment>[] => [
    paymentKey(payment),
  ],
  home: () => undefined,
  debits: () => [],
  reads: () => [],
} as const
