import type { Command, SignedCommand } from '../../ledger/index.ts'
import type { Wallet } from '../../cli/wallet.ts'
import { deriveWallet, signCommand } from '../../cli/wallet.ts'

export const CHANNEL = 'consortium'
export const LEDGER_ID = 'test-ledger-0001'
export const OPENING_DATE = '2026-11-30'
export const ORGANISATIONS = ['bank', 'mall', 'airline'] as const
export const STAR = 'mall:star:point'
export const HUI = 'bank:hui:point'

const SECRET = 'only for tests'
const wallets = new Map<string, Wallet>()

/** The wallet of a person of the test world, the same one every time. */
export function walletOf(actor: string): Wallet {
  let wallet = wallets.get(actor)
  if (wallet === undefined) {
    wallet = deriveWallet(SECRET, actor)
    wallets.set(actor, wallet)
  }
  return wallet
}

let lastId = 0

/** A command with an id of its own; `change` overrides any field of the envelope. */
export function command<Body extends object>(
  type: string,
  actor: string,
  body: Body,
  change: Partial<Command<Body>> = {},
): Command<Body> {
  lastId += 1
  const id = `test-${String(lastId).padStart(8, '0')}`
  const envelope = { v: 1, channel: CHANNEL, ledgerId: LEDGER_ID, notAfter: '2027-12-31' } as const
  return { ...envelope, id, type, actor, body, ...change }
}

/** A command signed by its actor, unless the actor is an organisation. */
export function signed<Body extends object>(
  type: string,
  actor: string,
  body: Body,
  change: Partial<Command<Body>> = {},
): SignedCommand<Body> {
  const unsigned = command(type, actor, body, change)
  return actor.includes(':') ? signCommand(unsigned, walletOf(actor)) : signCommand(unsigned)
}

/** A member's account has another id than the member. */
export function accountOf(member: string): string {
  return member.replace(':m-', ':a-')
}

export function registerMember(member: string): SignedCommand {
  const organisation = member.split(':')[0] ?? ''
  const body = {
    id: member,
    publicKey: walletOf(member).publicKey,
    account: accountOf(member),
    roles: [],
  }
  return signed('RegisterActor', `${organisation}:admin`, body)
}

/** The commands that open a ledger of three organisations with staff and two programmes. */
export function openingCommands(organisation: string): SignedCommand[] {
  const staff = (name: string, roles: readonly string[]): SignedCommand => {
    const id = `${organisation}:${name}`
    const body = { id, publicKey: walletOf(id).publicKey, roles }
    return signed('RegisterActor', organisation, body)
  }
  return [
    signed('RegisterOrganisation', organisation, { name: `The ${organisation}` }),
    staff('admin', ['admin']),
    staff('till', ['issuer', 'cashier']),
    staff('finance-1', ['finance']),
    staff('finance-2', ['finance']),
  ]
}

export function definePoints(asset: string, change: Record<string, unknown> = {}): SignedCommand {
  const issuer = asset.split(':')[0] ?? ''
  return signed('DefinePoints', `${issuer}:till`, {
    asset,
    name: `Points ${asset}`,
    pointsPerYuan: { numerator: '10', denominator: '1' },
    pricePerPoint: { numerator: '10000', denominator: '3' },
    expiresAfterMonths: 12,
    transferable: true,
    budget: '1000000000',
    acceptors: ['bank', 'mall', 'airline'],
    partners: [],
    ...change,
  })
}
