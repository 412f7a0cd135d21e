import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { certificateOf } from '../support/certificates.ts'
import { dispatcher, FakePeer } from '../support/fake-peer.ts'

const ROOT = join(import.meta.dirname, '../..')

interface Manifest {
  readonly version: string
  readonly type: string
  readonly dependencies: Readonly<Record<string, string>>
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}

test('what the contract offers is what was agreed', () => {
  const metadata: unknown = JSON.parse(JSON.stringify(dispatcher().metadata))
  expect(metadata).toEqual(readJson('test/golden/contract-metadata.json'))
})

describe('nothing else can be called', () => {
  const names = [
    'constructor',
    'submit',
    'flush',
    'stubReader',
    'readCall',
    'getAccount',
    'createContext',
    'beforeTransaction',
    'afterTransaction',
    'aroundTransaction',
    'unknownTransaction',
    'getName',
    'toString',
    'hasOwnProperty',
    '__proto__',
    '__defineGetter__',
    'Init',
    '',
    'vouchers:Submit',
    'ledger:',
    'ledger:constructor',
    '__proto__:Submit',
  ]

  test.each(names)('%j', async (name) => {
    const certificate = await certificateOf([{ CN: ['client'] }, { OU: ['client'] }])
    const peer = new FakePeer(new Map())
    const { status, calls } = await peer.invoke({ organisation: 'bank', certificate }, name, '{}')
    expect(status).toBe(500)
    expect(calls.filter((call) => /State|Event/.test(call))).toEqual([])
  })

  test.each([[[]], [['{}', '{}']]])('not with the arguments %j', async (args) => {
    const certificate = await certificateOf([{ CN: ['client'] }])
    const creator = { organisation: 'bank', certificate }
    const { status, message } = await new FakePeer(new Map()).invoke(creator, 'Submit', ...args)
    expect(status).toBe(500)
    expect(message).toContain('Expected 1 parameters')
  })
})

test('chaincode/package.json asks for the versions that are tested here', () => {
  const own = readJson('chaincode/package.json') as Manifest
  const root = readJson('package.json') as Manifest
  for (const [name, version] of Object.entries(own.dependencies)) {
    expect([name, version]).toEqual([name, root.dependencies[name]])
  }
  expect([own.version, own.type]).toEqual([root.version, root.type])
})
