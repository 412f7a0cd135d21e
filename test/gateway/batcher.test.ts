import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { BatchPorts } from '../../gateway/batching/batch-runner.ts'
import { Batcher } from '../../gateway/batching/batcher.ts'
import type { EndorsedBatch } from '../../gateway/fabric/submit-batch.ts'
import { BatchInvalid } from '../../gateway/fabric/submit-batch.ts'
import type { Outcome, ShapedCommand, SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { LedgerError, shapeCommand } from '../../ledger/index.ts'
import { accountOf, CHANNEL, LEDGER_ID, signed, STAR } from '../support/world.ts'

function shaped(value: SignedCommand): ShapedCommand {
  const shape = shapeCommand(value)
  if (!shape.ok) throw new Error(shape.code)
  return shape.shaped
}

function transfer(from: string, to = 'mall:m-zoe'): ShapedCommand {
  const body = { asset: STAR, from: accountOf(from), to: accountOf(to), amount: '1' }
  return shaped(signed('TransferPoints', from, body))
}

const commandsOf = (request: SubmitRequest): SignedCommand[] => request.commands as SignedCommand[]

function accepted(request: SubmitRequest): Outcome[] {
  return commandsOf(request).map(({ command: { actor, id } }) => {
    return { status: 'accepted', actor, id, replayed: false }
  })
}

/** A ledger that judges by `judge` and takes a moment to commit; it keeps what it was sent. */
class FakeLedger {
  readonly requests: SubmitRequest[] = []
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

  batcher(options: ConstructorParameters<typeof Batcher>[1] = {}): Batcher {
    const ports: BatchPorts = {
      organisation: 'mall',
      sha256: (text) => hash('sha256', text),
      openCredits: (account) => (account === accountOf('mall:m-ann') ? ['f'.repeat(64)] : []),
      refillAmount: (_asset, needed) => needed * 10n,
      envelope: () => ({ channel: CHANNEL, ledgerId: LEDGER_ID, notAfter: '2026-12-31' }),
      endorse: (request) => Promise.resolve(this.#endorsed(request)),
    }
    return new Batcher(ports, { companyMs: 1, ...options })
  }

  #endorsed(request: SubmitRequest): EndorsedBatch {
    this.requests.push(request)
    const outcomes = this.judge(request)
    return { outcomes, commit: async () => await this.#commit(request, outcomes) }
  }

  async #commit(request: SubmitRequest, outcomes: readonly Outcome[]) {
    this.inFlight.push(request)
    await delay(5)
    this.inFlight = this.inFlight.filter((other) => other !== request)
    const error = this.fail(request, this.requests.length)
    if (error !== undefined) throw error
    this.blockNumber += 1n
    return { outcomes, transaction: { id: 'a'.repeat(64), blockNumber: this.blockNumber } }
  }
}

test('what waits goes into one transaction, with the credits of the accounts it debits', async () => {
  const ledger = new FakeLedger()
  const batcher = ledger.batcher()
  const commands = [transfer('mall:m-ann'), transfer('mall:m-bob'), transfer('mall:m-ann')]
  const answers = await Promise.all(commands.map((command) => batcher.submit(command, 'client')))
  expect(ledger.requests).toHaveLength(1)
  expect(ledger.requests[0]?.fold).toEqual([
    { account: accountOf('mall:m-ann'), asset: STAR, transactions: ['f'.repeat(64)] },
  ])
  expect(answers.map(({ id }) => id)).toEqual(commands.map(({ command }) => command.id))
  expect(answers[0]).toMatchObject({ status: 'accepted', blockNumber: '1' })
})

test('an account is never debited by two transactions in flight, and lanes are not shared', async () => {
  const overlaps: string[] = []
  const ledger = new FakeLedger((request) => {
    for (const other of ledger.inFlight) {
      const actors = new Set(commandsOf(other).map(({ command }) => command.actor))
      for (const { command } of commandsOf(request)) {
        if (actors.has(command.actor)) overlaps.push(command.actor)
      }
      if (other.lane === request.lane) overlaps.push(`lane ${other.lane}`)
    }
    return accepted(request)
  })
  const batcher = ledger.batcher({ maxCommands: 3, minToOverlap: 1 })
  const members = Array.from({ length: 60 }, (_, index) => `mall:m-${index % 7}`)
  await Promise.all(members.map((member) => batcher.submit(transfer(member), 'client')))
  expect(overlaps).toEqual([])
  expect(ledger.requests.length).toBeGreaterThan(15)
})

test('a conflict is tried again under the same ids', async () => {
  const ledger = new FakeLedger(accepted, (_request, attempt) =>
    attempt < 3 ? new BatchInvalid('MVCC_READ_CONFLICT') : undefined,
  )
  const command = transfer('mall:m-ann')
  const answer = await ledger.batcher().submit(command, 'client')
  expect(answer.status).toBe('accepted')
  const ids = ledger.requests.map((request) => commandsOf(request).map((one) => one.command.id))
  expect(ids).toEqual([[command.command.id], [command.command.id], [command.command.id]])
})

test('a command that breaks its batch harms no other', async () => {
  const bad = transfer('mall:m-bad')
  const hasBad = (request: SubmitRequest): boolean =>
    commandsOf(request).some(({ command }) => command.id === bad.command.id)
  const ledger = new FakeLedger(accepted, (request) =>
    hasBad(request) ? new Error('the contract has a fault') : undefined,
  )
  const batcher = ledger.batcher()
  const good = Array.from({ length: 9 }, (_, index) => transfer(`mall:m-${index}`))
  const commands = [...good.slice(0, 4), bad, ...good.slice(4)]
  const settled = await Promise.allSettled(
    commands.map((command) => batcher.submit(command, 'client')),
  )
  expect(settled.map(({ status }) => status)).toEqual(
    commands.map((command) => (command === bad ? 'rejected' : 'fulfilled')),
  )
})

test('an unavailable ledger is told to all after a few tries, without splitting', async () => {
  const ledger = new FakeLedger(accepted, () => new LedgerError('LEDGER_UNAVAILABLE'))
  const batcher = ledger.batcher()
  const all = ['mall:m-ann', 'mall:m-bob'].map((who) => batcher.submit(transfer(who), 'client'))
  for (const one of await Promise.allSettled(all)) {
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'LEDGER_UNAVAILABLE' } })
  }
  expect(ledger.requests.every((request) => request.commands.length === 2)).toBe(true)
})

