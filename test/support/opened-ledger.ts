import type { Outcome, SignedCommand } from '../../ledger/index.ts'
import { addDays, ledgerKey } from '../../ledger/index.ts'
import { signCommand } from '../../cli/wallet.ts'
import type { SubmitOptions } from './memory-ledger.ts'
import { MemoryLedger } from './memory-ledger.ts'
import {
  accountOf,
  command,
  definePoints,
  HUI,
  OPENING_DATE,
  openingCommands,
  ORGANISATIONS,
  registerMember,
  signed,
  STAR,
  walletOf,
} from './world.ts'

/** Points that expire at the end of the month in which they are issued. */
export const FLASH = 'airline:flash:point'
/** Points that cannot be passed on and never expire. */
export const FIXED = 'mall:fixed:point'
export const ANN = 'mall:m-ann'
export const BOB = 'bank:m-bob'
export const CAT = 'airline:m-cat'
export const MEMBERS = [ANN, BOB, CAT] as const

/** Submits commands and throws unless every one of them is accepted. */
export async function acceptAll(
  ledger: MemoryLedger,
  organisation: string,
  commands: readonly SignedCommand[],
  options: SubmitOptions = {},
): Promise<void> {
  const { outcomes } = await ledger.submit(organisation, commands, options)
  const refused = outcomes.find(({ status }) => status === 'refused')
  if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`)
}

/** Submits one command, with every open credit folded, and returns its outcome. */
export async function submitOne(
  ledger: MemoryLedger,
  organisation: string,
  command: unknown,
  options: SubmitOptions = {},
): Promise<Outcome> {
  const fold = ledger.completeFold()
  const { outcomes } = await ledger.submit(organisation, [command], { fold, ...options })
  const [outcome] = outcomes
  if (outcome === undefined) throw new Error('no outcome')
  return outcome
}

/** What an outcome comes to in one word. */
export function verdict(outcome: Outcome | undefined): string {
  return outcome?.status === 'refused' ? outcome.code : (outcome?.status ?? 'no outcome')
}

async function open(): Promise<MemoryLedger> {
  const ledger = new MemoryLedger()
  const opening = [signed('OpenLedger', 'bank', { businessDate: OPENING_DATE })]
  await acceptAll(ledger, 'bank', opening, { isAdmin: true })
  for (const organisation of ORGANISATIONS) {
    await acceptAll(ledger, organisation, openingCommands(organisation), { isAdmin: true })
  }
  await acceptAll(ledger, 'bank', [
    ...MEMBERS.map(registerMember),
    definePoints(STAR, { partners: ['bank', 'airline'] }),
    definePoints(HUI, { partners: ['mall'], acceptors: ['mall', 'bank'] }),
    definePoints(FLASH, { expiresAfterMonths: 0, budget: '9000', partners: ['mall', 'bank'] }),
    definePoints(FIXED, { transferable: false, expiresAfterMonths: null }),
  ])
  await fillLanes(ledger)
  return ledger
}

/** Quota in lane 0 of every organisation that may award; FLASH's budget is small. */
async function fillLanes(ledger: MemoryLedger): Promise<void> {
  const shares = [
    { asset: STAR, amount: '100000', organisations: ORGANISATIONS },
    { asset: HUI, amount: '100000', organisations: ['bank', 'mall'] },
    { asset: FLASH, amount: '2000', organisations: ORGANISATIONS },
    { asset: FIXED, amount: '100000', organisations: ['mall'] },
  ]
  for (const { asset, amount, organisations } of shares) {
    for (const organisation of organisations) {
      await acceptAll(ledger, organisation, [refill(asset, amount, organisation)])
    }
  }
}

let opened: Promise<MemoryLedger> | undefined

/** A ledger with staff, members and programmes, and quota in lane 0 of those that may award. */
export async function openedLedger(): Promise<MemoryLedger> {
  opened ??= open()
  return (await opened).clone()
}

/** The opened ledger after a first day of purchases: every member holds some of every points. */
export async function stockedLedger(): Promise<MemoryLedger> {
  stocked ??= stock()
  return (await stocked).clone()
}

let stocked: Promise<MemoryLedger> | undefined

async function stock(): Promise<MemoryLedger> {
  const ledger = await openedLedger()
  for (const [asset, spendFen] of [
    [STAR, '4000'],
    [HUI, '3000'],
    [FLASH, '2000'],
    [FIXED, '900'],
  ] as const) {
    const issuer = asset.split(':')[0] ?? ''
    await acceptAll(
      ledger,
      issuer,
      MEMBERS.map((member) => issue(asset, member, spendFen)),
    )
    // FLASH ends today, so none of it can come tomorrow.
    if (asset === FLASH) continue
    const later = MEMBERS.map((member) =>
      issue(asset, member, '500', { availableFrom: '2026-12-01' }),
    )
    await acceptAll(ledger, issuer, later)
  }
  return ledger
}

/** Quota from a budget's pool into the lane in which this is submitted, all there is up to `amount`. */
export function refill(
  asset: string,
  amount: string,
  organisation = asset.split(':')[0] ?? '',
  needed = '1',
): SignedCommand {
  return signed('RefillQuota', organisation, { asset, needed, amount })
}

let lastReceipt = 0

/** An award to a member for a purchase, with a receipt number of its own. */
export function issue(
  asset: string,
  member: string,
  spendFen: string,
  change: { funder?: string; receipt?: string; availableFrom?: string } = {},
): SignedCommand {
  lastReceipt += 1
  const funder = change.funder ?? asset.split(':')[0]
  return signed('IssuePoints', `${funder}:till`, {
    asset,
    to: accountOf(member),
    spendFen,
    receipt: `R-${lastReceipt}`,
    store: 'S-1',
    funder,
    ...change,
  })
}

export function transfer(asset: string, from: string, to: string, amount: string): SignedCommand {
  const body = { asset, from: accountOf(from), to: accountOf(to), amount }
  return signed('TransferPoints', from, body)
}

export function redeem(
  asset: string,
  from: string,
  amount: string,
  change: Record<string, unknown> = {},
): SignedCommand {
  lastReceipt += 1
  const order = `O-${lastReceipt}`
  const body = { asset, from: accountOf(from), amount, acceptor: 'mall', store: 'S-1', order }
  return signed('RedeemPoints', from, { ...body, ...change })
}

/** The oldest credits of a holding go into its base. */
export function foldCredits(asset: string, member: string, actor = ANN): SignedCommand {
  return signed('FoldCredits', actor, { asset, account: accountOf(member) })
}

/** The deltas of an account path, by the last parts of their keys. */
export interface OpenDeltas {
  readonly account: string
  readonly asset: string
  readonly deltas: readonly string[]
}

/** The named deltas of an account are put together. */
export function compact({ account, asset, deltas }: OpenDeltas, actor = ANN): SignedCommand {
  return signed('Compact', actor, { account, asset, deltas })
}

/** The reversal of an entry, as it was published, by those who have the authority. */
export function reverse(entry: object, ...signers: readonly string[]): SignedCommand {
  const made = command('ReverseEntry', signers[0] ?? '', { entry, reason: 'mistake' })
  return signCommand(made, ...signers.map(walletOf))
}

/** Moves the business date on, day by day, by finance staff of two organisations. */
export async function rollTo(ledger: MemoryLedger, date: string): Promise<void> {
  for (;;) {
    const from = ledger.get(ledgerKey)?.cycle
    if (from === undefined || from.date >= date) return
    const to = { date: addDays(from.date, 1), number: 1 }
    const made = command('RollBusinessDate', 'mall:finance-1', { from, to })
    const signers = ['mall:finance-1', 'bank:finance-1'].map(walletOf)
    await acceptAll(ledger, 'mall', [signCommand(made, ...signers)])
  }
}

/** The stocked ledger on the next day, which is in the next month. */
export async function rolledLedger(): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  await rollTo(ledger, '2026-12-01')
  return ledger
}
