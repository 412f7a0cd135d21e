import type { CommittedTransaction } from '../../gateway/fabric/block-follower.ts'
import type { SubmissionDoubt } from '../../gateway/fabric/classify-failure.ts'
import type { EnvelopeStore, KeptEnvelope } from '../../gateway/fabric/envelope-store.ts'
import type { SentTiming } from '../../gateway/fabric/sent-transactions.ts'
import { SentTransactions } from '../../gateway/fabric/sent-transactions.ts'

/** What an orderer does with an envelope, and what it says. */
export type Handling =
  | 'takes it'
  | 'takes it and breaks off'
  | 'says so and loses it'
  | 'breaks off'
  | 'has it already'

const ANSWERS: Readonly<Record<Handling, SubmissionDoubt>> = {
  'takes it': 'ordered',
  'takes it and breaks off': 'doubtful',
  'says so and loses it': 'ordered',
  'breaks off': 'doubtful',
  'has it already': 'ordered',
}

interface Block {
  readonly id: string
  readonly committed: CommittedTransaction
}

/** How a command's record came to be. */
export type Mark = 'posted' | 'voided'

/**
 * Orderers and committed state, as far as they decide about a transaction and its fence: both read
 * the absent records of the same commands and write them. An envelope whose id begins with `fence`
 * is a fence.
 */
export class FakeOrdering {
  readonly records = new Map<string, Mark[]>()
  readonly submitted: string[] = []
  readonly blocks: Block[] = []
  readonly #handling: (id: string, count: number) => Handling
  #pending: KeptEnvelope[] = []
  #gateway: FakeGateway | undefined

  constructor(handling: (id: string, count: number) => Handling = () => 'takes it') {
    this.#handling = handling
  }

  get pending(): readonly string[] {
    return this.#pending.map(({ transactionId }) => transactionId)
  }

  submit(envelope: KeptEnvelope): SubmissionDoubt {
    const { transactionId } = envelope
    const count = this.submitted.filter((id) => id === transactionId).length
    this.submitted.push(transactionId)
    const handling = this.#handling(transactionId, count)
    if (handling.startsWith('takes it')) this.#pending.push(envelope)
    return ANSWERS[handling]
  }

  /** Orders what is waiting, first or last first, each in a block of its own. */
  order(direction: 'forwards' | 'backwards' = 'forwards'): void {
    const all = direction === 'forwards' ? this.#pending : this.#pending.toReversed()
    this.#pending = []
    for (const envelope of all) this.#commit(envelope)
  }

  /** Blocks that were there before are delivered again, as to a gateway that has just started. */
  connect(gateway: FakeGateway): void {
    this.#gateway = gateway
    for (const block of this.blocks) gateway.deliver(block.id, block.committed)
  }

  disconnect(): void {
    this.#gateway = undefined
  }

  isSettled(command: string): boolean {
    return this.records.has(command)
  }

  #commit({ transactionId: id, commands }: KeptEnvelope): void {
    const isKnown = this.blocks.some((block) => block.id === id)
    const isStale = commands.some((command) => this.isSettled(command.id))
    const validationCode = isKnown ? 'DUPLICATE_TXID' : isStale ? 'MVCC_READ_CONFLICT' : 'VALID'
    if (validationCode === 'VALID') {
      const record = id.startsWith('fence') ? 'voided' : 'posted'
      for (const command of commands) {
        this.records.set(command.id, [...(this.records.get(command.id) ?? []), record])
      }
    }
    const committed = { blockNumber: BigInt(this.blocks.length), validationCode }
    this.blocks.push({ id, committed })
    this.#gateway?.deliver(id, committed)
  }
}

const QUICK: SentTiming = {
  answerMs: 15,
  fenceMs: 20,
  resumedFenceMs: 20,
  catchUpMs: 0,
  resendMs: 4,
  refenceMs: 3,
}

/** One run of a gateway, as far as sent transactions go, over a store that outlives it. */
export class FakeGateway {
  readonly sent: SentTransactions
  readonly faults: unknown[] = []
  readonly #waiting = new Map<string, (committed: CommittedTransaction) => void>()
  readonly #envelopes: EnvelopeStore
  readonly #ordering: FakeOrdering
  #fences = 0

  constructor(envelopes: EnvelopeStore, ordering: FakeOrdering, timing: Partial<SentTiming> = {}) {
    this.#envelopes = envelopes
    this.#ordering = ordering
    this.sent = new SentTransactions(
      {
        follower: {
          whenCaughtUp: () => Promise.resolve(),
          transaction: async (id, signal) => await this.#seen(id, signal),
        },
        envelopes,
        submit: (envelope) => Promise.resolve(ordering.submit(envelope)),
        fence: async (envelope) => await this.#fence(envelope),
        onFault: (error) => this.faults.push(error),
      },
      { ...QUICK, ...timing },
    )
    ordering.connect(this)
  }

  /** As the follower does: the store first, then those who wait. */
  deliver(id: string, committed: CommittedTransaction): void {
    if (committed.validationCode === 'DUPLICATE_TXID') return
    this.#envelopes.settle(id)
    this.#waiting.get(id)?.(committed)
  }

  /** Ends without another word to anybody. */
  async crash(): Promise<void> {
    this.#ordering.disconnect()
    await this.sent.stop()
  }

  async #seen(id: string, signal: AbortSignal): Promise<CommittedTransaction> {
    return await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      this.#waiting.set(id, resolve)
    })
  }

  async #fence({ transactionId, commands }: KeptEnvelope): Promise<void> {
    if (commands.every(({ id }) => this.#ordering.isSettled(id))) return
    this.#fences += 1
    const fence = { transactionId: `fence ${this.#fences} of ${transactionId}`, commands }
    const kept: KeptEnvelope = { ...fence, identity: 'client', bytes: new Uint8Array() }
    const { validationCode } = await this.sent.commitUnkept(kept, 40)
    if (validationCode !== 'VALID') throw new Error(validationCode)
  }
}
