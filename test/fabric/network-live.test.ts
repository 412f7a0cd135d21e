import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contract } from '@hyperledger/fabric-gateway'
import { peer } from '@hyperledger/fabric-protos'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildBundle } from '../../chaincode/bundle.ts'
import type { Party } from '../../network/consortium-file.ts'
import { readConsortium } from '../../network/consortium-file.ts'
import { admitOrganisation, countAllEndorsements } from '../../network/fabric/add-organisation.ts'
import type { FabricBinaries } from '../../network/fabric/binaries.ts'
import { findBinaries } from '../../network/fabric/binaries.ts'
import type { FabricNetwork, FabricOptions } from '../../network/fabric/fabric-network.ts'
import { addOrganisation, downFabric, upFabric } from '../../network/fabric/fabric-network.ts'
import { makeMaterial } from '../../network/fabric/make-material.ts'
import { readSettings, settledTopology } from '../../network/fabric/network-settings.ts'
import type { NetworkStatus } from '../../network/fabric/network-status.ts'
import { networkStatus } from '../../network/fabric/network-status.ts'
import { peerAdmin } from '../../network/fabric/peer-admin.ts'
import { connectPeer } from '../../network/fabric/peer-connection.ts'
import { supervisorStatus } from '../../network/fabric/supervisor-client.ts'
import type { Topology } from '../../network/fabric/topology.ts'
import { verifyLedgers } from '../../network/fabric/verify-ledgers.ts'

const ASKED = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const UP_LIMIT_MS = 20 * 60_000
const STORE = { id: 'store', name: 'Store', domain: 'store.example' }
const PROBE = JSON.stringify({ lane: 0, fold: [], commands: [{}] })

if (!ASKED) console.warn('SKIPPED: the real Fabric network; TALLYSTICK_TEST_FABRIC=1 runs it.')

