import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Quarantine } from '../../gateway/batching/quarantine.ts'
import { notingWrites, RecentWrites } from '../../gateway/batching/recent-writes.ts'
import { accuse } from '../../gateway/batching/suspects.ts'
import type { WaitingCommand } from '../../gateway/batching/waiting-command.ts'
import { invalidTransaction } from '../../gateway/fabric/batch-failure.ts'
import type { LedgerTransaction } from '../../gateway/fabric/ledger-block.ts'
import type { ShapedCommand, SubmitRequest } from '../../ledger/index.ts'
import { commandKey, contendedKeys, holdingKey } from '../../ledger/index.ts'
import {
  accepted,
  commandsOf,
  FakeLedger,
  ORIGIN,
  shaped,
  transfer,
} from '../support/fake-ledger.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

const EVE = 'mall:m-eve'

function holdingOf(member: string): string {
  return holdingKey(accountOf(member), STAR).name
}

function actorsOf(request: SubmitRequest): string[] {
  return commandsOf(request).map(({ command }) => command.actor)
}

function isMixed(request: SubmitRequest, hostile: ReadonlySet<string>): boolean {
  const actors = actorsOf(request)
  return actors.some((actor) => hostile.has(actor)) && actors.some((actor) => !hostile.has(actor))
}

describe('a member who moves his own keys through another gateway', () => {
  test('spoils one batch of the others, which goes on at once without him', async () => {
    const ledger = new FakeLedger(accepted, (request) =>
      actorsOf(request).includes(EVE) && request.commands.length > 1
        ? invalidTransaction('MVCC_READ_CONFLICT', false)
        : undefined,
    )
    ledger.moved = new Set([holdingOf(EVE), 'holding/mall:a-nobody/mall:star:point'])
    const batcher = ledger.batcher()
    const commands = ['mall:m-ann', EVE, 'mall:m-bob', EVE].map((who) => transfer(who))
    const answers = await Promise.all(commands.map((one) => batcher.submit(one, ORIGIN)))
    expect(answers.map(({ status }) => status)).toEqual(commands.map(() => 'accepted'))
    expect(ledger.committed.map(actorsOf).filter((actors) => actors.length > 1)).toEqual([
      ['mall:m-ann', EVE, 'mall:m-bob', EVE],
      ['mall:m-ann', 'mall:m-bob'],
    ])
    // From now on he is alone, whoever sends for him.
    await Promise.all(
      ['mall:m-cid', EVE].map((who) => batcher.submit(transfer(who), { ...ORIGIN, client: who })),
    )
    expect(ledger.committed.slice(-2).map(actorsOf)).toEqual(
      expect.arrayContaining([['mall:m-cid'], [EVE]]),
    )
  })

  test('waits between his commands, and nobody else does', async () => {
    const ledger = new FakeLedger(accepted, (request) =>
      actorsOf(request).includes(EVE) && request.commands.length > 1
        ? invalidTransaction('MVCC_READ_CONFLICT', false)
        : undefined,
    )
    ledger.moved = new Set([holdingOf(EVE)])
    const batcher = ledger.batcher({ aloneEveryMs: 60_000 })
    const commands = ['mall:m-ann', EVE, EVE].map((who) => transfer(who))
    const answers = commands.map((one) => batcher.submit(one, ORIGIN))
    await Promise.all(answers.slice(0, 2))
    const later = await batcher.submit(transfer('mall:m-bob'), ORIGIN)
    expect(later.status).toBe('accepted')
    expect(batcher.waiting).toBe(1)
    await batcher.stop()
    await expect(answers[2]).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' })
  })

  test('is answered although his time alone is over before his turn comes', async () => {
    const ledger = new FakeLedger(accepted, (request) =>
      request.commands.length > 2 ? invalidTransaction('MVCC_READ_CONFLICT', false) : undefined,
    )
    ledger.moved = new Set([holdingOf(EVE)])
    // Longer than the two seconds that he is set apart for.
    const batcher = ledger.batcher({ aloneEveryMs: 2_100 })
    const commands = ['mall:m-ann', EVE, EVE].map((who) => transfer(who))
    const answers = await Promise.all(commands.map((one) => batcher.submit(one, ORIGIN)))
    expect(answers.map(({ status }) => status)).toEqual(commands.map(() => 'accepted'))
  })

  test('cannot turn his own commands round', async () => {
    const ledger = new FakeLedger(accepted, (request) =>
      request.commands.length > 2 ? invalidTransaction('MVCC_READ_CONFLICT', false) : undefined,
    )
    ledger.moved = new Set([holdingOf(EVE)])
    const batcher = ledger.batcher()
    const his = Array.from({ length: 5 }, () => transfer(EVE))
    const others = ['mall:m-ann', 'mall:m-bob'].map((who) => transfer(who))
    await Promise.all([...others, ...his].map((one) => batcher.submit(one, ORIGIN)))
    const order = ledger.committed
      .filter((request) => request.commands.length === 1)
      .flatMap((request) => commandsOf(request).map(({ command }) => command.id))
    expect(order).toEqual(his.map(({ command }) => command.id))
  })

  test('whatever he does and whenever, the others all get through, each once and in order', async () => {
    const members = ['mall:m-ann', 'mall:m-bob', 'mall:m-cid', EVE, 'mall:m-mal']
    const hostile = new Set([EVE, 'mall:m-mal'])
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...members), { minLength: 2, maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        fc.infiniteStream(fc.nat(1)),
        async (actors, maxCommands, moods) => {
          const spoilt: SubmitRequest[] = []
          const ledger = new FakeLedger(accepted, (request) => {
            // Endorsed it is always; it shows when it is ordered.
            if (!ledger.committed.includes(request)) return undefined
            const present = actorsOf(request).filter((actor) => hostile.has(actor))
            if (present.length === 0 || moods.next().value !== 0) return undefined
            ledger.moved = new Set(present.map(holdingOf))
            if (isMixed(request, hostile)) spoilt.push(request)
            return invalidTransaction('MVCC_READ_CONFLICT', false)
          })
          const batcher = ledger.batcher({ maxCommands })
          const commands = actors.map((who) => transfer(who))
          const answers = await Promise.allSettled(
            commands.map((one) => batcher.submit(one, ORIGIN)),
          )
          const strangers = answers.filter((_, at) => !hostile.has(actors[at] ?? ''))
          expect(strangers.every(({ status }) => status === 'fulfilled')).toBe(true)
          // Each of them is caught the first time.
          expect(spoilt.length).toBeLessThanOrEqual(hostile.size)
          const valid = ledger.valid.flatMap((request) => commandsOf(request))
          for (const member of members.filter((one) => !hostile.has(one))) {
            const idsOf = (list: readonly { command: { actor: string; id: string } }[]): string[] =>
              list.flatMap(({ command }) => (command.actor === member ? [command.id] : []))
            expect(idsOf(valid)).toEqual(idsOf(commands))
          }
        },
      ),
      { seed: 91, numRuns: 25 },
    )
  }, 30_000)
})

