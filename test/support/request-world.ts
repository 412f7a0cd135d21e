import type { Basket, SignedCommand } from '../../ledger/index.ts'
import { accountOf, signed } from './world.ts'

/** A member asks another until the tenth of December; `change` overrides anything in it. */
export function requestPayment(
  request: string,
  payee: string,
  payer: string,
  asks: Basket,
  change: Record<string, unknown> = {},
): SignedCommand {
  const body = { request, to: accountOf(payee), from: accountOf(payer), asks, until: '2026-12-10' }
  return signed('RequestPayment', payee, { ...body, ...change })
}

/** Who was asked pays. */
export function payRequest(
  request: string,
  payer: string,
  payee: string,
  pays: Basket,
): SignedCommand {
  const body = { request, from: accountOf(payer), to: accountOf(payee), pays }
  return signed('PayRequest', payer, body)
}

export function declineRequest(request: string, actor: string): SignedCommand {
  return signed('DeclineRequest', actor, { request })
}
