import { Type } from 'typebox'
import type { Rational } from './amount.ts'
import { parseRational } from './amount.ts'
import type { BusinessDate } from './business-date.ts'
import type { CanonicalValue } from './canonical.ts'
import type { Contract } from './contract.ts'
import type { ContractId, OrganisationId } from './identifiers.ts'
import type { Stored } from './records.ts'
import { codec } from './records.ts'

/** A payment's id: debtor, creditor, cycle and run. */
export const PaymentIdText = Type.String({
  pattern: '^[A-Za-z0-9-]{1,32}:[A-Za-z0-9-]{1,32}\\.[0-9-]{10}\\.[0-9]{1,3}\\.[0-9a-f]{16}$',
  description: 'a payment that a settlement has instructed',
  examples: ['mall:bank.2026-12-01.1.0f3a5c7e9b1d2f4a'],
})

/** How what a pair owes each other becomes payments 轧差. */
export type NettingMode = 'gross' | 'bilateral' | 'multilateral'

/** What of a gross amount goes at which rate: the part up to `upToFen`, or all that is left. */
export interface FeeTier {
  readonly upToFen?: bigint
  readonly rate: Rational
}

/** A fee on what one party of a pair owes the other in a cycle, gross: each way by itself. */
export interface SettlementFee {
  readonly receiver: OrganisationId
  readonly bearer: 'debtor' | 'creditor'
  readonly fixedFen: bigint
  /** In order; the last has no end. None: nothing but the fixed part. */
  readonly tiers: readonly FeeTier[]
}

/** Settlement terms 清算规则 that all parties have signed. They are fixed; other terms have another id. */
export interface SettlementTerms extends Contract {
  readonly status: 'open'
  readonly parties: readonly OrganisationId[]
  readonly netting: NettingMode
  /** Business days after a cycle in which its pairs close it; who is later is settled later. */
  readonly closeWithinDays: number
  /** Business days from the instruction to the payment; 0: T+0. */
  readonly payWithinDays: number
  /** Business days after that until what is unpaid is carried over. */
  readonly graceDays: number
  readonly fees: readonly SettlementFee[]
  /** Where each party is paid: a salted hash of the account, which the parties know from each other. */
  readonly accounts: readonly SettlementAccount[]
  readonly validFrom: BusinessDate
  readonly validUntil: BusinessDate
}

export interface SettlementAccount {
  readonly organisation: OrganisationId
  readonly commitment: string
}

/** A fee that a closing has posted, in micro-yuan. */
export interface ChargedFee {
  readonly payer: OrganisationId
  readonly receiver: OrganisationId
  readonly amount: bigint
}

/**
 * What a pair owes each other in a cycle, as both have signed it: in micro-yuan, seen from
 * `organisation`. `closed` until payments are instructed.
 */
export interface Position extends Contract {
  readonly status: 'closed' | 'instructed'
  readonly settlement: ContractId
  readonly cycle: string
  readonly organisation: OrganisationId
  readonly counterparty: OrganisationId
  readonly toGet: bigint
  readonly toPay: bigint
  readonly fees: readonly ChargedFee[]
}

/** A transfer that the debtor says has left his bank, and how much of it the creditor has received. */
export interface Remittance {
  /** The bank's. */
  readonly reference: string
  readonly fen: bigint
  readonly receivedFen: bigint
}

/**
 * A payment that settles positions of a cycle. `open` until all of it is received; `carried` when
 * what was unpaid past its date has gone back into clearing.
 */
export interface Payment extends Contract {
  readonly status: 'open' | 'settled' | 'carried'
  readonly settlement: ContractId
  readonly cycle: string
  readonly debtor: OrganisationId
  readonly creditor: OrganisationId
  /** What is to be paid, without what was carried over. */
  readonly fen: bigint
  readonly carriedFen: bigint
  /** The last business date for it, before the days of grace. */
  readonly payBy: BusinessDate
  readonly remittances: readonly Remittance[]
}

/** The id of a pair's position in a cycle: the same whichever of the two is named first. */
export function positionId(one: OrganisationId, other: OrganisationId, cycle: string): ContractId {
  const [first, second] = one < other ? [one, other] : [other, one]
  return `${first}:${second}.${cycle}`
}

/** What of a payment has still to be sent, in fen. */
export function unsentFen(payment: Pick<Payment, 'fen' | 'remittances'>): bigint {
  return payment.fen - paidOf(payment).sentFen
}

/** What has left the debtor's bank, and what has come in at the creditor's, in fen. */
export function paidOf({ remittances }: Pick<Payment, 'remittances'>): {
  readonly sentFen: bigint
  readonly receivedFen: bigint
} {
  const sum = (of: 'fen' | 'receivedFen'): bigint =>
    remittances.reduce((total, remittance) => total + remittance[of], 0n)
  return { sentFen: sum('fen'), receivedFen: sum('receivedFen') }
}

export const SETTLEMENT = codec<SettlementTerms>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<SettlementTerms>) => ({
    ...stored,
    keeps: [],
    fees: stored.fees.map((fee) => ({
      ...fee,
      fixedFen: BigInt(fee.fixedFen),
      tiers: fee.tiers.map(({ upToFen, rate }) => ({
        ...(upToFen !== undefined && { upToFen: BigInt(upToFen) }),
        rate: parseRational(rate),
      })),
    })),
  }),
)

export const POSITION = codec<Position>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<Position>) => ({
    ...stored,
    keeps: [],
    toGet: BigInt(stored.toGet),
    toPay: BigInt(stored.toPay),
    fees: stored.fees.map((fee) => ({ ...fee, amount: BigInt(fee.amount) })),
  }),
)

export const PAYMENT = codec<Payment>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<Payment>) => ({
    ...stored,
    keeps: [],
    fen: BigInt(stored.fen),
    carriedFen: BigInt(stored.carriedFen),
    remittances: stored.remittances.map(({ reference, fen, receivedFen }) => ({
      reference,
      fen: BigInt(fen),
      receivedFen: BigInt(receivedFen),
    })),
  }),
)
