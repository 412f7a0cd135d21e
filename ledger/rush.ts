import type { BusinessDate } from './business-date.ts'
import type { Contract } from './contract.ts'
import type { AccountId, SeriesId } from './identifiers.ts'
import type { Codec } from './records.ts'
import { codec } from './records.ts'

/** A rush 抢券: the first so many who come get a coupon of the series. Its escrow keeps nothing. */
export interface Rush extends Contract {
  readonly status: 'open' | 'closed'
  readonly series: SeriesId
  /** How many coupons there are in all, and for each account. */
  readonly total: number
  readonly perMember: number
  readonly from: BusinessDate
  readonly dueOn: BusinessDate
}

export const RUSH: Codec<Rush> = codec<Rush>(
  (value) => ({ ...value, parties: [...value.parties], keeps: [] }),
  (stored: Rush) => stored,
)

/** The serial of the coupon that a claim gets: nobody can choose it, and no two claims share it. */
export function rushSerial(
  { actor, id }: { readonly actor: AccountId; readonly id: string },
  sha256: (text: string) => string,
): string {
  return sha256(`tallystick/rush/1\n${actor}\n${id}`).slice(0, 32)
}
