import type { OrganisationId } from './identifiers.ts'
import { MICRO_YUAN_PER_FEN } from './posting.ts'
import type { Delta } from './records.ts'

/** What was posted to one clearing account 3001/organisation/counterparty in a cycle, in micro-yuan. */
export interface ClearingTurnover extends Delta {
  readonly organisation: OrganisationId
  readonly counterparty: OrganisationId
}

/** What two organisations owe each other in a cycle, gross, and which of them owes the difference. */
export interface PairPosition {
  readonly debtor: OrganisationId
  readonly creditor: OrganisationId
  /** What the debtor owes the creditor before netting, in micro-yuan. */
  readonly owedByDebtor: bigint
  /** What the creditor owes the debtor before netting, in micro-yuan. */
  readonly owedByCreditor: bigint
  /** What is left to pay: whole fen, rounded down once for the pair and cycle. */
  readonly netFen: bigint
  /** Less than a fen: what that rounding leaves unpaid, in micro-yuan. */
  readonly roundedDown: bigint
}

/** One organisation towards all others: gross in micro-yuan, net in fen; below zero it has to pay. */
export interface NetPosition {
  readonly organisation: OrganisationId
  readonly toGet: bigint
  readonly toPay: bigint
  readonly netFen: bigint
}

/** Who has to pay whom so that every net position is settled. */
export interface NettedPayment {
  readonly debtor: OrganisationId
  readonly creditor: OrganisationId
  readonly fen: bigint
}

export interface CyclePositions {
  readonly pairs: readonly PairPosition[]
  readonly nets: readonly NetPosition[]
  readonly payments: readonly NettedPayment[]
}

/**
 * The positions of a cycle, from its clearing accounts: bilateral, with the gross amounts, and
 * multilateral. Net positions sum to zero. The order of the accounts makes no difference. Throws when
 * an account is not the mirror of its counterparty's: a bug.
 */
export function cyclePositions(accounts: readonly ClearingTurnover[]): CyclePositions {
  const ordered = accounts.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  const byName = new Map(ordered.map((account) => [nameOf(account), account]))
  const pairs = ordered.flatMap((account) => {
    const mirror = byName.get(`${account.counterparty} ${account.organisation}`)
    if (mirror?.debit !== account.credit || mirror.credit !== account.debit) {
      throw new Error(`no mirror of the clearing account ${nameOf(account)}`)
    }
    return account.organisation < account.counterparty ? [pairOf(account)] : []
  })
  const nets = netsOf(pairs)
  return { pairs, nets, payments: paymentsFor(nets) }
}

function nameOf({ organisation, counterparty }: ClearingTurnover): string {
  return `${organisation} ${counterparty}`
}

/** An account's debits are what its organisation has to get. */
function pairOf({ organisation, counterparty, debit, credit }: ClearingTurnover): PairPosition {
  const isCreditor = debit >= credit
  const net = isCreditor ? debit - credit : credit - debit
  return {
    debtor: isCreditor ? counterparty : organisation,
    creditor: isCreditor ? organisation : counterparty,
    owedByDebtor: isCreditor ? debit : credit,
    owedByCreditor: isCreditor ? credit : debit,
    netFen: net / MICRO_YUAN_PER_FEN,
    roundedDown: net % MICRO_YUAN_PER_FEN,
  }
}

function netsOf(pairs: readonly PairPosition[]): NetPosition[] {
  const organisations = new Set(pairs.flatMap(({ debtor, creditor }) => [debtor, creditor]))
  return [...organisations].sort().map((organisation) => {
    const sums = { toGet: 0n, toPay: 0n, netFen: 0n }
    for (const { debtor, creditor, owedByDebtor, owedByCreditor, netFen } of pairs) {
      if (creditor === organisation) {
        sums.toGet += owedByDebtor
        sums.toPay += owedByCreditor
        sums.netFen += netFen
      }
      if (debtor === organisation) {
        sums.toGet += owedByCreditor
        sums.toPay += owedByDebtor
        sums.netFen -= netFen
      }
    }
    return { organisation, ...sums }
  })
}

interface Open {
  readonly organisation: OrganisationId
  fen: bigint
}

/** The largest debtor pays the largest creditor: fewer payments than there are organisations. */
export function paymentsFor(
  nets: readonly Pick<NetPosition, 'organisation' | 'netFen'>[],
): NettedPayment[] {
  const debtors = openOf(nets, (fen) => -fen)
  const creditors = openOf(nets, (fen) => fen)
  const payments: NettedPayment[] = []
  for (;;) {
    const [debtor, creditor] = [debtors[0], creditors[0]]
    if (debtor === undefined || creditor === undefined) return payments
    const fen = debtor.fen < creditor.fen ? debtor.fen : creditor.fen
    payments.push({ debtor: debtor.organisation, creditor: creditor.organisation, fen })
    debtor.fen -= fen
    creditor.fen -= fen
    if (debtor.fen === 0n) debtors.shift()
    if (creditor.fen === 0n) creditors.shift()
  }
}

function openOf(
  nets: readonly Pick<NetPosition, 'organisation' | 'netFen'>[],
  sideOf: (fen: bigint) => bigint,
): Open[] {
  return nets
    .map(({ organisation, netFen }): Open => ({ organisation, fen: sideOf(netFen) }))
    .filter(({ fen }) => fen > 0n)
    .sort((one, other) => {
      if (one.fen !== other.fen) return one.fen > other.fen ? -1 : 1
      return one.organisation < other.organisation ? -1 : 1
    })
}
