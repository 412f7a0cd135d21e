import * as fc from 'fast-check'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { OutcomeUnknown } from '../../gateway/fabric/batch-failure.ts'
import type { CommittedTransaction } from '../../gateway/fabric/block-follower.ts'
import type { KeptEnvelope } from '../../gateway/fabric/envelope-store.ts'
import { EnvelopeStore } from '../../gateway/fabric/envelope-store.ts'
import type { Handling } from '../support/fake-ordering.ts'
import { FakeGateway, FakeOrdering } from '../support/fake-ordering.ts'

const COMMANDS = ['command-1', 'command-2'].map((id) => ({ actor: 'mall:m-ann', id }))
const TRANSFER: KeptEnvelope = {
  transactionId: 'transfer',
  identity: 'client',
  bytes: new Uint8Array([1]),
  commands: COMMANDS,
}

const NEVER = { fenceMs: 60_000, resumedFenceMs: 60_000, answerMs: 60_000 }

function opened(...kept: KeptEnvelope[]): EnvelopeStore {
  const envelopes = new EnvelopeStore(':memory:')
  for (const envelope of kept) envelopes.keep(envelope)
  return envelopes
}

function recordsOf(ordering: FakeOrdering): (readonly string[] | undefined)[] {
  return COMMANDS.map(({ id }) => ordering.records.get(id))
}

describe('a transaction', () => {
  test('is on disk before it is sent and until its block has been seen', async () => {
    const envelopes = opened()
    const kept: string[][] = []
    const ordering = new FakeOrdering(() => {
      kept.push(envelopes.all().map(({ transactionId }) => transactionId))
      return 'takes it'
    })
    const gateway = new FakeGateway(envelopes, ordering, NEVER)
    const committed = gateway.sent.commit(TRANSFER)
    await vi.waitUntil(() => ordering.pending.length > 0)
    expect(kept).toEqual([['transfer']])
    expect(envelopes.has('transfer')).toBe(true)
    ordering.order()
    expect(await committed).toEqual({ blockNumber: 0n, validationCode: 'VALID' })
    expect(envelopes.all()).toEqual([])
  })

  test.each<Handling>(['takes it and breaks off', 'says so and loses it', 'breaks off'])(
    'is sent again, in the same bytes, when an orderer %s',
    async (handling) => {
      const ordering = new FakeOrdering((_, count) => (count === 0 ? handling : 'takes it'))
      const gateway = new FakeGateway(opened(), ordering, NEVER)
      const committed = gateway.sent.commit(TRANSFER)
      await vi.waitUntil(() => ordering.submitted.length > 1)
      await vi.waitUntil(() => ordering.pending.length > 0)
      ordering.order()
      expect((await committed).validationCode).toBe('VALID')
      expect(new Set(ordering.submitted)).toEqual(new Set(['transfer']))
      expect(recordsOf(ordering)).toEqual([['posted'], ['posted']])
    },
  )

  test('that is in the chain twice counts once, and the second does not speak for it', async () => {
    const ordering = new FakeOrdering(() => 'takes it')
    const gateway = new FakeGateway(opened(), ordering, NEVER)
    const committed = gateway.sent.commit(TRANSFER)
    await vi.waitUntil(() => ordering.pending.length > 2)
    ordering.order()
    expect((await committed).validationCode).toBe('VALID')
    const codes = ordering.blocks.map((block) => block.committed.validationCode)
    expect(new Set(codes.slice(1))).toEqual(new Set(['DUPLICATE_TXID']))
    expect(recordsOf(ordering)).toEqual([['posted'], ['posted']])
  })

  test('that an orderer already has comes, and is not fenced', async () => {
    const ordering = new FakeOrdering((_, count) => (count === 0 ? 'takes it' : 'has it already'))
    const gateway = new FakeGateway(opened(), ordering, NEVER)
    const committed = gateway.sent.commit(TRANSFER)
    await vi.waitUntil(() => ordering.submitted.length > 1)
    ordering.order()
    expect((await committed).validationCode).toBe('VALID')
  })

  test('that does not come is answered as unknown, and settled when its fence has won', async () => {
    const ordering = new FakeOrdering((id) => (id === 'transfer' ? 'breaks off' : 'takes it'))
    const envelopes = opened()
    const gateway = new FakeGateway(envelopes, ordering)
    const failure: unknown = await gateway.sent.commit(TRANSFER).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(OutcomeUnknown)
    expect(envelopes.has('transfer')).toBe(true)
    await vi.waitUntil(() => ordering.pending.length > 0)
    ordering.order()
    await (failure as OutcomeUnknown).settled
    expect(recordsOf(ordering)).toEqual([['voided'], ['voided']])
    expect(envelopes.all()).toEqual([])
  })
})

