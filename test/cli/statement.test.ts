import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import type { Statement } from '../../ledger/index.ts'
import { statementText } from '../../ledger/index.ts'
import { runTallystick } from './run-tallystick.ts'

const dir = mkdtempSync(join(tmpdir(), 'tallystick-statement-'))
afterAll(() => rmSync(dir, { recursive: true }))

const CYCLE = '2026-12-01.1'
const LIMIT_MS = 30_000

function write(name: string, text: string): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

const map = write(
  'map.yaml',
  'version: 1\nformat: csv\ncolumns: { reference: ref, amount: amount }\namountDigits: 6\nasset: CNY\n',
)
const rules = write('rules.yaml', 'version: 1\nname: strict\nwaitDays: 0\nrules: []\n')
const key = write('key', 'only the two know\n')

async function draw(org: string, counterparty: string, file: string): Promise<string> {
  const out = join(dir, `${org}.json`)
  const files = ['statement', file, '--map', map, '--rules', rules, '--key', key]
  const pair = ['--org', org, '--counterparty', counterparty, '--cycle', CYCLE]
  const { status, stderr } = await runTallystick([...files, ...pair, '--out', out])
  expect(stderr).toContain('CommitStatement')
  expect(status).toBe(0)
  return out
}

test(
  'two organisations draw up statements that mirror each other, and find what differs',
  async () => {
    const banks = write('banks.csv', 'ref,amount\nA-1,1.5\nA-2,-0.25\nA-3,2\n')
    const malls = write('malls.csv', 'ref,amount\nA-3,-2\nA-1,-1.5\nA-2,0.2\nA-4,1\n')
    const [own, other] = [await draw('bank', 'mall', banks), await draw('mall', 'bank', malls)]
    const kept = JSON.parse(readFileSync(own, 'utf8')) as {
      statement: Statement
      salt: string
      commitment: string
    }
    expect(kept.statement).toMatchObject({ lines: '3', toGet: '3500000', toPay: '250000' })
    const pair = { cycle: CYCLE, counterparty: 'mall' }
    const text = statementText('bank', pair, kept.statement, kept.salt)
    expect(cryptography.sha256(text)).toBe(kept.commitment)

    const found = await runTallystick(['statement-differences', own, other, '--json'])
    expect(found.status).toBe(1)
    expect(JSON.parse(found.stdout)).toMatchObject({
      onlyOwn: ['["A-2","CNY","-250000"]'],
      onlyOther: expect.arrayContaining([
        '["A-2","CNY","-200000"]',
        '["A-4","CNY","-1000000"]',
      ]) as unknown,
    })

    const mirrored = write('mirrored.csv', 'ref,amount\nA-2,0.25\nA-3,-2\nA-1,-1.5\n')
    const same = await draw('mall', 'bank', mirrored)
    const matching = JSON.parse(readFileSync(same, 'utf8')) as { statement: Statement }
    expect(matching.statement.root).toBe(kept.statement.root)
    expect(matching.statement.toPay).toBe(kept.statement.toGet)
    expect((await runTallystick(['statement-differences', own, same])).status).toBe(0)
  },
  LIMIT_MS,
)
