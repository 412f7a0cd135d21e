import { sign } from 'node:crypto'
import type { Command } from '../ledger/index.ts'
import { claimText } from '../ledger/index.ts'
import type { Wallet } from './wallet.ts'

/** The signature by a claim code's key with which one account, and no other, gets its coupon. */
export function signClaim(
  code: Wallet,
  ledger: Pick<Command, 'channel' | 'ledgerId'>,
  series: string,
  to: string,
): string {
  const data = Buffer.from(claimText(ledger, series, to), 'utf8')
  const key = { key: code.privateKey, dsaEncoding: 'ieee-p1363' } as const
  return sign('sha256', data, key).toString('base64')
}