const waiting = (command: ShapedCommand): WaitingCommand => ({
  ...ORIGIN,
  shaped: command,
  keys: contendedKeys(command, { organisation: 'mall', lane: 0, sha256: (text) => text }),
  debits: [],
  arrivedMs: 0,
  resolve: () => undefined,
  reject: () => undefined,
})

describe('who is accused', () => {
  const batch = ['mall:m-ann', EVE, 'mall:m-bob'].map((who) => waiting(transfer(who)))
  const [, eves] = batch

  test.each([
    ['his holding', holdingOf(EVE)],
    ['the record of his command', commandKey(EVE, eves?.shaped.command.id ?? '').name],
    ['his keys', `actor/${EVE}`],
  ])('of a batch of which %s was moved: he', (_, key) => {
    const accusation = accuse(batch, new Set([key]))
    expect([...(accusation?.suspects ?? [])]).toEqual([EVE])
    expect([...(accusation?.commands ?? [])]).toEqual([eves])
  })

  test('a receipt rather than the till that works for everybody', () => {
    const award = waiting(
      shaped(
        signed('IssuePoints', 'mall:till', {
          asset: STAR,
          to: accountOf('mall:m-ann'),
          spendFen: '100',
          receipt: 'R1',
          store: 'S1',
          funder: 'mall',
        }),
      ),
    )
    const accusation = accuse([...batch, award], new Set(['receipt/mall/R1']))
    expect([...(accusation?.suspects ?? [])]).toEqual(['receipt/mall/R1'])
  })

  test('nobody when nothing of theirs was moved, or something of very many', () => {
    expect(accuse(batch, new Set())).toBeUndefined()
    expect(accuse(batch, new Set([holdingOf('mall:m-zoe')]))).toBeUndefined()
    const many = Array.from({ length: 21 }, (_, index) => `mall:m-${index}`)
    const crowd = many.map((who) => waiting(transfer(who)))
    expect(accuse(crowd, new Set(many.map(holdingOf)))).toBeUndefined()
    expect(accuse(crowd, new Set(many.slice(1).map(holdingOf)))?.commands.size).toBe(20)
  })

  test('is held for 2 s, every time soon after twice as long, for a minute at most', () => {
    let now = 0
    const quarantine = new Quarantine(() => now)
    const [anns] = batch as [WaitingCommand]
    const heldMs = (): number => {
      const from = now
      while (quarantine.holds(anns)) now += 500
      return now - from
    }
    expect(heldMs()).toBe(0)
    const terms = Array.from({ length: 7 }, () => {
      quarantine.accuse(['mall:m-ann'])
      return heldMs()
    })
    expect(terms).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    now += 60_000
    quarantine.accuse(['mall:m-ann'])
    expect(heldMs()).toBe(2_000)
  })

  test('is forgotten rather than that more than 10,000 are remembered', () => {
    const quarantine = new Quarantine(() => 0)
    const [anns] = batch as [WaitingCommand]
    quarantine.accuse(['mall:m-ann'])
    quarantine.accuse(Array.from({ length: 9_999 }, (_, index) => `mall:m-x${index}`))
    expect(quarantine.holds(anns)).toBe(true)
    quarantine.accuse(['mall:m-one-more'])
    expect(quarantine.holds(anns)).toBe(false)
  })
})

