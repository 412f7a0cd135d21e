import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accountKey, parseLedgerError, programmeKey } from '../../ledger/index.ts'
import { certificateOf } from '../support/certificates.ts'
import type { Creator } from '../support/fake-peer.ts'
import { FakePeer } from '../support/fake-peer.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { ANN, FLASH, redeem, stockedLedger, submitOne } from '../support/opened-ledger.ts'
import { accountOf, HUI, signed, STAR } from '../support/world.ts'

let auditor: Creator
let ledger: MemoryLedger
let peer: FakePeer

beforeAll(async () => {
  auditor = { organisation: 'airline', certificate: await certificateOf([{ OU: ['client'] }]) }
})

beforeEach(async () => {
  ledger = await stockedLedger()
  peer = new FakePeer(ledger.state)
})

async function ask(name: string, request: unknown): Promise<unknown> {
  const { status, payload, message, calls } = await peer.invoke(
    auditor,
    name,
    JSON.stringify(request),
  )
  if (status !== 200) throw new Error(message)
  expect(calls.filter((call) => /put|delete|Event/.test(call))).toEqual([])
  const reads = calls.filter((call) => call.startsWith('getState'))
  expect(reads.length).toBeLessThanOrEqual(1_000)
  return JSON.parse(payload)
}

const ANNS = { account: accountOf(ANN), asset: STAR }
const ID = 'f'.repeat(64)

describe('GetAccount', () => {
  test('gives the account, its base and the credits that are named, each once', async () => {
    const account = { id: accountOf(ANN), owner: ANN, home: 'mall' }
    expect(await ask('GetAccount', { ...ANNS, credits: [] })).toEqual({
      account,
      asset: STAR,
      lots: [],
    })
    const open = ledger.openCredits(accountOf(ANN), STAR)
    const lots = [
      { expires: '2027-11-30', amount: '400' },
      { expires: '2027-11-30', availableFrom: '2026-12-01', amount: '50' },
    ]
    for (const credits of [open, [...open, ...open, ID]]) {
      expect(await ask('GetAccount', { ...ANNS, credits })).toEqual({ account, asset: STAR, lots })
    }
    await submitOne(ledger, 'mall', redeem(STAR, ANN, '100'))
    expect(await ask('GetAccount', { ...ANNS, credits: open })).toMatchObject({
      lots: [{ amount: '300' }, { amount: '50' }],
    })
  })

  test('gives null for an account that does not exist', async () => {
    const nobody = { account: 'mall:a-nobody', asset: STAR, credits: [] }
    expect(await ask('GetAccount', nobody)).toEqual({ account: null, asset: STAR, lots: [] })
  })
})

test('GetOutcomes gives what was recorded, null where nothing is', async () => {
  const [good, bad] = [redeem(STAR, ANN, '1'), redeem(STAR, ANN, '999')]
  const fence = signed('VoidCommand', ANN, { actor: ANN, id: 'lost-on-the-way' })
  const fold = ledger.completeFold()
  await ledger.submit('mall', [good, bad, fence], { fold })
  const ids = [good.command.id, bad.command.id, 'lost-on-the-way', 'never-heard-of']
  const commands = ids.map((id) => ({ actor: ANN, id }))
  expect(await ask('GetOutcomes', { commands })).toMatchObject({
    outcomes: [
      { status: 'accepted', entryHash: ledger.published.at(-1)?.hash },
      { status: 'refused', code: 'INSUFFICIENT_POINTS', detail: { asset: STAR } },
      { status: 'voided' },
      null,
    ],
  })
})

test('GetProgrammes gives the terms, null where there are none', async () => {
  expect(await ask('GetProgrammes', { assets: [STAR, 'mall:none:point'] })).toEqual({
    programmes: [
      {
        id: STAR,
        issuer: 'mall',
        name: `Points ${STAR}`,
        pointsPerYuan: { numerator: '10', denominator: '1' },
        pricePerPoint: { numerator: '10000', denominator: '3' },
        expiresAfterMonths: 12,
        transferable: true,
        budget: '1000000000',
        acceptors: ['bank', 'mall', 'airline'],
        partners: ['bank', 'airline'],
      },
      null,
    ],
  })
})

test("GetQuota gives the pool and an organisation's lanes", async () => {
  expect(await ask('GetQuota', { asset: FLASH, organisation: 'bank' })).toEqual({
    pool: '3000',
    lanes: [{ lane: 0, left: '2000' }],
  })
  expect(await ask('GetQuota', { asset: HUI, organisation: 'airline' })).toEqual({
    pool: '999800000',
    lanes: [],
  })
  for (const asset of ['mall:none:point', 'mall:none:fen', 'mall:no-rush']) {
    const nothing = { pool: null, lanes: [] }
    expect(await ask('GetQuota', { asset, organisation: 'mall' })).toEqual(nothing)
  }
})

test('GetRecords gives records as they are, null where there are none', async () => {
  const names = [accountKey(accountOf(ANN)).name, 'account/mall:a-nobody', programmeKey(STAR).name]
  expect(await ask('GetRecords', { keys: names })).toEqual({
    records: [ledger.state.get(names[0] ?? ''), null, ledger.state.get(names[2] ?? '')],
  })
})

function many(count: number, of: (at: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, at) => of(at))
}

function credit(at: number): string {
  return at.toString(16).padStart(64, '0')
}

function asset(at: number): string {
  return `mall:p${at}:point`
}

function id(at: number): object {
  return { actor: ANN, id: `command-${at}` }
}

describe('a look-up reads at most 1,000 keys', () => {
  test.each<[string, unknown]>([
    ['GetAccount', { ...ANNS, credits: many(998, credit) }],
    ['GetOutcomes', { commands: many(1_000, id) }],
    ['GetProgrammes', { assets: many(1_000, asset) }],
    ['GetRecords', { keys: many(1_000, asset) }],
  ])('%s does', async (name, request) => {
    await expect(ask(name, request)).resolves.toBeDefined()
  })

  test.each<[string, unknown]>([
    ['GetAccount', { ...ANNS, credits: many(999, credit) }],
    ['GetOutcomes', { commands: many(1_001, id) }],
    ['GetProgrammes', { assets: many(1_001, asset) }],
    ['GetAccount', { ...ANNS }],
    ['GetAccount', { ...ANNS, account: 'mall/a', credits: [] }],
    ['GetAccount', { ...ANNS, credits: ['../x'] }],
    ['GetAccount', { ...ANNS, credits: [], more: 1 }],
    ['GetOutcomes', { commands: [{ actor: ANN, id: 'a/b/c/d/e' }] }],
    ['GetProgrammes', { assets: ['star'] }],
    ['GetQuota', { asset: STAR, organisation: 'mall/0' }],
    ['GetRecords', { keys: many(1_001, asset) }],
    ['GetRecords', { keys: [''] }],
    ['GetQuota', null],
  ])('%s refuses', async (name, request) => {
    const { status, message, calls } = await peer.invoke(auditor, name, JSON.stringify(request))
    expect([status, parseLedgerError(message)?.code]).toEqual([500, 'SUBMIT_MALFORMED'])
    expect(calls.filter((call) => call.includes('State'))).toEqual([])
  })

  test('and refuses what is no JSON', async () => {
    const { message } = await peer.invoke(auditor, 'GetAccount', '{')
    expect(parseLedgerError(message)?.code).toBe('SUBMIT_MALFORMED')
  })
})