/** Runs a first life up to a point, then a second one to the end. */
async function crashing(
  until: (first: FakeGateway, ordering: FakeOrdering) => Promise<void>,
  ordering: FakeOrdering,
  envelopes = opened(),
): Promise<EnvelopeStore> {
  const first = new FakeGateway(envelopes, ordering, { resendMs: 60_000, fenceMs: 20 })
  await until(first, ordering)
  await first.crash()
  const second = new FakeGateway(envelopes, ordering)
  const ticking = setInterval(() => ordering.order(), 1)
  await second.sent.resume()
  clearInterval(ticking)
  return envelopes
}

async function send(first: FakeGateway): Promise<void> {
  first.sent.commit(TRANSFER).catch(() => undefined)
  await new Promise(setImmediate)
}

describe('a gateway that is killed', () => {
  test('before the transaction is kept: it was never sent, and never is', async () => {
    const ordering = new FakeOrdering()
    await crashing(() => Promise.resolve(), ordering)
    expect(ordering.submitted).toEqual([])
  })

  test('after it is kept and before it is sent: the next start sends it', async () => {
    const ordering = new FakeOrdering()
    const envelopes = await crashing(() => Promise.resolve(), ordering, opened(TRANSFER))
    expect(recordsOf(ordering)).toEqual([['posted'], ['posted']])
    expect(envelopes.all()).toEqual([])
  })

  test('after it is sent and before it is ordered: it is ordered once', async () => {
    const lost = new FakeOrdering((_, count) => (count === 0 ? 'says so and loses it' : 'takes it'))
    const waiting = new FakeOrdering()
    for (const ordering of [lost, waiting]) {
      const envelopes = await crashing(send, ordering)
      expect(recordsOf(ordering)).toEqual([['posted'], ['posted']])
      expect(envelopes.all()).toEqual([])
    }
  })

  test('after it is ordered and before its block is seen: the block settles it', async () => {
    const ordering = new FakeOrdering()
    const envelopes = await crashing(async (first) => {
      await send(first)
      ordering.disconnect()
      ordering.order()
    }, ordering)
    expect(ordering.submitted).toEqual(['transfer'])
    expect(recordsOf(ordering)).toEqual([['posted'], ['posted']])
    expect(envelopes.all()).toEqual([])
  })

  test('after its block is seen and before it is settled: the block settles it again', async () => {
    const ordering = new FakeOrdering()
    const envelopes = opened()
    await crashing(
      async (first) => {
        await send(first)
        ordering.order()
        envelopes.keep(TRANSFER)
      },
      ordering,
      envelopes,
    )
    expect(ordering.submitted).toEqual(['transfer'])
    expect(envelopes.all()).toEqual([])
  })

  test('while it is being fenced: the fence stands, and the transaction comes too late', async () => {
    const ordering = new FakeOrdering((id, count) =>
      id === 'transfer' && count === 0 ? 'breaks off' : 'takes it',
    )
    const envelopes = await crashing(async (first) => {
      await send(first)
      await vi.waitUntil(() => ordering.pending.some((id) => id.startsWith('fence')))
      ordering.disconnect()
      ordering.order()
    }, ordering)
    expect(recordsOf(ordering)).toEqual([['voided'], ['voided']])
    expect(envelopes.all()).toEqual([])
  })
})

test('of a transaction and its fence exactly one wins, whatever is lost, late or doubled', async () => {
  const handling = fc.constantFrom<Handling>(
    'takes it',
    'takes it and breaks off',
    'says so and loses it',
    'breaks off',
  )
  const step = fc.constantFrom('wait', 'order', 'order backwards', 'crash')
  await fc.assert(
    fc.asyncProperty(
      fc.array(handling, { maxLength: 8 }),
      fc.array(step, { minLength: 2, maxLength: 14 }),
      async (handlings, steps) => {
        let handled = 0
        const ordering = new FakeOrdering(() => handlings[handled++] ?? 'takes it')
        const envelopes = opened()
        let gateway = new FakeGateway(envelopes, ordering)
        const first = gateway.sent.commit(TRANSFER).catch((error: unknown) => error)
        for (const one of steps) {
          if (one === 'wait') await delay(6)
          if (one === 'order') ordering.order()
          if (one === 'order backwards') ordering.order('backwards')
          if (one !== 'crash') continue
          await gateway.crash()
          gateway = new FakeGateway(envelopes, ordering)
          void gateway.sent.resume()
        }
        while (envelopes.all().length > 0) {
          ordering.order('backwards')
          await delay(2)
        }
        const outcome = await first
        ordering.order()
        const records = recordsOf(ordering)
        expect([
          [['posted'], ['posted']],
          [['voided'], ['voided']],
        ]).toContainEqual(records)
        const isTold = !(outcome instanceof OutcomeUnknown)
        const isPosted = records[0]?.[0] === 'posted'
        // Who is told of the block is told the truth; who is not told asks again.
        expect(
          isTold ? (outcome as CommittedTransaction).validationCode === 'VALID' : isPosted,
        ).toBe(isPosted)
        await gateway.sent.stop()
      },
    ),
    { numRuns: 60 },
  )
})
