import { zstdCompressSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import type { Command, SignedCommand, SubmitAnswer } from '../../ledger/index.ts'
import {
  canonicalEntry,
  decodeAnswer,
  decodePublication,
  parseLedgerError,
} from '../../ledger/index.ts'
import { certificateOf } from '../support/certificates.ts'
import { contradictions } from '../support/books.ts'
import type { Creator, Invocation } from '../support/fake-peer.ts'
import { FakePeer } from '../support/fake-peer.ts'
import { MemoryLedger } from '../support/memory-ledger.ts'
import { ANN, BOB, issue, redeem, stockedLedger, transfer } from '../support/opened-ledger.ts'
import { OPENING_DATE, openingCommands, signed, STAR } from '../support/world.ts'

let client: Creator
let admin: Creator

beforeAll(async () => {
  client = { organisation: 'mall', certificate: await certificateOf([{ OU: ['client'] }]) }
  admin = { organisation: 'mall', certificate: await certificateOf([{ OU: ['admin'] }]) }
})

function request(commands: readonly unknown[], fold: readonly object[] = []): string {
  return JSON.stringify({ lane: 0, fold, commands })
}

function answerOf(
  { status, payload, message }: Invocation,
  commands: readonly unknown[] = [],
): SubmitAnswer {
  if (status !== 200) throw new Error(message)
  return decodeAnswer(payload, commands)
}

/** A letter for each call of the stub that touches the ledger. */
const PHASES: Readonly<Record<string, string>> = {
  getState: 'r',
  putState: 'w',
  deleteState: 'w',
  setEvent: 'e',
}

describe('Submit', () => {
  test('opens a ledger through the contract, by an admin of the organisation', async () => {
    const peer = new FakePeer(new Map())
    const opening = [signed('OpenLedger', 'mall', { businessDate: OPENING_DATE })]
    const commands = [...opening, ...openingCommands('mall')]
    const refused = await peer.invoke(client, 'Submit', request(commands))
    expect(answerOf(refused)).toMatchObject({
      writes: 0,
      outcomes: [{ code: 'CALLER_NOT_ADMIN' }, {}, {}, {}, {}, {}],
    })
    expect(peer.state.size).toBe(0)
    const done = answerOf(await peer.invoke(admin, 'Submit', request(commands)))
    expect(done.outcomes.map(({ status }) => status)).toEqual(Array(6).fill('accepted'))
  })

  test('takes the organisation from the certificate, not from the request', async () => {
    const peer = new FakePeer(new Map())
    const opening = signed('OpenLedger', 'bank', { businessDate: OPENING_DATE })
    const answer = answerOf(await peer.invoke(admin, 'Submit', request([opening])))
    expect(answer.outcomes).toMatchObject([{ code: 'CALLER_NOT_ORGANISATION' }])
  })

  test('reads and writes keys one by one, writes them in order, and ends with one event', async () => {
    const ledger = await stockedLedger()
    const peer = new FakePeer(ledger.state)
    const batch = [
      redeem(STAR, ANN, '20', { acceptor: 'bank' }),
      transfer(STAR, ANN, BOB, '30'),
      issue(STAR, ANN, '1000'),
      redeem(STAR, ANN, '9999'),
      { command: 'no command' },
    ]
    const traced = { ...batch[1], traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
    const commands = [batch[0], traced, ...batch.slice(2)]
    const done = await peer.invoke(client, 'Submit', request(commands, ledger.completeFold()))
    const answer = answerOf(done)
    expect(answer.outcomes.map(({ status }) => status)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'refused',
      'refused',
    ])

    const letters = done.calls.map((call) => PHASES[call.split(' ')[0] ?? ''] ?? '').join('')
    expect(letters).toMatch(/^r+w+e$/)
    const written = done.calls
      .filter((call) => /^(put|delete)State/.test(call))
      .map((call) => call.split(' ')[1] ?? '')
    expect(written).toEqual([...new Set(written)].sort())
    expect(written).toHaveLength(answer.writes)
    const read = done.calls
      .filter((call) => call.startsWith('getState'))
      .map((call) => call.split(' ')[1])
    expect(read).toEqual([...new Set(read)])
  })

  test('publishes the entries with their hashes, and the trace beside them', async () => {
    const ledger = await stockedLedger()
    const peer = new FakePeer(ledger.state)
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const commands = [{ ...transfer(STAR, ANN, BOB, '30'), traceparent }, issue(STAR, ANN, '1000')]
    const done = await peer.invoke(client, 'Submit', request(commands, ledger.completeFold()))
    const { outcomes } = answerOf(done)
    const recorded = ({ actor, id }: Command) => {
      const record = JSON.parse(peer.state.get(`command/${actor}/${id}`) ?? '') as object
      return record as { hash: string; entryHash: string }
    }
    const context = { commands, submitter: 'mall', recorded }
    const published = decodePublication(done.event ?? '', context)
    expect(published.map(({ hash }) => hash)).toEqual(
      outcomes.map((outcome) => outcome.status === 'accepted' && outcome.entryHash),
    )
    for (const { entry, hash } of published) {
      expect(cryptography.sha256(canonicalEntry(entry))).toBe(hash)
    }
    expect(published.map((entry) => entry.traceparent)).toEqual([traceparent, undefined])
    expect(published.map(({ entry }) => entry.type)).toEqual(['TransferPoints', 'IssuePoints'])
  })

  test('takes a request compressed by zstd, and no more of it than a peer would', async () => {
    const ledger = await stockedLedger()
    const commands = [transfer(STAR, ANN, BOB, '30')]
    const text = request(commands, ledger.completeFold())
    const compressed = zstdCompressSync(text).toString('base64')
    const plain = await new FakePeer(new Map(ledger.state)).invoke(client, 'Submit', text)
    const packed = await new FakePeer(new Map(ledger.state)).invoke(client, 'Submit', compressed)
    expect(packed).toEqual(plain)
    expect(answerOf(plain).outcomes).toMatchObject([{ status: 'accepted' }])
    const bomb = zstdCompressSync(`{"lane":${' '.repeat(40 * 1024 * 1024)}`).toString('base64')
    const refused = await new FakePeer(new Map()).invoke(client, 'Submit', bomb)
    expect(parseLedgerError(refused.message)?.code).toBe('SUBMIT_MALFORMED')
  })

  test('gives the same as the rules over a Map', async () => {
    const ledger = await stockedLedger()
    const peer = new FakePeer(new Map(ledger.state))
    const commands = [
      redeem(STAR, ANN, '20'),
      transfer(STAR, ANN, BOB, '30'),
      issue(STAR, ANN, '10'),
    ]
    const fold = ledger.completeFold()
    const { outcomes } = await ledger.submit('mall', commands, { fold })
    const done = await peer.invoke(client, 'Submit', request(commands, fold))
    expect(answerOf(done, commands).outcomes).toEqual(outcomes)
    const committed = new MemoryLedger()
    for (const [name, value] of peer.state) committed.state.set(name, value)
    expect(contradictions(committed)).toEqual([])
  })

  test('writes nothing and publishes nothing when nothing is to be written', async () => {
    const ledger = await stockedLedger()
    const peer = new FakePeer(ledger.state)
    const unproved: SignedCommand = { ...transfer(STAR, ANN, BOB, '1'), proofs: [] }
    const done = await peer.invoke(client, 'Submit', request([unproved, null]))
    expect(answerOf(done).writes).toBe(0)
    expect(done.calls.filter((call) => /put|delete|Event/.test(call))).toEqual([])
  })

  test.each([
    ['no JSON', '{'],
    ['no zstd', Buffer.from('nothing').toString('base64')],
    ['no commands', request([])],
    ['1,001 commands', request(Array.from({ length: 1_001 }, () => null))],
    ['another member', '{"lane":0,"fold":[],"commands":[null],"admin":true}'],
  ])('of %s is refused as a whole, in words that a machine reads', async (_name, text) => {
    const { status, message, calls } = await new FakePeer(new Map()).invoke(client, 'Submit', text)
    expect(status).toBe(500)
    expect(parseLedgerError(message)?.code).toBe('SUBMIT_MALFORMED')
    expect(calls.filter((call) => /State|Event/.test(call))).toEqual([])
  })
})
