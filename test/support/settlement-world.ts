import type { SignedCommand } from '../../ledger/index.ts'
import { cycleName, ledgerKey, organisationsKey, SETTLEMENT_ASSET } from '../../ledger/index.ts'
import { signCommand } from '../../cli/wallet.ts'
import type { Payment, Position } from '../../ledger/settlement.ts'
import { paymentKey, positionKey } from '../../ledger/keys.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { acceptAll, ANN, BOB, CAT, redeem, stockedLedger } from './opened-ledger.ts'
import { command, HUI, ORGANISATIONS, STAR, walletOf } from './world.ts'

export const NETTED = 'bank:netted'
export const CYCLE = '2026-11-30.1'
export const PAIRS = ['airline:bank', 'airline:mall', 'bank:mall'] as const

/** A command that several people sign, the first of them as its actor. */
export function signedBy(
  signers: readonly string[],
  type: string,
  body: Readonly<Record<string, unknown>>,
): SignedCommand {
  return signCommand(command(type, signers[0] ?? '', body), ...signers.map(walletOf))
}

export function financeOf(...organisations: readonly string[]): string[] {
  return organisations.map((organisation) => `${organisation}:finance-1`)
}

/** Terms that finance of all three signs; `change` overrides any of them. */
export function settlementTerms(
  settlement = NETTED,
  change: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    settlement,
    netting: 'multilateral',
    closeWithinDays: 1,
    payWithinDays: 1,
    graceDays: 1,
    fees: [],
    accounts: ORGANISATIONS.map((organisation, at) => ({
      organisation,
      commitment: String(at).repeat(64),
    })),
    validFrom: '2026-11-30',
    validUntil: '2027-11-30',
    ...change,
  }
}

export function defineSettlement(
  settlement = NETTED,
  change: Readonly<Record<string, unknown>> = {},
): SignedCommand {
  const signers = financeOf('bank', 'mall', 'airline')
  return signedBy(signers, 'DefineSettlement', settlementTerms(settlement, change))
}

/** The ledger moves on to the next cycle of its date, or to the first of another date. */
export async function rollCycle(ledger: MemoryLedger, date?: string): Promise<void> {
  const from = ledger.get(ledgerKey)?.cycle ?? { date: '', number: 0 }
  const to = date === undefined ? { ...from, number: from.number + 1 } : { date, number: 1 }
  const organisations = ledger.get(organisationsKey) ?? []
  const roll = signedBy(financeOf(...organisations), 'RollBusinessDate', { from, to })
  await acceptAll(ledger, 'bank', [roll])
}

/** The name of the cycle that the ledger is in. */
export function currentCycle(ledger: MemoryLedger): string {
  return cycleName(ledger.get(ledgerKey)?.cycle ?? { date: '', number: 0 })
}

/** What the deltas of a clearing account come to, with the names of all of them. */
function accountOf(
  ledger: MemoryLedger,
  path: string,
): { readonly names: readonly string[]; readonly debit: bigint; readonly credit: bigint } {
  const prefix = `delta/${path}/${SETTLEMENT_ASSET}/`
  const found = [...ledger.state].filter(([name]) => name.startsWith(prefix))
  const deltas = found.map(([, text]) => JSON.parse(text) as { debit: string; credit: string })
  return {
    names: found.map(([name]) => name.slice(prefix.length)),
    debit: deltas.reduce((sum, { debit }) => sum + BigInt(debit), 0n),
    credit: deltas.reduce((sum, { credit }) => sum + BigInt(credit), 0n),
  }
}

/** The closing of a pair's position, as the books have it. */
export function closingBody(
  ledger: MemoryLedger,
  pair: string,
  cycle = CYCLE,
  settlement = NETTED,
): Readonly<Record<string, unknown>> {
  const [organisation = '', counterparty = ''] = pair.split(':')
  const own = accountOf(ledger, `3001/${organisation}/${counterparty}/${cycle}`)
  const other = accountOf(ledger, `3001/${counterparty}/${organisation}/${cycle}`)
  return {
    settlement,
    cycle,
    organisation,
    counterparty,
    deltas: own.names,
    counterDeltas: other.names,
    toGet: String(own.debit),
    toPay: String(own.credit),
  }
}

/** What the closing of a pair would be if only one of its transactions were named, for each of them. */
export function closingsOf(
  ledger: MemoryLedger,
  pair: string,
): Readonly<Record<string, unknown>>[] {
  const whole = closingBody(ledger, pair)
  const names = whole['deltas'] as readonly string[]
  return names.map((name) => {
    const path = `3001/${pair.replace(':', '/')}/${CYCLE}`
    const text = ledger.state.get(`delta/${path}/${SETTLEMENT_ASSET}/${name}`) ?? '{}'
    const { debit, credit } = JSON.parse(text) as { debit: string; credit: string }
    return { ...whole, deltas: [name], counterDeltas: [name], toGet: debit, toPay: credit }
  })
}

/** Every pair closes its position. */
export async function closeAll(
  ledger: MemoryLedger,
  cycle = CYCLE,
  settlement = NETTED,
): Promise<void> {
  for (const pair of PAIRS) {
    const signers = financeOf(...pair.split(':'))
    const body = closingBody(ledger, pair, cycle, settlement)
    await acceptAll(ledger, 'bank', [signedBy(signers, 'ClosePosition', body)])
  }
}

export function settle(
  cycle = CYCLE,
  pairs: readonly string[] = PAIRS,
  settlement = NETTED,
): SignedCommand {
  const positions = pairs.map((pair) => `${pair}.${cycle}`)
  return signedBy(financeOf('bank'), 'SettleCycle', { settlement, cycle, positions })
}

/** Redemptions by which all three come to owe each other. */
export async function trade(ledger: MemoryLedger): Promise<void> {
  const redemptions = [
    redeem(STAR, ANN, '151', { acceptor: 'bank' }),
    redeem(STAR, BOB, '200', { acceptor: 'airline' }),
    redeem(HUI, CAT, '100'),
    redeem(HUI, ANN, '1', { acceptor: 'mall' }),
  ]
  await acceptAll(ledger, 'bank', redemptions, { fold: ledger.completeFold() })
}

/** A stocked ledger with terms, after a cycle in which all three came to owe each other. */
export async function tradedLedger(
  change: Readonly<Record<string, unknown>> = {},
): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  await acceptAll(ledger, 'bank', [defineSettlement(NETTED, change)])
  await trade(ledger)
  await rollCycle(ledger)
  return ledger
}

/** The same with every position closed, and payments instructed. */
export async function instructedLedger(
  change: Readonly<Record<string, unknown>> = {},
): Promise<MemoryLedger> {
  const ledger = await tradedLedger(change)
  await closeAll(ledger)
  await acceptAll(ledger, 'bank', [settle()])
  return ledger
}

/** All payments with their ids, in order. */
export function paymentsOf(ledger: MemoryLedger): (Payment & { readonly id: string })[] {
  const { decode } = paymentKey('').codec
  return [...ledger.state]
    .filter(([name]) => name.startsWith('payment/'))
    .map(([name, text]) => ({ ...decode(text), id: name.slice('payment/'.length) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

export function positionsOf(ledger: MemoryLedger): Position[] {
  const { decode } = positionKey('').codec
  return [...ledger.state].flatMap(([name, text]) =>
    name.startsWith('position/') ? [decode(text)] : [],
  )
}