describe.runIf(ASKED)('a real network with BFT, and two peers of the first organisation', () => {
  let options: FabricOptions
  let network: FabricNetwork

  beforeAll(async () => {
    const consortium = readConsortium()
    const organisations = consortium.organisations.map((party, index) =>
      index === 0 ? { ...party, peers: 2 } : party,
    )
    const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-'))
    options = {
      dataDir,
      bundle: await buildBundle(join(dataDir, 'bundle')),
      basePort: 22_400,
      consortium: { ...consortium, organisations },
    }
    network = await upFabric(options)
  }, UP_LIMIT_MS)

  afterAll(async () => {
    await downFabric(options.dataDir)
    rmSync(options.dataDir, { recursive: true })
  })

  async function status(): Promise<NetworkStatus> {
    return await networkStatus(network.topology)
  }

  /** What the network will be with one more organisation. */
  function topologyWith(party: Party): Topology {
    const settings = readSettings(options.dataDir)
    if (settings === undefined) throw new Error('no network')
    return settledTopology(options.dataDir, { ...settings, added: [party] })
  }

  /** The validation code of a probe that these organisations endorse. */
  async function submitted(
    endorsers: readonly string[],
    through = 'bank',
  ): Promise<string | undefined> {
    return await withContract(through, async (contract) => {
      const proposal = contract.newProposal('Submit', {
        arguments: [PROBE],
        endorsingOrganizations: [...endorsers],
      })
      const { code } = await (await (await proposal.endorse()).submit()).getStatus()
      return Object.entries(peer.TxValidationCode).find(([, value]) => value === code)?.[0]
    })
  }

  async function withContract<Result>(
    organisation: string,
    use: (contract: Contract) => Promise<Result>,
  ): Promise<Result> {
    const profile = network.profiles.find((found) => found.organisation === organisation)
    if (profile === undefined) throw new Error('no profile')
    const { network: channel, close } = connectPeer(profile)
    try {
      return await use(channel.getContract(profile.chaincode))
    } finally {
      close()
    }
  }

  test('runs every node, and one orderer leads', async () => {
    const { nodes, chaincode } = await status()
    expect(nodes.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      'airline-chaincode1 running',
      'airline-orderer0 running',
      'airline-peer0 running',
      'bank-chaincode1 running',
      'bank-orderer0 running',
      'bank-peer0 running',
      'bank-peer1 running',
      'mall-chaincode1 running',
      'mall-orderer0 running',
      'mall-peer0 running',
      'operator-orderer0 running',
    ])
    expect(nodes.filter(({ isLeader }) => isLeader === true)).toHaveLength(1)
    expect(chaincode).toMatchObject(network.definition)
    expect(chaincode?.sequence).toBe(1)
  })

  test('takes what a majority endorses and not what one organisation does', async () => {
    expect(await submitted(['bank', 'mall'])).toBe('VALID')
    expect(await submitted(['bank'])).toBe('ENDORSEMENT_POLICY_FAILURE')
  })

  test('does not let one organisation alone upgrade the chaincode', async () => {
    const { topology } = network
    const admin = peerAdmin(topology, await binaries())
    const [bankPeer] = topology.peers
    const [orderer] = topology.orderers
    if (bankPeer === undefined || orderer === undefined) throw new Error('no nodes')
    const upgrade = { sequence: 2, version: 'other' }
    await admin.approve(bankPeer, orderer, upgrade, 'ledger:none')
    expect(await admin.approvals(bankPeer, upgrade)).toEqual({
      bank: true,
      mall: false,
      airline: false,
    })
    await expect(admin.commit([bankPeer], orderer, upgrade)).rejects.toThrow(
      'ENDORSEMENT_POLICY_FAILURE',
    )
    expect(await admin.committed(bankPeer)).toMatchObject(network.definition)
  })

  test('up again changes nothing', async () => {
    const before = await status()
    const again = await upFabric(options)
    expect(again.profiles).toEqual(network.profiles)
    expect((await status()).nodes.map(({ pid }) => pid)).toEqual(before.nodes.map(({ pid }) => pid))
  })

  test('comes up again after everything was killed, with the same ledger', async () => {
    const before = await supervisorStatus(network.topology.folder)
    const pids = [before?.pid, ...(before?.processes ?? []).map(({ pid }) => pid)]
    expect(pids).toHaveLength(12)
    for (const pid of pids) if (pid !== undefined) process.kill(pid, 'SIGKILL')
    const again = await upFabric(options)
    expect(again.definition).toEqual(network.definition)
    expect(await submitted(['mall', 'airline'])).toBe('VALID')
    const { blocks, peers, differences } = await verifyLedgers(network.topology)
    expect(differences).toEqual([])
    expect(peers).toBe(4)
    expect(blocks).toBeGreaterThan(5)
  })

  test('does not let one organisation alone change the channel', async () => {
    const [bank] = network.topology.consortium.organisations
    if (bank === undefined) throw new Error('no organisation')
    const consortium = { ...network.topology.consortium, organisations: [bank] }
    const alone = countAllEndorsements({ ...network.topology, consortium }, await binaries())
    await expect(alone).rejects.toThrow(
      "implicit policy evaluation failed - 1 sub-policies were satisfied, but this policy requires 2 of the 'Admins' sub-policies to be satisfied",
    )
    expect(await submitted(['mall', 'airline'])).toBe('VALID')
  })

  test('does not count a member whose peer does not endorse yet', async () => {
    const topology = topologyWith(STORE)
    await makeMaterial(topology, await binaries())
    expect(await admitOrganisation(topology, await binaries(), STORE)).toBeGreaterThan(5)
    expect(await admitOrganisation(topology, await binaries(), STORE)).toBeUndefined()
    expect(await submitted(['bank', 'mall'])).toBe('VALID')
    expect(await submitted(['bank'])).toBe('ENDORSEMENT_POLICY_FAILURE')
  })

  test('takes in one more organisation, whose peer then counts for the majority', async () => {
    const { profiles, definition } = await addOrganisation(options, STORE)
    expect(profiles.map(({ organisation }) => organisation)).toContain('store')
    expect(definition).toEqual(network.definition)
    expect(await submitted(['bank', 'mall'])).toBe('ENDORSEMENT_POLICY_FAILURE')
    expect(await submitted(['bank', 'mall', 'store'])).toBe('VALID')
    expect(await submitted(['bank', 'mall', 'airline'])).toBe('VALID')
    expect(await countAllEndorsements(topologyWith(STORE), await binaries())).toBeUndefined()
    await expect(addOrganisation(options, STORE)).rejects.toThrow('already taken')
    expect((await upFabric(options)).profiles).toEqual(profiles)
  })

  test('endorses for an organisation through its other peer when one is gone', async () => {
    const { processes = [] } = (await supervisorStatus(network.topology.folder)) ?? {}
    const pid = processes.find(({ name }) => name === 'bank-peer0')?.pid
    if (pid === undefined) throw new Error('bank-peer0 does not run')
    process.kill(pid, 'SIGKILL')
    expect(await submitted(['bank', 'mall', 'store'], 'mall')).toBe('VALID')
  })
})

async function binaries(): Promise<FabricBinaries> {
  return await findBinaries(() => {})
}
