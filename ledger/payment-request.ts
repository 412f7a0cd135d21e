import type { Basket } from './basket.ts'
import type { CanonicalValue } from './canonical.ts'
import type { Contract } from './contract.ts'
import type { AccountId, ActorId } from './identifiers.ts'
import type { Codec } from './records.ts'
import { codec } from './records.ts'

/** What one account asks of another: nothing lies in it until it is paid. */
export interface PaymentRequest extends Contract {
  readonly status: 'open' | 'paid' | 'declined' | 'cancelled' | 'lapsed'
  /** Who asks, and who is asked, with the owners of the accounts. */
  readonly to: AccountId
  readonly payee: ActorId
  readonly from: AccountId
  readonly payer: ActorId
  readonly asks: Basket
  readonly note?: string
}

export const PAYMENT_REQUEST: Codec<PaymentRequest> = codec<PaymentRequest>(
  (value) => value as unknown as CanonicalValue,
  (stored: PaymentRequest) => stored,
)
