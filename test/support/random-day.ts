import type { Entry, SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { addDays, ledgerKey, organisationOf } from '../../ledger/index.ts'
import type { Wallet } from '../../cli/wallet.ts'
import { deriveWallet, signCommand } from '../../cli/wallet.ts'
import type { MemoryLedger, Simulation } from './memory-ledger.ts'
import { ANN, BOB, CAT, compact, foldCredits } from './opened-ledger.ts'
import type { Batch, SpendStep, Step, TamperStep } from './random-steps.ts'
import {
  accountOf,
  command,
  definePoints,
  ORGANISATIONS,
  registerMember,
  signed,
  walletOf,
} from './world.ts'

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>

const OWNERS = new Map([ANN, BOB, CAT].map((member) => [accountOf(member), member]))

/** Turns random steps into signed commands that fit what has happened so far. */
export class RandomDay {
  readonly ledger: MemoryLedger
  /** Everything that was ever submitted, with the organisation that did. */
  readonly history: SignedCommand[] = []
  readonly #wallets = new Map<string, Wallet>()

  constructor(ledger: MemoryLedger) {
    this.ledger = ledger
  }

  /** Submits a batch and returns what became of it, with the commands as they were sent. */
  async play(batch: Batch): Promise<Simulation & { readonly commands: readonly SignedCommand[] }> {
    const { organisation, lane } = batch
    const commands = batch.steps.map((step) => this.materialise(step, organisation))
    const fold = this.fold(batch.fold)
    const result = await this.ledger.submit(organisation, commands, { lane, fold })
    return { ...result, commands }
  }

  /** The command of a step that `submitter` is going to submit. */
  materialise(step: Step, submitter = 'mall'): SignedCommand {
    const made = this.#make(step, submitter)
    this.history.push(made)
    return made
  }

  /** What a gateway might name: everything, too little, something twice, or what is not there. */
  fold(quality: Batch['fold']): SubmitRequest['fold'] {
    const complete = this.ledger.completeFold()
    switch (quality) {
      case 'complete':
        return complete
      case 'none':
        return []
      case 'partial':
        return complete.map((fold) => ({ ...fold, transactions: fold.transactions.slice(1) }))
      case 'oldest':
        return complete.map((fold) => ({
          ...fold,
          transactions: fold.transactions.slice(0, 1),
          complete: false,
        }))
      case 'repeated':
        return [...complete, ...complete]
      default:
        return complete.map((fold) => ({
          ...fold,
          transactions: ['f'.repeat(64), ...fold.transactions, 'f'.repeat(64)],
        }))
    }
  }

  #wallet(actor: string): Wallet {
    return this.#wallets.get(actor) ?? walletOf(actor)
  }

  #sign(type: string, body: object, ...signers: string[]): SignedCommand {
    const unsigned = command(type, signers[0] ?? '', body)
    return signCommand(unsigned, ...signers.map((signer) => this.#wallet(signer))) as SignedCommand
  }

  #make(step: Step, submitter: string): SignedCommand {
    switch (step.kind) {
      case 'issue':
        return this.#issue(step, submitter)
      case 'transfer':
      case 'redeem':
        return this.#spend(step)
      case 'expire': {
        const { asset, member } = step
        return this.#sign('ExpirePoints', { asset, account: accountOf(member) }, ANN)
      }
      case 'reverse':
      case 'alter-and-reverse':
        return this.#reverse(step)
      case 'roll':
        return this.#roll(step)
      default:
        return this.#makeRare(step)
    }
  }

  #makeRare(
    step: Exclude<
      Step,
      StepOf<'issue' | 'transfer' | 'redeem' | 'expire' | 'reverse' | 'alter-and-reverse' | 'roll'>
    >,
  ): SignedCommand {
    switch (step.kind) {
      case 'refill': {
        const { asset, organisation } = step
        const amounts = { needed: String(step.needed), amount: String(step.amount) }
        return signed('RefillQuota', organisation, { asset, ...amounts })
      }
      case 'fold':
        return foldCredits(step.asset, step.member, step.actor)
      case 'compact':
        return this.#compact(step)
      case 'rotate':
        return this.#rotate(step)
      case 'void':
        return this.#void(step)
      case 'register':
        return registerMember(`mall:m-new-${step.number}`)
      case 'define':
        return definePoints(`mall:new-${step.number}:point`, { budget: '5000' })
      case 'malformed': {
        const { amount } = step
        const body = { asset: 'mall:star:point', from: accountOf(ANN), to: accountOf(BOB), amount }
        return this.#sign('TransferPoints', body, ANN)
      }
      default:
        return this.#tamper(step)
    }
  }

  /** Deltas of one account, as they stand before the batch; or one that is gone among them. */
  #compact({ pick, most, extra }: StepOf<'compact'>): SignedCommand {
    const accounts = [...this.ledger.openDeltas()].filter(({ deltas }) => deltas.length > 1)
    const found = accounts[pick % Math.max(accounts.length, 1)]
    if (found === undefined) return this.#sign('Compact', {}, ANN)
    const deltas = found.deltas.slice(pick % (found.deltas.length - 1)).slice(0, most)
    const stale = extra === 'stale' ? ['f'.repeat(64)] : []
    return compact({ ...found, deltas: [...deltas, ...stale] }, ANN)
  }

  #issue(step: StepOf<'issue'>, submitter: string): SignedCommand {
    const { asset, member, pendingDays } = step
    const funder = step.funder === 'submitter' ? submitter : step.funder
    const body = {
      asset,
      to: accountOf(member),
      spendFen: String(step.spendFen),
      receipt: `R-${step.receipt}`,
      store: 'S-1',
      funder,
      ...(pendingDays > 0 && { availableFrom: addDays(this.#today(), pendingDays) }),
    }
    return this.#sign('IssuePoints', body, `${funder}:till`)
  }

  #spend({ kind, asset, from, to, amount, acceptor, order }: SpendStep): SignedCommand {
    const body = { asset, from: accountOf(from), amount: String(amount) }
    if (kind === 'transfer') {
      return this.#sign('TransferPoints', { ...body, to: accountOf(to) }, from)
    }
    const sale = { acceptor, store: 'S-1', order: `O-${order}` }
    return this.#sign('RedeemPoints', { ...body, ...sale }, from)
  }

  #reverse(step: StepOf<'reverse' | 'alter-and-reverse'>): SignedCommand {
    const { published } = this.ledger
    const found = published[step.pick % Math.max(published.length, 1)]
    if (found === undefined) return this.#sign('ReverseEntry', {}, ANN)
    const { entry } = JSON.parse(`{"entry":${found.text}}`) as { entry: Entry }
    const wrong = step.kind === 'reverse' && step.signers === 'wrong'
    const signers = wrong ? ['airline:till'] : signersOf(entry)
    const brought = step.kind === 'reverse' ? entry : { ...entry, commandId: 'altered-0001' }
    return this.#sign('ReverseEntry', { entry: brought, reason: 'mistake' }, ...signers)
  }

  #today(): string {
    return this.ledger.get(ledgerKey)?.cycle.date ?? ''
  }

  #roll({ agreeing, days }: StepOf<'roll'>): SignedCommand {
    const from = this.ledger.get(ledgerKey)?.cycle ?? { date: '', number: 0 }
    const sameDate = { date: from.date, number: from.number + 1 }
    const to = days === 0 ? sameDate : { date: addDays(from.date, days), number: 1 }
    const signers = ORGANISATIONS.slice(0, agreeing).map((name) => `${name}:finance-1`)
    return this.#sign('RollBusinessDate', { from, to }, ...signers)
  }

  #rotate({ member, generation }: StepOf<'rotate'>): SignedCommand {
    const next = deriveWallet(`generation ${generation}`, member)
    const made = this.#sign('RotateKey', { publicKey: next.publicKey }, member)
    this.#wallets.set(member, next)
    return made
  }

  #void({ pick, by, fresh }: StepOf<'void'>): SignedCommand {
    const earlier = this.history[pick % Math.max(this.history.length, 1)]?.command
    const actor = earlier?.actor ?? ANN
    const id = fresh ? `never-${pick}-0000` : (earlier?.id ?? 'never-0000')
    const voider = by === 'other' ? 'airline:till' : actor.includes(':') ? actor : ANN
    return this.#sign('VoidCommand', { actor, id }, voider)
  }

  /** An earlier command again: as it was, with other content under its id, or badly signed. */
  #tamper({ kind, pick }: TamperStep): SignedCommand {
    const earlier = this.history[pick % Math.max(this.history.length, 1)]
    if (earlier === undefined) return this.#sign('TransferPoints', {}, ANN)
    if (kind === 'replay') return earlier
    const { command } = earlier
    const altered = { ...command, body: { ...command.body, amount: '7' } }
    if (kind === 'forge') return { ...earlier, command: { ...altered, id: `forged-${pick}-0000` } }
    const signers = command.actor.includes(':') ? [this.#wallet(command.actor)] : []
    return signCommand(altered, ...signers)
  }
}

/** Those whose proofs the reversal of an entry takes. */
function signersOf(entry: Entry): string[] {
  const asset = entry.postings[0]?.asset ?? ''
  const issuer = organisationOf(asset)
  switch (entry.type) {
    case 'RedeemPoints':
      return [`${entry.references['acceptor']}:till`]
    case 'TransferPoints': {
      const to = entry.postings.find(({ side }) => side === 'credit')?.account.slice(5) ?? ''
      return [OWNERS.get(to) ?? ANN]
    }
    default:
      return [`${issuer}:finance-1`, `${issuer}:finance-2`]
  }
}