test('an empty lane is refilled in front of the commands, in the same transaction', async () => {
  const ledger = new FakeLedger((request) => {
    const types = commandsOf(request).map(({ command }) => command.type)
    if (types.includes('RefillQuota')) return accepted(request)
    return commandsOf(request).map(({ command: { actor, id } }) => {
      const detail = { asset: STAR, needed: '7' }
      return { status: 'refused', actor, id, replayed: false, code: 'QUOTA_REFILL', detail }
    })
  })
  const issue = shaped(
    signed('IssuePoints', 'mall:till', {
      asset: STAR,
      to: accountOf('mall:m-ann'),
      spendFen: '100',
      receipt: 'R1',
      store: 'S1',
      funder: 'mall',
    }),
  )
  const answer = await ledger.batcher().submit(issue, 'client')
  expect(answer).toMatchObject({ status: 'accepted', id: issue.command.id })
  const [refill] = commandsOf(ledger.requests[1] as SubmitRequest)
  expect(refill?.command).toMatchObject({ type: 'RefillQuota', actor: 'mall' })
  expect(refill?.command.body).toEqual({ asset: STAR, amount: '70' })
})

test('a refusal that leaves no trace names no transaction, and nothing is claimed for replays', async () => {
  const ledger = new FakeLedger((request) =>
    commandsOf(request).map(({ command: { actor, id } }, index) =>
      index === 0
        ? { status: 'refused', actor, id, replayed: false, code: 'PROOF_INVALID', detail: {} }
        : { status: 'accepted', actor, id, replayed: true },
    ),
  )
  const batcher = ledger.batcher()
  const answers = await Promise.all(
    ['mall:m-ann', 'mall:m-bob'].map((who) => batcher.submit(transfer(who), 'client')),
  )
  expect(answers.map(({ transactionId }) => transactionId)).toEqual([undefined, undefined])
})

test('stopping answers what waits and finishes what is in flight', async () => {
  const ledger = new FakeLedger()
  const batcher = ledger.batcher({ maxCommands: 1, maxInFlight: 1 })
  const first = batcher.submit(transfer('mall:m-ann'), 'client')
  const second = batcher.submit(transfer('mall:m-bob'), 'client')
  const refused = second.catch((error: unknown) => error)
  await batcher.stop()
  expect(await refused).toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
  expect((await first).status).toBe('accepted')
})
