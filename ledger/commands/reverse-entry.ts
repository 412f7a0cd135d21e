import type { Static } from 'typebox'
import { Type } from 'typebox'
import { staffSigners } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import type { Entry } from '../entry.ts'
import { canonicalEntry, EntryText, parseEntry } from '../entry.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { isReference, organisationOf } from '../identifiers.ts'
import type { Key } from '../keys.ts'
import {
  accountKey,
  commandKey,
  orderKey,
  owedKey,
  programmeKey,
  quotaLaneKey,
  receiptKey,
  returnKey,
  reversalKey,
} from '../keys.ts'
import { subtractLots } from '../lot.ts'
import type { Posting } from '../posting.ts'
import {
  clearingPath,
  codeOf,
  holdingAccount,
  isAccountCode,
  ISSUED,
  reversePostings,
} from '../posting.ts'
import type { OwedPoints } from '../purchase-return.ts'
import { awardHolding } from '../purchase-return.ts'
import type { DecisionContext, HoldingReference, RecordWrite } from '../rule.ts'
import { accept, defineRule, remove, write } from '../rule.ts'
import { refuseShort } from '../sufficiency.ts'

const Body = Type.Object(
  {
    entry: EntryText,
    reason: Type.String({ minLength: 1, maxLength: 140 }),
  },
  { additionalProperties: false },
)

/** Which people's proofs a reversal takes, by the type of the entry. */
const AUTHORITIES = {
  IssuePoints: signedByTwoFinanceStaff,
  ExpirePoints: signedByTwoFinanceStaff,
  RedeemPoints: signedByAcceptor,
  TransferPoints: signedByHoldersDebited,
} as const satisfies Record<string, Authority>

type Authority = (entry: Entry, state: StateView, context: DecisionContext) => boolean

/**
 * Undoes an entry with the opposite one, in the current cycle and with the original lots. The entry
 * is brought along and compared with its hash on the ledger. Refused when a lot is already spent.
 */
export const reverseEntry = defineRule({
  type: 'ReverseEntry',
  body: Body,
  subjects: () => [],
  home: () => undefined,
  clears: true,
  debits: ({ entry }) => holdings(entry, 'credit'),
  reads({ body }, { lane, sha256 }) {
    const keys: Key<unknown>[] = [
      commandKey(body.entry.actor, body.entry.commandId),
      reversalKey(hashOf(body, sha256)),
      returnKey(hashOf(body, sha256)),
    ]
    for (const { account } of holdings(body.entry, 'credit')) keys.push(accountKey(account))
    for (const asset of issuedAssets(body.entry)) {
      keys.push(quotaLaneKey(asset, organisationOf(asset), lane))
    }
    keys.push(...marksOf(body.entry), ...owedKeys(body.entry))
    for (const { asset } of body.entry.postings) keys.push(programmeKey(asset))
    return keys
  },
  decide(command, state, context) {
    const hash = hashOf(command.body, context.sha256)
    const original = state.get(commandKey(command.body.entry.actor, command.body.entry.commandId))
    if (original?.status !== 'accepted' || original.entryHash !== hash) {
      return refuse('ENTRY_UNKNOWN', { hash })
    }
    const entry = parseEntry(command.body.entry)
    if (!isReversible(entry.type)) return refuse('NOT_REVERSIBLE', { type: entry.type })
    if (!AUTHORITIES[entry.type](entry, state, context)) return refuse('APPROVALS_MISSING')
    if (state.get(reversalKey(hash)) !== undefined) return refuse('ALREADY_REVERSED', { hash })
    if (state.get(returnKey(hash)) !== undefined) return refuse('PARTLY_RETURNED', { hash })
    const postings = reversePostings(entry.postings).map((line) => inCycle(line, context.cycle))
    const short = postings.find((posting) => !isCovered(posting, state, context))
    if (short !== undefined) return refuseSpent(short, state, context)

    // From here it must succeed.
    const by = { actor: command.actor, commandId: command.id }
    return accept(
      [
        write(reversalKey(hash), by),
        ...marksOf(entry).map(remove),
        ...givenBack(entry, state, context),
        ...owedAgain(entry, state),
      ],
      {
        postings,
        references: { reverses: hash, reversedType: entry.type, reason: command.body.reason },
      },
    )
  },
})

function isReversible(type: string): type is keyof typeof AUTHORITIES {
  return Object.hasOwn(AUTHORITIES, type)
}

function hashOf(body: Static<typeof Body>, sha256: (text: string) => string): string {
  return sha256(canonicalEntry(parseEntry(body.entry)))
}

