import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GatewayError } from '@hyperledger/fabric-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildBundle } from '../../chaincode/bundle.ts'
import type { Party } from '../../network/consortium-file.ts'
import { readConsortium } from '../../network/consortium-file.ts'
import { findBinaries } from '../../network/fabric/binaries.ts'
import { enrolUser, openRegistry } from '../../network/fabric/ca/enrol-parties.ts'
import {
  fetchRevocationList,
  publishRevocationList,
  revokeUser,
} from '../../network/fabric/ca/revocation.ts'
import type { FabricNetwork, FabricOptions } from '../../network/fabric/fabric-network.ts'
import { downFabric, upFabric } from '../../network/fabric/fabric-network.ts'
import { materialOf } from '../../network/fabric/material.ts'
import { connectPeer } from '../../network/fabric/peer-connection.ts'
import { profileOf } from '../../network/fabric/profiles.ts'
import { supervisorStatus } from '../../network/fabric/supervisor-client.ts'

const ASKED = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const UP_LIMIT_MS = 20 * 60_000
const SECRET = 'a secret of this test'
const PROBE = JSON.stringify({ lane: 0, fold: [], commands: [{}] })

if (!ASKED) console.warn('SKIPPED: a network with CA servers; TALLYSTICK_TEST_FABRIC=1 runs it.')

function subjectOf(path: string): string {
  return new X509Certificate(readFileSync(path)).subject
}

describe.runIf(ASKED)('a network whose keys come from CA servers', () => {
  let options: FabricOptions
  let network: FabricNetwork

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-'))
    options = {
      dataDir,
      bundle: await buildBundle(join(dataDir, 'bundle')),
      basePort: 20_800,
      consortium: { ...readConsortium(), ca: 'fabric-ca' },
    }
    network = await upFabric(options)
  }, UP_LIMIT_MS)

  afterAll(async () => {
    await downFabric(options.dataDir)
    rmSync(options.dataDir, { recursive: true })
  })

  function party(id: string): Party {
    const found = network.topology.parties.find((each) => each.id === id)
    if (found === undefined) throw new Error(`no ${id}`)
    return found
  }

  /** The validation code of a transaction that a user of the airline proposes. */
  async function submittedBy(user: string): Promise<number> {
    const { key, certificate } = materialOf(network.topology, party('airline')).user(user)
    const client = {
      certificate: readFileSync(certificate, 'utf8'),
      privateKey: readFileSync(key, 'utf8'),
    }
    const profile = { ...profileOf(network.topology, party('airline')), client }
    const { network: channel, close } = connectPeer(profile)
    try {
      const proposal = channel
        .getContract(profile.chaincode)
        .newProposal('Submit', { arguments: [PROBE] })
      return (await (await (await proposal.endorse()).submit()).getStatus()).code
    } finally {
      close()
    }
  }

  async function enrolled(id: string, name: string): Promise<void> {
    const { topology } = network
    const { client, registrar } = await openRegistry(topology, party(id), 'ca')
    await client.register(registrar, `${name}@${party(id).domain}`, 'client', SECRET)
    await enrolUser(topology, party(id), name, SECRET)
  }

  test('runs a CA server for every party', async () => {
    const processes = (await supervisorStatus(network.topology.folder))?.processes ?? []
    const authorities = processes.filter(({ kind }) => kind === 'authority')
    expect(authorities.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'bank-ca running',
      'mall-ca running',
      'airline-ca running',
      'operator-ca running',
    ])
  })

  test('gives nodes and people their units, and keeps keys to their owner', () => {
    const { topology } = network
    const material = materialOf(topology, party('bank'))
    const [peer, orderer] = [topology.peers[0], topology.orderers[0]]
    if (peer === undefined || orderer === undefined) throw new Error('no nodes')
    expect(subjectOf(material.node(peer).certificate)).toBe('OU=peer\nCN=peer0.bank.example')
    expect(subjectOf(material.node(orderer).certificate)).toBe(
      'OU=orderer\nCN=orderer0.bank.example',
    )
    expect(subjectOf(material.user('Admin').certificate)).toBe('OU=admin\nCN=Admin@bank.example')
    expect(subjectOf(material.user('User1').certificate)).toBe('OU=client\nCN=User1@bank.example')
    const crypto = join(topology.folder, 'crypto')
    const keys = readdirSync(crypto, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?:_sk|\.key)$/.test(name),
    )
    expect(keys.length).toBeGreaterThan(30)
    for (const name of keys) expect(statSync(join(crypto, name)).mode & 0o077, name).toBe(0)
  })

  test('refuses an enrolment with another secret', async () => {
    await enrolled('airline', 'alice')
    const attempt = enrolUser(network.topology, party('airline'), 'alice', 'guessed')
    await expect(attempt).rejects.toMatchObject({ code: 'AUTHORITY_REFUSED' })
  })

  test('takes the transactions of a user until it is revoked', async () => {
    const { topology } = network
    await enrolled('airline', 'bob')
    expect(await submittedBy('bob')).toBe(0)
    await revokeUser(topology, party('airline'), 'bob', 'keycompromise')
    const path = await fetchRevocationList(topology, party('airline'))
    const binaries = await findBinaries(() => {})
    await publishRevocationList(topology, binaries, party('airline'), path)
    const refusal = async (): Promise<unknown> => {
      const error = await submittedBy('bob').catch((caught: unknown) => caught)
      return error instanceof GatewayError ? error.details[0]?.message : undefined
    }
    await expect
      .poll(refusal, { timeout: 20_000 })
      .toBe('error validating proposal: access denied: channel [consortium] creator org [airline]')
    expect(await submittedBy('alice')).toBe(0)
  })

  test('lets a party without peers publish its list too', async () => {
    const { topology } = network
    await enrolled('operator', 'carol')
    await revokeUser(topology, party('operator'), 'carol', 'unspecified')
    const path = await fetchRevocationList(topology, party('operator'))
    const binaries = await findBinaries(() => {})
    const published = publishRevocationList(topology, binaries, party('operator'), path)
    await expect(published).resolves.toBeUndefined()
  })

  test('up again changes nothing', async () => {
    const before = await supervisorStatus(network.topology.folder)
    await upFabric(options)
    const after = await supervisorStatus(network.topology.folder)
    expect(after?.processes.map(({ pid }) => pid)).toEqual(before?.processes.map(({ pid }) => pid))
  })
})
