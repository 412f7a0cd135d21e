import type { Rational } from './amount.ts'
import { multiply } from './amount.ts'
import { owedPostings } from './clearing.ts'
import type { OrganisationId } from './identifiers.ts'
import type { NettedPayment } from './netting.ts'
import { paymentsFor } from './netting.ts'
import type { AccountPath, Posting } from './posting.ts'
import {
  clearingPath,
  inTransitPath,
  MICRO_YUAN_PER_FEN,
  ownPath,
  SETTLEMENT_ASSET,
} from './posting.ts'
import type { ChargedFee, FeeTier, NettingMode, Position, SettlementFee } from './settlement.ts'

/** What one organisation owes another for a cycle, in micro-yuan, gross or net. */
export interface Claim {
  readonly debtor: OrganisationId
  readonly creditor: OrganisationId
  readonly amount: bigint
}

/** What a pair owes each other, each way by itself. Nothing of what is nothing. */
function grossClaims({ organisation, counterparty, toGet, toPay }: Position): Claim[] {
  return [
    { debtor: counterparty, creditor: organisation, amount: toGet },
    { debtor: organisation, creditor: counterparty, amount: toPay },
  ].filter(({ amount }) => amount > 0n)
}

function netClaims(position: Position): Claim[] {
  const net = position.toGet - position.toPay
  if (net === 0n) return []
  const { organisation, counterparty } = position
  return net > 0n
    ? [{ debtor: counterparty, creditor: organisation, amount: net }]
    : [{ debtor: organisation, creditor: counterparty, amount: -net }]
}

/** What is settled of positions: gross, or the difference of each pair. */
export function claimsOf(positions: readonly Position[], netting: NettingMode): Claim[] {
  return positions.flatMap(netting === 'gross' ? grossClaims : netClaims)
}

/** The payments that settle claims, in fen; each claim is rounded down to fen once. */
export function settlingPayments(claims: readonly Claim[], netting: NettingMode): NettedPayment[] {
  const payments = claims.map(({ debtor, creditor, amount }) => ({
    debtor,
    creditor,
    fen: amount / MICRO_YUAN_PER_FEN,
  }))
  if (netting !== 'multilateral') return payments.filter(({ fen }) => fen > 0n)
  const nets = new Map<OrganisationId, bigint>()
  for (const { debtor, creditor, fen } of payments) {
    nets.set(debtor, (nets.get(debtor) ?? 0n) - fen)
    nets.set(creditor, (nets.get(creditor) ?? 0n) + fen)
  }
  return paymentsFor([...nets].map(([organisation, netFen]) => ({ organisation, netFen })))
}

function line(account: AccountPath, side: Posting['side'], amount: bigint): Posting {
  return { account, asset: SETTLEMENT_ASSET, side, amount }
}

/**
 * Out of the clearing of a cycle into settlement in transit. What rounding leaves unpaid is the
 * debtor's gain and the creditor's loss, so that the postings of each organisation balance by
 * themselves.
 */
export function settlementPostings(
  claims: readonly Claim[],
  payments: readonly NettedPayment[],
  cycle: string,
): Posting[] {
  return [
    ...claims.flatMap(({ debtor, creditor, amount }) => {
      const dropped = amount % MICRO_YUAN_PER_FEN
      const postings = [
        line(clearingPath(debtor, creditor, cycle), 'debit', amount),
        line(clearingPath(creditor, debtor, cycle), 'credit', amount),
      ]
      if (dropped === 0n) return postings
      return [
        ...postings,
        line(ownPath('6711', creditor), 'debit', dropped),
        line(ownPath('6711', debtor), 'credit', dropped),
      ]
    }),
    ...payments.flatMap(({ debtor, creditor, fen }) => {
      const amount = fen * MICRO_YUAN_PER_FEN
      return [
        line(inTransitPath(creditor, debtor, cycle), 'debit', amount),
        line(inTransitPath(debtor, creditor, cycle), 'credit', amount),
      ]
    }),
  ]
}

/** Who pays what to whom for a payment or for clearing, and for which cycle. */
interface Move {
  readonly debtor: OrganisationId
  readonly creditor: OrganisationId
  readonly cycle: string
  readonly fen: bigint
}

/** Money leaves the debtor's bank. */
export function sentPostings({ debtor, creditor, cycle, fen }: Move): Posting[] {
  const amount = fen * MICRO_YUAN_PER_FEN
  return [
    line(inTransitPath(debtor, creditor, cycle), 'debit', amount),
    line(ownPath('1002', debtor), 'credit', amount),
  ]
}

/** Money comes in at the creditor's bank. */
export function receivedPostings({ debtor, creditor, cycle, fen }: Move): Posting[] {
  const amount = fen * MICRO_YUAN_PER_FEN
  return [
    line(ownPath('1002', creditor), 'debit', amount),
    line(inTransitPath(creditor, debtor, cycle), 'credit', amount),
  ]
}

/** What was instructed for a cycle and not paid goes back into clearing, in the cycle that is open. */
export function carriedPostings({ debtor, creditor, cycle, fen }: Move, into: string): Posting[] {
  const amount = fen * MICRO_YUAN_PER_FEN
  return [
    line(inTransitPath(debtor, creditor, cycle), 'debit', amount),
    line(inTransitPath(creditor, debtor, cycle), 'credit', amount),
    ...owedPostings({ debtor, creditor, amount }, into),
  ]
}

/** The fees of a position, each rounded down to a micro-yuan once; none to oneself, none of nothing. */
export function feesOf(fees: readonly SettlementFee[], position: Position): ChargedFee[] {
  return fees.flatMap(({ receiver, bearer, fixedFen, tiers }) =>
    grossClaims(position).flatMap((claim) => {
      const payer = claim[bearer]
      const amount = fixedFen * MICRO_YUAN_PER_FEN + tieredFee(tiers, claim.amount)
      return payer === receiver || amount === 0n ? [] : [{ payer, receiver, amount }]
    }),
  )
}

/** Each part of an amount at the rate of its tier; the parts are added up before rounding. */
function tieredFee(tiers: readonly FeeTier[], amount: bigint): bigint {
  let sum: Rational = { numerator: 0n, denominator: 1n }
  let from = 0n
  for (const { upToFen, rate } of tiers) {
    const to = upToFen === undefined ? amount : upToFen * MICRO_YUAN_PER_FEN
    const part = (to < amount ? to : amount) - from
    if (part <= 0n) break
    sum = {
      numerator: sum.numerator * rate.denominator + part * rate.numerator * sum.denominator,
      denominator: sum.denominator * rate.denominator,
    }
    from = to
  }
  return multiply(1n, sum).whole
}

/** A fee is an expense of who bears it and owed in the cycle that is open. */
export function feePostings(fees: readonly ChargedFee[], cycle: string): Posting[] {
  return fees.flatMap(({ payer, receiver, amount }) => [
    line(ownPath('6051', payer), 'debit', amount),
    line(ownPath('6051', receiver), 'credit', amount),
    ...owedPostings({ debtor: payer, creditor: receiver, amount }, cycle),
  ])
}
