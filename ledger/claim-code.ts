import { Type } from 'typebox'
import { canonicalJson } from './canonical.ts'
import { CHAINCODE_NAME } from './command.ts'
import type { AccountId, SeriesId } from './identifiers.ts'
import type { Codec } from './records.ts'
import { codec } from './records.ts'

/** A code on paper 领取码: a key pair, of which the chain knows the digest of the public key. */
export interface ClaimCode {
  readonly status: 'open' | 'claimed'
}

export const CLAIM_CODE: Codec<ClaimCode> = codec<ClaimCode>(
  (value) => ({ ...value }),
  (stored: ClaimCode) => stored,
)

const DOMAIN_TAG = 'tallystick/claim-code/1'

/** A P-256 signature, r and s concatenated (IEEE P1363) in base64, by a claim code's key. */
export const ClaimSignatureText = Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' })

/** The text that a claim code's key signs: good for one account on one ledger, and nothing else. */
export function claimText(
  { channel, ledgerId }: { readonly channel: string; readonly ledgerId: string },
  series: SeriesId,
  account: AccountId,
): string {
  return [DOMAIN_TAG, channel, ledgerId, CHAINCODE_NAME, canonicalJson({ account, series })].join(
    '\n',
  )
}
