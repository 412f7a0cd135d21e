import type { Command, LedgerErrorCode, SignedCommand } from '../../ledger/index.ts'
import { isOrganisation } from '../../ledger/index.ts'
import { deriveWallet, prove, signCommand } from '../../cli/wallet.ts'
import type { SubmitOptions } from './memory-ledger.ts'
import { MemoryLedger } from './memory-ledger.ts'
import { command, walletOf } from './world.ts'

/** A command that is accepted, with all that it takes. */
export interface Case {
  readonly type: string
  readonly actor: string
  readonly body: Readonly<Record<string, unknown>>
  /** The organisation that submits it; absent: the actor's own. */
  readonly organisation: string
  readonly isAdmin?: boolean
  readonly lane?: number
  /** Whose proofs it carries; absent: the actor's, if a person. */
  readonly signers?: readonly string[]
  /** A ledger of its own, on which it is accepted. */
  readonly ledger: () => Promise<MemoryLedger>
}

/** One thing that is wrong with a case, and the code by which it is then refused. */
export interface Fault {
  readonly name: string
  readonly code: LedgerErrorCode
  readonly body?: Readonly<Record<string, unknown>>
  readonly envelope?: Partial<Command>
  readonly call?: { organisation?: string; isAdmin?: boolean; lane?: number }
  /** The submitter names no credits, and says that there are some. */
  readonly foldsNothing?: boolean
  readonly signers?: readonly string[]
  readonly proofs?: 'none' | 'forged' | 'of a stranger'
  /** What happened on the ledger before. */
  readonly before?: (ledger: MemoryLedger, made: Command) => Promise<unknown>
  readonly ledger?: () => Promise<MemoryLedger>
}

/** A type of command: what is accepted, and what is not, in the order in which it is tested. */
export interface RefusalTable {
  readonly base: Case
  readonly faults: readonly Fault[]
}

function namedPlacesOf(fault: Fault): string[] {
  return (['body', 'envelope', 'call'] as const).flatMap((part) =>
    Object.keys(fault[part] ?? {}).map((key) => `${part} ${key}`),
  )
}

/** The places that a fault is about; two faults that share one cannot both be there. */
function placesOf(fault: Fault): string[] {
  const { envelope = {}, call = {} } = fault
  const places = namedPlacesOf(fault)
  if (fault.signers !== undefined || fault.proofs !== undefined) places.push('proofs')
  if (fault.before !== undefined || fault.ledger !== undefined) places.push('history')
  // Only a person can lack his own proof, only an organisation be called by another.
  const { actor } = envelope
  if (actor !== undefined) {
    // An organisation's own act under another's identity is refused before anything else.
    places.push(...(isOrganisation(actor) ? ['person', 'caller'] : ['organisation']))
  }
  if (fault.proofs === 'none') places.push('person')
  if (call.organisation !== undefined) places.push('organisation', 'caller')
  return places
}

export function areCompatible(one: Fault, other: Fault): boolean {
  const taken = new Set(placesOf(one))
  return placesOf(other).every((place) => !taken.has(place))
}

/** A case with faults made, on a ledger on which what they say has happened. */
export interface Prepared {
  readonly ledger: MemoryLedger
  readonly signed: SignedCommand
  readonly organisation: string
  readonly options: SubmitOptions
}

export async function prepare(base: Case, faults: readonly Fault[]): Promise<Prepared> {
  const merge = <Key extends 'body' | 'envelope' | 'call'>(key: Key): Fault[Key] =>
    Object.assign({}, ...faults.map((fault) => fault[key])) as Fault[Key]
  const make = faults.find((fault) => fault.ledger !== undefined)?.ledger ?? base.ledger
  const ledger = await make()
  const call = { organisation: base.organisation, isAdmin: base.isAdmin, lane: base.lane }
  const { organisation, isAdmin = false, lane = 0 } = { ...call, ...merge('call') }
  const body = { ...base.body, ...merge('body') }
  const made = command(base.type, base.actor, body, merge('envelope'))
  for (const { before } of faults) await before?.(ledger, made)
  const foldsNothing = faults.some((fault) => fault.foldsNothing)
  const fold = ledger
    .completeFold()
    .map((named) => (foldsNothing ? { ...named, transactions: [], complete: false } : named))
  const signed = sign(base, faults, made)
  return { ledger, signed, organisation: organisation ?? '', options: { isAdmin, lane, fold } }
}

function sign(base: Case, faults: readonly Fault[], made: Command): SignedCommand {
  const own = isOrganisation(made.actor) ? [] : [made.actor]
  const asked = faults.find(({ signers }) => signers !== undefined)?.signers
  const inherited = made.actor === base.actor ? base.signers : undefined
  const signers = asked ?? inherited ?? own
  const good = signCommand(made, ...signers.map(walletOf))
  switch (faults.find(({ proofs }) => proofs !== undefined)?.proofs) {
    case 'none':
      return { ...good, proofs: [] }
    case 'of a stranger': {
      const stranger = deriveWallet('nobody knows', 'mall:m-stranger')
      return { ...good, proofs: [...good.proofs, prove(made, stranger)] }
    }
    case 'forged': {
      const signer = signers[0] ?? 'mall:admin'
      const proof = prove({ ...made, id: 'another-command' }, walletOf(signer))
      return { ...good, proofs: [...good.proofs.slice(1), proof] }
    }
    default:
      return good
  }
}
