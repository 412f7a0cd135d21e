import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { BatchPorts, OpenCredits } from '../../gateway/batching/batch-runner.ts'
import type { CommandOrigin } from '../../gateway/batching/batcher.ts'
import { Batcher } from '../../gateway/batching/batcher.ts'
import { BatchFailure } from '../../gateway/fabric/batch-failure.ts'
import type { EndorsedBatch } from '../../gateway/fabric/submit-batch.ts'
import type { Outcome, ShapedCommand, SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { shapeCommand } from '../../ledger/index.ts'
import { accountOf, CHANNEL, LEDGER_ID, signed, STAR } from './world.ts'

/** How commands of tests are sent. */
export const ORIGIN: CommandOrigin = { identity: 'client', client: 'tests', bytes: 100 }

export function shaped(value: SignedCommand): ShapedCommand {
  const shape = shapeCommand(value)
  if (!shape.ok) throw new Error(shape.code)
  return shape.shaped
}

export function transfer(from: string, to = 'mall:m-zoe'): ShapedCommand {
  const body = { asset: STAR, from: accountOf(from), to: accountOf(to), amount: '1' }
  return shaped(signed('TransferPoints', from, body))
}

export const commandsOf = (request: SubmitRequest): SignedCommand[] =>
  request.commands as SignedCommand[]

export function accepted(request: SubmitRequest): Outcome[] {
  return commandsOf(request).map(({ command: { actor, id } }) => {
    return { status: 'accepted', actor, id, replayed: false }
  })
}

function isOfEndorsement({ kind }: BatchFailure): boolean {
  return kind === 'unavailable' || kind === 'mismatch'
}

/** A ledger that judges by `judge` and takes a moment to commit; it keeps what it was sent. */
export class FakeLedger {
  readonly requests: SubmitRequest[] = []
  readonly faults: unknown[] = []
  readonly whats: string[] = []
  /** Sent to be ordered, whether it then was valid or not. */
  readonly committed: SubmitRequest[] = []
  readonly valid: SubmitRequest[] = []
  inFlight: SubmitRequest[] = []
  blockNumber = 0n

  readonly judge: (request: SubmitRequest) => Outcome[]
  readonly fail: (request: SubmitRequest, attempt: number) => Error | undefined

  constructor(
    judge: (request: SubmitRequest) => Outcome[] = accepted,
    fail: (request: SubmitRequest, attempt: number) => Error | undefined = () => undefined,
  ) {
    this.judge = judge
    this.fail = fail
  }

  credits = (account: string): OpenCredits => {
    const transactions = account === accountOf('mall:m-ann') ? ['f'.repeat(64)] : []
    return { transactions, complete: true }
  }

  /** What a command adds to the time that a transaction takes. */
  commandMs = 0

  /** Keys that other gateways have just written. */
  moved: ReadonlySet<string> = new Set()

  endorsersHave = (_blockNumber: bigint): Promise<void> => Promise.resolve()

  batcher(options: ConstructorParameters<typeof Batcher>[1] = {}): Batcher {
    const ports: BatchPorts = {
      organisation: 'mall',
      sha256: (text) => hash('sha256', text),
      openCredits: (account) => this.credits(account),
      refillShare: () => 70n,
      onFault: (error, what) => {
        this.faults.push(error)
        this.whats.push(what)
      },
      movedSince: () => this.moved,
      envelope: () => ({ channel: CHANNEL, ledgerId: LEDGER_ID, notAfter: '2026-12-31' }),
      endorse: async (request) => this.#endorsed(request),
      endorsersHave: (blockNumber) => this.endorsersHave(blockNumber),
    }
    return new Batcher(ports, { companyMs: 1, patienceMs: 300, aloneEveryMs: 0, ...options })
  }

  #endorsed(request: SubmitRequest): EndorsedBatch {
    this.requests.push(request)
    const failure = this.fail(request, this.requests.length)
    if (failure instanceof BatchFailure && isOfEndorsement(failure)) throw failure
    const outcomes = this.judge(request)
    return { outcomes, commit: async () => await this.#commit(request, outcomes) }
  }

  async #commit(request: SubmitRequest, outcomes: readonly Outcome[]) {
    this.committed.push(request)
    this.inFlight.push(request)
    await delay(5 + this.commandMs * request.commands.length)
    this.inFlight = this.inFlight.filter((other) => other !== request)
    const error = this.fail(request, this.requests.length)
    if (error !== undefined) throw error
    this.valid.push(request)
    this.blockNumber += 1n
    return { outcomes, transaction: { id: 'a'.repeat(64), blockNumber: this.blockNumber } }
  }
}