const transaction = (submitter: string, names: readonly string[]): LedgerTransaction => ({
  id: 'a'.repeat(64),
  index: 0,
  validationCode: 'VALID',
  submitter,
  timestamp: '',
  writes: names.map((name) => ({ name, value: name.startsWith('-') ? undefined : '{}' })),
  entries: [],
})

describe('recent writes', () => {
  test('are those of other gateways, without what is written blindly, for half a minute', () => {
    let now = 10_000
    const writes = new RecentWrites('mall', () => now)
    writes.note({ transactions: [transaction('mall', ['holding/a'])] })
    writes.note({ transactions: [transaction('bank', ['holding/b', 'credit/b', 'delta/7101'])] })
    now += 1_000
    writes.note({ transactions: [transaction('bank', ['command/c'])] })
    expect([...writes.since(now)]).toEqual(['command/c'])
    expect([...writes.since(now - 1_000)]).toEqual(['holding/b', 'command/c'])
    now += 29_500
    writes.note({ transactions: [] })
    expect([...writes.since(0)]).toEqual(['command/c'])
  })

  test('are noted of blocks that the sink has taken', () => {
    const writes = new RecentWrites('mall', () => 0)
    const block = { number: 1n, hash: '', previousHash: '', transactions: [] }
    const refusing = {
      checkpoint: () => undefined,
      apply: () => {
        throw new Error('another chain')
      },
      reset: () => undefined,
    }
    const transactions = [transaction('bank', ['holding/b'])]
    expect(() => notingWrites(refusing, writes).apply({ ...block, transactions })).toThrow('chain')
    expect([...writes.since(0)]).toEqual([])
    notingWrites({ ...refusing, apply: () => undefined }, writes).apply({ ...block, transactions })
    expect([...writes.since(0)]).toEqual(['holding/b'])
  })
})
