import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  CONSORTIUM_FILE,
  parseConsortium,
  readConsortium,
  rolesOf,
} from '../../network/consortium-file.ts'

const TEXT = readFileSync(CONSORTIUM_FILE, 'utf8')

function lineOf(part: string): number {
  return TEXT.slice(0, TEXT.indexOf(part)).split('\n').length
}

function problemsWith(from: string, to: string): string {
  expect(TEXT).toContain(from)
  try {
    parseConsortium(TEXT.replace(from, to), 'c.yaml')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'none'
}

describe('the consortium file', () => {
  test('describes three organisations, an operator, and an orderer for each', () => {
    const { organisations, operator, ordering } = readConsortium()
    const ids = [...organisations, operator].map(({ id }) => id)
    expect(ids).toEqual(['bank', 'mall', 'airline', 'operator'])
    expect(ordering.bft).toEqual(ids)
    expect(ordering.type).toBe('bft')
  })

  test.each([
    ['domain: mall.example', 'domain: mall', 'organisations.1.domain must match pattern'],
    ['domain: mall.example', 'domain: bank.example', 'organisations.1.domain bank.example is'],
    ['id: airline', 'id: bank', 'organisations.2.id bank is already taken'],
    ['basePort: 7400', 'basePort: 80', 'basePort must be >= 1025'],
    ['blockBytes: 4194304', 'blockBites: 4194304', 'ordering.blockBites is not known here'],
    ['raft: [bank', 'raft: [bunk', 'ordering.raft.0 there is no party bunk'],
    [
      'domain: mall.example',
      'domain: mall.example\n    roles: [issuer, banker]',
      'organisations.1.roles.1 must',
    ],
    [
      'domain: mall.example',
      'domain: mall.example\n    roles: []',
      'organisations.1.roles must not have fewer',
    ],
    [
      'domain: mall.example',
      'domain: mall.example\n    hosts: { peer1: a.example }',
      'organisations.1.hosts.peer1 is no node of mall; its nodes: peer0, orderer0, chaincode, gateway',
    ],
    [
      'domain: operator.example',
      'domain: operator.example\n  hosts: { orderer0: "a b" }',
      'operator.hosts.orderer0 must match pattern',
    ],
    ['bft: [bank, mall, airline, operator]', 'bft: [bank]', 'ordering.bft must not have fewer'],
  ])('names the line when %s becomes %s', (from, to, message) => {
    const line = lineOf(from) + (to.includes('\n') ? 1 : 0)
    expect(problemsWith(from, to)).toContain(`c.yaml:${String(line)}: ${message}`)
  })

  test('has every organisation issue and accept, unless it says otherwise', () => {
    const [bank, mall] = parseConsortium(
      TEXT.replace('domain: mall.example', 'domain: mall.example\n    roles: [acceptor]'),
      'c.yaml',
    ).organisations
    if (bank === undefined || mall === undefined) throw new Error('no organisations')
    expect(rolesOf(bank)).toEqual(['issuer', 'acceptor'])
    expect(rolesOf(mall)).toEqual(['acceptor'])
  })

  test('names the line of what is no YAML', () => {
    const problem = problemsWith('channel: consortium', 'channel: "consortium')
    expect(problem).toMatch(/^c\.yaml:\d+: /)
  })
})
