import { Type } from 'typebox'
import type { GatewayClient } from './gateway-client.ts'
import { PlainError } from './plain-error.ts'

/** A command that has not been booked so many days after the business date never will be. */
export const NOT_AFTER_DAYS = 30

/** GET /ledger. */
export const LedgerText = Type.Object({
  asOfBlock: Type.String(),
  channel: Type.String(),
  ledgerId: Type.Union([Type.String(), Type.Null()]),
  businessDate: Type.Union([Type.String(), Type.Null()]),
  cycle: Type.Union([Type.Integer(), Type.Null()]),
})

export interface OpenLedger {
  readonly channel: string
  readonly ledgerId: string
  readonly businessDate: string
  /** Number of the cycle of that date. */
  readonly cycle: number
  /** The block up to which the gateway has read the chain. */
  readonly minBlock: number
}

/** Reads the ledger, which must be open. Throws a plain error when it is not, or GatewayFailure. */
export async function readOpenLedger(gateway: GatewayClient): Promise<OpenLedger> {
  const ledger = await gateway.read('/ledger', LedgerText)
  const { channel, ledgerId, businessDate, cycle, asOfBlock } = ledger
  if (ledgerId === null || businessDate === null || cycle === null) {
    throw new PlainError(
      'The ledger is empty. Play a day first: `npm run tallystick -- day data/2026-12-01`.',
    )
  }
  return { channel, ledgerId, businessDate, cycle, minBlock: Number(asOfBlock) }
}
