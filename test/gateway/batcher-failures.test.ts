import { expect, test } from 'vitest'
import {
  BatchFailure,
  invalidTransaction,
  OutcomeUnknown,
} from '../../gateway/fabric/batch-failure.ts'
import type { SubmitRequest } from '../../ledger/index.ts'
import { LedgerError } from '../../ledger/index.ts'
import { accepted, commandsOf, FakeLedger, ORIGIN, transfer } from '../support/fake-ledger.ts'

test('a conflict is tried again under the same ids', async () => {
  const ledger = new FakeLedger(accepted, (_request, attempt) =>
    attempt < 3 ? invalidTransaction('MVCC_READ_CONFLICT', false) : undefined,
  )
  const command = transfer('mall:m-ann')
  const answer = await ledger.batcher().submit(command, ORIGIN)
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
    commands.map((command) => batcher.submit(command, ORIGIN)),
  )
  expect(settled.map(({ status }) => status)).toEqual(
    commands.map((command) => (command === bad ? 'rejected' : 'fulfilled')),
  )
})

const away = (): BatchFailure =>
  new BatchFailure('unavailable', new LedgerError('LEDGER_UNAVAILABLE'))

test('an unavailable ledger is told to all after a while, without splitting', async () => {
  const ledger = new FakeLedger(accepted, away)
  const batcher = ledger.batcher()
  const all = ['mall:m-ann', 'mall:m-bob'].map((who) => batcher.submit(transfer(who), ORIGIN))
  for (const one of await Promise.allSettled(all)) {
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'LEDGER_UNAVAILABLE' } })
  }
  expect(ledger.requests.every((request) => request.commands.length === 2)).toBe(true)
  expect(ledger.requests.length).toBeGreaterThan(1)
})

test('a ledger that has been away for long is tried once for each batch', async () => {
  const ledger = new FakeLedger(accepted, away)
  const batcher = ledger.batcher()
  await batcher.submit(transfer('mall:m-ann'), ORIGIN).catch(() => undefined)
  const before = ledger.requests.length
  await batcher.submit(transfer('mall:m-ann'), ORIGIN).catch(() => undefined)
  expect(ledger.requests.length).toBe(before + 1)
})

test('a ledger that comes back takes what waited for it', async () => {
  const ledger = new FakeLedger(accepted, (_request, attempt) => (attempt < 4 ? away() : undefined))
  const answer = await ledger.batcher({ patienceMs: 60_000 }).submit(transfer('mall:m-ann'), ORIGIN)
  expect(answer.status).toBe('accepted')
})

test('endorsers that go on disagreeing are asked six times, and that is told', async () => {
  const mismatch = new LedgerError('LEDGER_UNAVAILABLE', { validationCode: 'MISMATCH' })
  const ledger = new FakeLedger(accepted, () => new BatchFailure('mismatch', mismatch))
  const batcher = ledger.batcher()
  const all = ['mall:m-ann', 'mall:m-bob'].map((who) => batcher.submit(transfer(who), ORIGIN))
  for (const one of await Promise.allSettled(all)) {
    expect(one).toMatchObject({ reason: { detail: { validationCode: 'MISMATCH' } } })
  }
  expect(ledger.requests.map(({ commands }) => commands.length)).toEqual([2, 2, 2, 2, 2, 2])
  expect(ledger.whats).toEqual(['endorsers go on disagreeing: non-determinism?'])
})

test.each([
  ['changed rules', true, 2],
  ['the same rules', false, 1],
])('endorsed under %s, what the policy refuses is endorsed again %j', async (_, changed, times) => {
  const ledger = new FakeLedger(accepted, () =>
    invalidTransaction('ENDORSEMENT_POLICY_FAILURE', changed),
  )
  const answer = ledger.batcher().submit(transfer('mall:m-ann'), ORIGIN)
  await expect(answer).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
  expect(ledger.requests).toHaveLength(times)
})

test('an account is not touched again before a transaction of unknown outcome has come to an end', async () => {
  const end = Promise.withResolvers<void>()
  const ledger = new FakeLedger(accepted, (_request, attempt) =>
    attempt === 1 ? new OutcomeUnknown('a'.repeat(64), end.promise) : undefined,
  )
  const batcher = ledger.batcher({ maxInFlight: 1 })
  const lost = batcher.submit(transfer('mall:m-ann'), ORIGIN)
  await expect(lost).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  let isAnswered = false
  const next = batcher.submit(transfer('mall:m-ann'), ORIGIN).finally(() => {
    isAnswered = true
  })
  // Another account is served meanwhile, in another lane.
  await batcher.submit(transfer('mall:m-bob'), ORIGIN)
  expect(isAnswered).toBe(false)
  end.resolve()
  expect((await next).status).toBe('accepted')
  expect(new Set(ledger.requests.map(({ lane }) => lane)).size).toBeGreaterThan(1)
})

test('the answer does not wait for the endorsers, the next debit of the account does', async () => {
  const arrival = Promise.withResolvers<void>()
  const ledger = new FakeLedger()
  ledger.endorsersHave = (blockNumber) => (blockNumber === 1n ? arrival.promise : Promise.resolve())
  const batcher = ledger.batcher()
  await batcher.submit(transfer('mall:m-ann'), ORIGIN)
  const next = batcher.submit(transfer('mall:m-ann'), ORIGIN)
  await batcher.submit(transfer('mall:m-bob'), ORIGIN)
  expect(ledger.requests).toHaveLength(2)
  arrival.resolve()
  await next
  expect(ledger.requests).toHaveLength(3)
})

test('what is more than can wait is refused at once', async () => {
  const batcher = new FakeLedger().batcher({ maxWaiting: 2, companyMs: 1_000 })
  const waiting = ['mall:m-ann', 'mall:m-bob'].map((who) =>
    batcher.submit(transfer(who), ORIGIN).catch(() => undefined),
  )
  const refused = batcher.submit(transfer('mall:m-cid'), ORIGIN)
  await expect(refused).rejects.toMatchObject({ code: 'QUEUE_FULL' })
  await batcher.stop()
  await Promise.all(waiting)
})
