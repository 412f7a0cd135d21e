import { expect, test } from 'vitest'
import type { ShapedCommand, SubmitRequest } from '../../ledger/index.ts'
import {
  accepted,
  commandsOf,
  FakeLedger,
  ORIGIN,
  shaped,
  transfer,
} from '../support/fake-ledger.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

test('what waits goes into one transaction, with the credits of the accounts it debits', async () => {
  const ledger = new FakeLedger()
  const batcher = ledger.batcher()
  const commands = [transfer('mall:m-ann'), transfer('mall:m-bob'), transfer('mall:m-ann')]
  const answers = await Promise.all(commands.map((command) => batcher.submit(command, ORIGIN)))
  expect(ledger.requests).toHaveLength(1)
  expect(ledger.requests[0]?.fold).toEqual([
    {
      account: accountOf('mall:m-ann'),
      asset: STAR,
      transactions: ['f'.repeat(64)],
      complete: true,
    },
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
  const batcher = ledger.batcher({ maxCommands: 3 })
  const members = Array.from({ length: 60 }, (_, index) => `mall:m-${index % 7}`)
  await Promise.all(members.map((member) => batcher.submit(transfer(member), ORIGIN)))
  expect(overlaps).toEqual([])
  expect(ledger.requests.length).toBeGreaterThan(15)
})

test('a batch without a command of the organisation carries one by which it can be fenced', async () => {
  const ledger = new FakeLedger()
  const answer = await ledger.batcher().submit(transfer('bank:m-bea', 'mall:m-ann'), ORIGIN)
  const [request] = ledger.requests as [SubmitRequest]
  expect(commandsOf(request).map(({ command }) => [command.type, command.actor])).toEqual([
    ['VoidCommand', 'mall'],
    ['TransferPoints', 'bank:m-bea'],
  ])
  expect(answer).toMatchObject({ status: 'accepted', actor: 'bank:m-bea' })
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
  const answer = await ledger.batcher().submit(issue, ORIGIN)
  expect(answer).toMatchObject({ status: 'accepted', id: issue.command.id })
  const [refill] = commandsOf(ledger.requests[1] as SubmitRequest)
  expect(refill?.command).toMatchObject({ type: 'RefillQuota', actor: 'mall' })
  expect(refill?.command.body).toEqual({ asset: STAR, needed: '7', amount: '70' })
})

function refills(request: SubmitRequest): boolean {
  return commandsOf(request).some(({ command }) => command.type === 'RefillQuota')
}

test('no two transactions in flight refill from one pool', async () => {
  let most = 0
  const ledger = new FakeLedger((request) => {
    if (refills(request)) {
      most = Math.max(most, ledger.inFlight.filter(refills).length + 1)
      return accepted(request)
    }
    return commandsOf(request).map(({ command: { actor, id } }) => {
      const detail = { asset: STAR, needed: '7' }
      return { status: 'refused', actor, id, replayed: false, code: 'QUOTA_REFILL', detail }
    })
  })
  const batcher = ledger.batcher({ maxCommands: 2 })
  const commands = Array.from({ length: 20 }, (_, index) => transfer(`mall:m-${index}`))
  const answers = await Promise.all(commands.map((one) => batcher.submit(one, ORIGIN)))
  expect(answers.map(({ status }) => status)).toEqual(commands.map(() => 'accepted'))
  expect(most).toBe(1)
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
    ['mall:m-ann', 'mall:m-bob'].map((who) => batcher.submit(transfer(who), ORIGIN)),
  )
  expect(answers.map(({ transactionId }) => transactionId)).toEqual([undefined, undefined])
})

test('stopping answers what waits and finishes what is in flight', async () => {
  const ledger = new FakeLedger()
  const batcher = ledger.batcher({ maxCommands: 1, maxInFlight: 1 })
  const first = batcher.submit(transfer('mall:m-ann'), ORIGIN)
  const second = batcher.submit(transfer('mall:m-bob'), ORIGIN)
  const refused = second.catch((error: unknown) => error)
  await batcher.stop()
  expect(await refused).toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
  expect((await first).status).toBe('accepted')
})

test('of many that lack quota the small ones are served, and a giant keeps nothing from them', async () => {
  const needs = new Map<string, string>()
  const issueFor = (spendFen: string, needed: string): ShapedCommand => {
    const command = shaped(
      signed('IssuePoints', 'mall:till', {
        asset: STAR,
        to: accountOf('mall:m-ann'),
        spendFen,
        receipt: `R${spendFen}`,
        store: 'S1',
        funder: 'mall',
      }),
    )
    needs.set(command.command.id, needed)
    return command
  }
  // A lane that serves what the refills in front of it bring, out of a pool of 200.
  const ledger = new FakeLedger((request) => {
    let left = 0n
    let pool = 200n
    return commandsOf(request).map(({ command: { actor, id, type, body } }) => {
      if (type === 'RefillQuota') {
        const amount = BigInt(String(body['amount']))
        const moved = BigInt(String(body['needed'])) > pool ? 0n : amount < pool ? amount : pool
        left += moved
        pool -= moved
        return { status: 'accepted', actor, id, replayed: false }
      }
      const needed = BigInt(needs.get(id) ?? '0')
      if (needed <= left) {
        left -= needed
        return { status: 'accepted', actor, id, replayed: false }
      }
      const isLost = pool < needed && left > 0n
      const code = isLost ? 'BUDGET_EXHAUSTED' : 'QUOTA_REFILL'
      const detail = { asset: STAR, needed: String(needed - left) }
      return { status: 'refused', actor, id, replayed: false, code, detail }
    })
  })
  const batcher = ledger.batcher()
  const answers = await Promise.all(
    [issueFor('1', '60'), issueFor('2', '5000'), issueFor('3', '7')].map((command) =>
      batcher.submit(command, ORIGIN),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(['accepted', 'refused', 'accepted'])
})

test('a refill that is refused is not ordered', async () => {
  const ledger = new FakeLedger((request) =>
    commandsOf(request).map(({ command: { actor, id, type } }) => {
      const code = type === 'RefillQuota' ? 'NOT_AUTHORISED' : 'QUOTA_REFILL'
      const detail = { asset: STAR, needed: '7' }
      return { status: 'refused', actor, id, replayed: false, code, detail }
    }),
  )
  const answer = await ledger.batcher().submit(transfer('mall:m-ann'), ORIGIN)
  expect(answer).toMatchObject({ status: 'refused', code: 'QUOTA_REFILL' })
  expect(ledger.committed.every((request) => request.commands.length === 1)).toBe(true)
})

test('a holding with more credits than a transaction names is folded first, then debited', async () => {
  let open = ['a', 'b', 'c', 'd', 'e'].map((digit) => digit.repeat(64))
  const ledger = new FakeLedger((request) =>
    commandsOf(request).map(({ command: { actor, id, type } }) => {
      const [fold] = request.fold
      if (type === 'FoldCredits') {
        open = open.filter((transaction) => !fold?.transactions.includes(transaction))
        return { status: 'accepted', actor, id, replayed: false }
      }
      if (fold?.complete !== false) return { status: 'accepted', actor, id, replayed: false }
      const code = 'FOLD_INCOMPLETE'
      return { status: 'refused', actor, id, replayed: false, code, detail: {} }
    }),
  )
  ledger.credits = () => ({ transactions: open.slice(0, 2), complete: open.length <= 2 })
  const answer = await ledger.batcher().submit(transfer('mall:m-ann'), ORIGIN)
  expect(answer.status).toBe('accepted')
  const types = ledger.committed.map((request) =>
    commandsOf(request).map((one) => one.command.type),
  )
  expect(types).toEqual([['FoldCredits'], ['FoldCredits'], ['TransferPoints']])
})
