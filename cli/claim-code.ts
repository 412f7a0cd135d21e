import type { Command } from '../ledger/index.ts'
import { claimText } from '../ledger/index.ts'
import type { Wallet } from './wallet.ts'
import { signText } from './wallet.ts'

/** The signature by a claim code's key with which one account, and no other, gets its coupon. */
export function signClaim(
  code: Wallet,
  ledger: Pick<Command, 'channel' | 'ledgerId'>,
  series: string,
  to: string,
): string {
  return signText(claimText(ledger, series, to), code)
}
