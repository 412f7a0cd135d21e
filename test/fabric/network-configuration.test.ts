import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConsortium } from '../../network/consortium-file.ts'
import { packageChaincode } from '../../network/fabric/chaincode-package.ts'
import { channelConfig } from '../../network/fabric/channel-config.ts'
import { majorityOf } from '../../network/fabric/endorsement-policy.ts'
import { materialOf } from '../../network/fabric/material.ts'
import { runCommand } from '../../network/fabric/run-command.ts'
import type { Topology } from '../../network/fabric/topology.ts'
import { chaincodePort, topologyOf } from '../../network/fabric/topology.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tallystick-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

function topology(ordering: 'bft' | 'raft' = 'bft'): Topology {
  const consortium = readConsortium()
  const organisations = consortium.organisations.map((party) => ({ ...party, peers: 2 }))
  return topologyOf({
    consortium: { ...consortium, organisations },
    ordering,
    basePort: 9000,
    folder: dataDir,
  })
}

function majority(of: string): unknown {
  return { Type: 'ImplicitMeta', Rule: `MAJORITY ${of}` }
}

function text(ordering: 'bft' | 'raft'): string {
  return JSON.stringify(channelConfig(topology(ordering)))
}

function writeMaterial(where: Topology): void {
  const [bank] = where.parties
  if (bank === undefined) throw new Error('no parties')
  const material = materialOf(where, bank)
  const { certificate, key } = material.tlsHost('chaincode-client')
  for (const path of [material.tlsRoot, certificate, key]) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `content of ${path.slice(dataDir.length)}`)
  }
}

describe('what is derived from the consortium', () => {
  test('no two servers share a port', () => {
    const { orderers, peers, consortium } = topology()
    const ports = [
      ...orderers.flatMap((node) => [node.port, node.adminPort, node.operationsPort]),
      ...peers.flatMap((node) => [node.port, node.chaincodePort, node.operationsPort]),
      ...consortium.organisations.flatMap(({ id }) => [
        chaincodePort(topology(), id, 1),
        chaincodePort(topology(), id, 2),
      ]),
    ]
    expect(ports).toHaveLength(4 * 3 + 6 * 3 + 3 * 2)
    expect(new Set(ports).size).toBe(ports.length)
  })

  test('two peers of an organisation have different names and hosts', () => {
    const ofBank = topology().peers.filter(({ owner }) => owner.id === 'bank')
    expect(ofBank.map(({ name }) => name)).toEqual(['bank-peer0', 'bank-peer1'])
    expect(new Set(ofBank.map(({ host }) => host)).size).toBe(2)
  })

  test('a majority endorses, changes the chaincode and administers', () => {
    expect(channelConfig(topology())).toMatchObject({
      Profiles: {
        Consortium: {
          Policies: { Admins: majority('Admins') },
          Application: {
            Policies: {
              Admins: majority('Admins'),
              Endorsement: {
                Type: 'Signature',
                Rule: "OutOf(2, 'bank.peer', 'mall.peer', 'airline.peer')",
              },
              LifecycleEndorsement: majority('Endorsement'),
            },
          },
        },
      },
    })
  })

  test('a majority is more than half', () => {
    expect([1, 2, 3, 4, 5].map(majorityOf)).toEqual([1, 2, 2, 3, 3])
  })

  test('the operator orders with BFT and is no member of the application', () => {
    expect(text('bft')).toContain('"MSPID":"operator"')
    expect(text('raft')).not.toContain('operator')
    expect(text('bft').split('"Application"')[1]).not.toContain('operator')
  })
})

describe('the package of an organisation', () => {
  test('has where the server is, in a form that tar reads', async () => {
    const where = topology()
    writeMaterial(where)
    const [bank] = where.parties
    if (bank === undefined) throw new Error('no parties')
    const version = 'ab'.repeat(32)
    const made = packageChaincode(where, bank, { sequence: 2, version })
    expect(made.id).toMatch(/^ledger_abababababab:[0-9a-f]{64}$/)
    const folder = join(dataDir, 'unpacked')
    mkdirSync(folder)
    await runCommand('tar', ['xzf', made.path, '-C', folder])
    await runCommand('tar', ['xzf', join(folder, 'code.tar.gz'), '-C', folder])
    const connection: unknown = JSON.parse(
      await runCommand('cat', [join(folder, 'connection.json')]),
    )
    expect(connection).toMatchObject({
      address: `localhost:${String(chaincodePort(where, 'bank', 2))}`,
      tls_required: true,
      client_auth_required: true,
    })
    const metadata = await runCommand('cat', [join(folder, 'metadata.json')])
    const detect = join(import.meta.dirname, '../../network/fabric/builder/bin/detect')
    await expect(runCommand(detect, [folder, folder])).resolves.toBe('')
    expect(JSON.parse(metadata)).toMatchObject({ type: 'ccaas', label: 'ledger_abababababab' })
  })

  test('is the same whenever it is made of the same', () => {
    const where = topology()
    writeMaterial(where)
    const [bank] = where.parties
    if (bank === undefined) throw new Error('no parties')
    const definition = { sequence: 1, version: 'cd'.repeat(32) }
    const first = packageChaincode(where, bank, definition)
    rmSync(first.path)
    expect(packageChaincode(where, bank, definition)).toEqual(first)
    const other = packageChaincode(where, bank, { ...definition, sequence: 2 })
    expect(other.id).not.toBe(first.id)
  })
})