/** The receipt or order that an entry used up: its reversal frees it, to be entered rightly. */
function marksOf(entry: {
  readonly type: string
  readonly references: Entry['references']
  readonly postings: readonly Line[]
}): Key<unknown>[] {
  const { receipt = '', funder = '', acceptor = '', order = '' } = entry.references
  if (entry.type === 'IssuePoints' && [receipt, funder].every(isReference)) {
    return [receiptKey(funder, receipt)]
  }
  if (entry.type === 'RedeemPoints' && [acceptor, order].every(isReference)) {
    return holdings(entry, 'debit').map(({ account }) => orderKey(acceptor, order, account))
  }
  return []
}

interface Line {
  readonly account: string
  readonly asset: string
  readonly side: 'debit' | 'credit'
}

function holdings(
  entry: { readonly postings: readonly Line[] },
  side: Line['side'],
): HoldingReference[] {
  return entry.postings.flatMap((posting) => {
    const account = holdingAccount(posting.account)
    if (account === undefined || posting.side !== side) return []
    return [{ account, asset: posting.asset }]
  })
}

function issuedAssets(entry: { readonly postings: readonly Line[] }): string[] {
  return entry.postings.flatMap(({ account, asset }) => (account === ISSUED ? [asset] : []))
}

/** Clearing is reversed in the cycle that is open, not in the original's. */
function inCycle(posting: Posting, cycle: string): Posting {
  const code = posting.account.split('/', 1)[0] ?? ''
  if (!isAccountCode(code) || codeOf(posting.account) !== '3001') return posting
  const [, organisation = '', counterparty = ''] = posting.account.split('/')
  return { ...posting, account: clearingPath(organisation, counterparty, cycle) }
}

function isCovered(posting: Posting, state: StateView, context: DecisionContext): boolean {
  const account = holdingAccount(posting.account)
  if (account === undefined || posting.side === 'credit') return true
  const held = state.lots(account, posting.asset)
  return subtractLots(held, posting.lots ?? [], context.ledger.cycle.date) !== undefined
}

function refuseSpent(
  { account, asset }: Posting,
  state: StateView,
  context: DecisionContext,
): Refusal {
  const holder = state.get(accountKey(holdingAccount(account) ?? ''))
  if (holder === undefined) throw new Error(`a holding without an account: ${account}`)
  return refuseShort('LOT_SPENT', holder, asset, state, context)
}

/** What an issue took from the budget goes to a lane of the issuer's, which can always use it. */
function givenBack(entry: Entry, state: StateView, context: DecisionContext): RecordWrite[] {
  return [...new Set(issuedAssets(entry))].map((asset) => {
    const net = entry.postings
      .filter((posting) => posting.account === ISSUED && posting.asset === asset)
      .reduce((sum, { side, amount }) => (side === 'debit' ? sum + amount : sum - amount), 0n)
    const key = quotaLaneKey(asset, organisationOf(asset), context.lane)
    const lane = state.get(key) ?? { left: 0n }
    return write(key, { ...lane, left: lane.left + net })
  })
}

/** What an account paid of its debt out of an award: the key of the debt. */
function owedKeys(entry: Parameters<typeof awardHolding>[0]): Key<OwedPoints>[] {
  const holding = entry.references['owedPaid'] === undefined ? undefined : awardHolding(entry)
  return holding === undefined ? [] : [owedKey(holding.account, holding.asset)]
}

/** A debt that was paid out of an award stands again when the award is undone. */
function owedAgain(entry: Entry, state: StateView): RecordWrite[] {
  const paid = BigInt(entry.references['owedPaid'] ?? '0')
  return owedKeys(entry).map((key) => write(key, { amount: (state.get(key)?.amount ?? 0n) + paid }))
}

function signedByTwoFinanceStaff(
  entry: Entry,
  state: StateView,
  context: DecisionContext,
): boolean {
  const [asset] = entry.postings.map((posting) => posting.asset)
  const issuer = asset && state.get(programmeKey(asset))?.issuer
  return issuer !== undefined && staffSigners(context, issuer, 'finance').length >= 2
}

function signedByAcceptor(entry: Entry, _state: StateView, context: DecisionContext): boolean {
  const acceptor = entry.references['acceptor'] ?? ''
  const roles = ['cashier', 'finance'] as const
  return roles.some((role) => staffSigners(context, acceptor, role).length > 0)
}

function signedByHoldersDebited(entry: Entry, state: StateView, context: DecisionContext): boolean {
  const signers = new Set(context.signers.map(({ actor }) => actor.id))
  return holdings(entry, 'credit').every(({ account }) => {
    const owner = state.get(accountKey(account))?.owner
    return owner !== undefined && signers.has(owner)
  })
}
