import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditCopy, BlockFileWriter } from '../../audit/index.ts'
import type { AuditReport } from '../../audit/index.ts'
import { seededRandom } from '../../data/seeded-random.ts'
import { sha256 } from '../../network/embedded/signing.ts'
import { runModelOn } from '../model/network-model.ts'
import { auditOf } from '../support/audit.ts'
import { TestNetwork } from '../support/test-network.ts'

const HEAD_BYTES = 36
const SEED = Number(process.env['TALLYSTICK_AUDIT_SEED'] ?? '3')

let net: TestNetwork
let folder: string
let copy: string
let report: AuditReport

beforeAll(async () => {
  net = await TestNetwork.start()
  folder = mkdtempSync(join(tmpdir(), 'audit-'))
  copy = join(folder, 'blocks')
  await runModelOn(net, { commands: 150, seed: 5 })
  const writer = await BlockFileWriter.create(copy)
  report = await auditOf(net, 'mall', { copy: writer })
  await writer.close()
}, 120_000)

afterAll(async () => {
  await net.stop()
  rmSync(folder, { recursive: true })
})

const nothing = (): undefined => undefined

/** Where the blocks of the copy begin and end, heads included. */
function framesOf(bytes: Buffer): { readonly start: number; readonly end: number }[] {
  const frames = []
  for (let start = 0; start < bytes.length;) {
    const end = start + HEAD_BYTES + bytes.readUInt32BE(start)
    frames.push({ start, end })
    start = end
  }
  return frames
}

async function auditBytes(bytes: Buffer): Promise<AuditReport> {
  const path = join(folder, 'altered')
  writeFileSync(path, bytes)
  return await auditCopy(path, nothing)
}

describe('an audit', () => {
  test('finds nothing in a chain on which everything was tried, at any peer', async () => {
    expect(report.findings).toEqual([])
    expect(report.notCompared).toEqual([])
    expect(report.compared).toEqual(['records with entries', 'world state', 'read model'])
    expect(report.commands).toBeGreaterThan(200)
    expect(report.signatures).toBeGreaterThan(200)
    expect(report.entries).toBeGreaterThan(50)
    const other = await auditOf(net, 'bank')
    expect(other.findings).toEqual([])
    // A keeper may have had something to do meanwhile.
    const isSameChain = other.blocks !== report.blocks || other.lastHash === report.lastHash
    expect(isSameChain).toBe(true)
  })

  test('finds nothing in a copy', async () => {
    const { findings, blocks, lastHash } = await auditCopy(copy, nothing)
    expect([findings, blocks, lastHash]).toEqual([[], report.blocks, report.lastHash])
  })

  test('finds one altered byte anywhere in a copy, and the block in which it is', async () => {
    const bytes = readFileSync(copy)
    const frames = framesOf(bytes)
    const random = seededRandom(SEED)
    for (let round = 0; round < 25; round += 1) {
      const at = random.below(bytes.length)
      const block = frames.findIndex(({ end }) => at < end)
      const altered = Buffer.from(bytes)
      altered[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
      const { findings } = await auditBytes(altered)
      expect([at, findings[0]?.where]).toEqual([at, `block ${String(block)}`])
    }
  })

  test('finds it also when whoever altered it made the digest of the copy fit', async () => {
    const bytes = readFileSync(copy)
    const frames = framesOf(bytes)
    const random = seededRandom(SEED)
    for (let round = 0; round < 25; round += 1) {
      const block = random.below(frames.length)
      const { start, end } = frames[block] ?? { start: 0, end: 0 }
      const at = start + HEAD_BYTES + random.below(end - start - HEAD_BYTES)
      const altered = Buffer.from(bytes)
      altered[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
      sha256(altered.subarray(start + HEAD_BYTES, end)).copy(altered, start + 4)
      const { findings } = await auditBytes(altered)
      expect([at, findings.length > 0]).toEqual([at, true])
      expect(findings[0]?.where).toMatch(new RegExp(`^block (${block}|${block + 1})\\b`))
    }
  })

  test('finds a copy that ends too early', async () => {
    const bytes = readFileSync(copy)
    const { findings } = await auditBytes(bytes.subarray(0, -1))
    expect(findings[0]).toEqual({
      where: `block ${String(report.blocks - 1)}`,
      what: 'the copy ends in the middle of it',
    })
  })
})

describe('a peer whose world state is not that of its blocks', () => {
  test.each(['holding/', 'coupon/', 'command/', 'account/'])('is found by its %s', async (kind) => {
    const { findings } = await auditOf(net, 'mall', {
      evaluate: (honest) => async (name, requestJson) => {
        const { keys } = JSON.parse(requestJson) as { keys: string[] }
        const answer = JSON.parse(await honest(name, requestJson)) as { records: unknown[] }
        const at = keys.findIndex((key, index) => key.startsWith(kind) && answer.records[index])
        if (at >= 0) answer.records[at] = '"altered"'
        return JSON.stringify(answer)
      },
    })
    expect(findings.length).toBeGreaterThan(0)
    for (const { where } of findings) expect(where.startsWith(`world state ${kind}`)).toBe(true)
  })
})

describe('a gateway that shows other books than its peer has', () => {
  test.each([
    ['a line of the trial balance', '/trial-balance', /"debit":"(?!0")\d+"/, '"debit":"1"'],
    ['a position', '/trial-balance', /"counterparty":"bank"/, '"counterparty":"airline"'],
    ['a lot', /^\/accounts\//, /"amount":"\d+"/, '"amount":"1"'],
  ])('is found by %s', async (_what, path, found, instead) => {
    const { findings } = await auditOf(net, 'mall', {
      gateway: (honest) => async (asked, schema) => {
        const answer = await honest(asked, schema)
        const isAltered = typeof path === 'string' ? asked === path : path.test(asked)
        if (!isAltered) return answer
        return JSON.parse(JSON.stringify(answer).replace(found, instead)) as typeof answer
      },
    })
    expect(findings.length).toBeGreaterThan(0)
    for (const { where } of findings) expect(where).toMatch(/^read model, /)
  })
})
