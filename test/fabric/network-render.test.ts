import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '@hyperledger/fabric-gateway'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Consortium } from '../../network/consortium-file.ts'
import { readConsortium } from '../../network/consortium-file.ts'
import type { FabricBinaries } from '../../network/fabric/binaries.ts'
import { findBinaries } from '../../network/fabric/binaries.ts'
import { listening } from '../../network/fabric/listening.ts'
import { profileOf } from '../../network/fabric/profiles.ts'
import { connectPeer } from '../../network/fabric/peer-connection.ts'
import type { HostSettings } from '../../network/fabric/render/own-host.ts'
import { ownNodes } from '../../network/fabric/render/own-host.ts'
import { renderOrganisation } from '../../network/fabric/render/render-organisation.ts'
import { ordererProcess } from '../../network/fabric/orderer-node.ts'
import { peerProcess } from '../../network/fabric/peer-node.ts'
import { peersOf, topologyOf } from '../../network/fabric/topology.ts'
import { RenderedParty } from './own-hosts.ts'

const ASKED = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const UP_LIMIT_MS = 20 * 60_000
const BASE_PORT = 20_400
const HAS_SYSTEMD = existsSync('/usr/bin/systemd-analyze')

if (!ASKED) console.warn('SKIPPED: nodes from rendered files; TALLYSTICK_TEST_FABRIC=1 runs them.')

function withHosts(): Consortium {
  const consortium = readConsortium()
  const organisations = consortium.organisations.map((party) => ({
    ...party,
    hosts: {
      peer0: `peer.${party.domain}`,
      orderer0: `orderer.${party.domain}`,
      chaincode: `peer.${party.domain}`,
      gateway: `gateway.${party.domain}`,
    },
  }))
  return { ...consortium, organisations }
}

function settings(organisation: string, consortium = withHosts()): HostSettings {
  const { basePort } = consortium
  return { organisation, prefix: '/opt/tallystick', ordering: 'bft', basePort, consortium }
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

describe('what is rendered for a party', () => {
  let out: string
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'tallystick-'))
  })
  afterEach(() => rmSync(out, { recursive: true }))

  async function render(organisation: string): Promise<ReturnType<typeof renderOrganisation>> {
    return await renderOrganisation({
      settings: settings(organisation),
      out,
      keys: 'own-ca',
      findBinaries: () => Promise.reject(new Error('not needed')),
    })
  }

  function text(name: string): string {
    return readFileSync(join(out, name), 'utf8')
  }

  test.each([
    ['bank', ['bank-orderer0', 'bank-peer0', 'chaincode@', 'gateway']],
    ['Mall', ['chaincode@', 'gateway', 'mall-orderer0', 'mall-peer0']],
    ['operator', ['operator-orderer0']],
  ])('is complete for %s, without a key', async (organisation, services) => {
    await render(organisation)
    const units = readdirSync(join(out, 'systemd')).sort()
    expect(units).toEqual(services.map((name) => `tallystick-${name}.service`))
    const files = filesUnder(out)
    expect(files).toEqual(expect.arrayContaining(['RUNBOOK.md', 'config/core.yaml', 'host.json']))
    for (const name of files) expect(text(name), name).not.toContain('PRIVATE KEY')
    // Every step that the runbook names is there, and every one that is there is shell.
    const named = [...text('RUNBOOK.md').matchAll(/steps\/([a-z-]+)\.sh/g)].map(([, name]) => name)
    expect(readdirSync(join(out, 'steps'))).toEqual(
      expect.arrayContaining([...new Set(named)].map((name) => `${String(name)}.sh`)),
    )
    for (const name of readdirSync(join(out, 'steps'))) {
      execFileSync('sh', ['-n', join(out, 'steps', name)])
    }
  })

  test('starts nodes as the supervisor does, but for folders and hosts', async () => {
    const host = await render('bank')
    const local = topologyOf({ ...settings('bank'), folder: '/opt/tallystick' })
    const binaries = { folder: '', path: (program: string) => `/opt/tallystick/bin/${program}` }
    const [orderer, peer] = [local.orderers[0], local.peers[0]]
    if (orderer === undefined || peer === undefined) throw new Error('no nodes')
    const supervised = [
      ordererProcess(local, orderer, binaries),
      peerProcess(local, peer, binaries),
    ]
    const placed = JSON.stringify(ownNodes(host))
      .replaceAll('0.0.0.0', '127.0.0.1')
      .replaceAll('"peer.bank.example:', '"localhost:')
    expect(JSON.parse(placed)).toEqual(supervised)
    for (const { name, env } of ownNodes(host)) {
      for (const [variable, value] of Object.entries(env)) {
        expect(text(`env/${name}.env`)).toContain(`${variable}="${value}"\n`)
      }
    }
  })

  test('names the hosts to the channel and to the gateways', async () => {
    await render('bank')
    const configuration = text('config/configtx.yaml')
    expect(configuration).toContain('orderer.mall.example:7405')
    expect(configuration).toContain('Host: peer.airline.example')
    expect(text('gateway.json')).toContain('"address": "peer.bank.example:7500"')
    expect(JSON.parse(text('gateway-for-mall.json'))).toMatchObject({
      organisation: 'bank',
      url: 'http://gateway.bank.example:7650',
    })
  })

  test('keeps its tokens when it is rendered again, and is never two parties', async () => {
    await render('bank')
    const before = ['gateway.json', 'gateway-tokens.json', 'gateway-for-mall.json'].map(text)
    await render('bank')
    expect(['gateway.json', 'gateway-tokens.json', 'gateway-for-mall.json'].map(text)).toEqual(
      before,
    )
    await expect(render('mall')).rejects.toThrow('holds something else')
    await expect(render('nobody')).rejects.toThrow('There is no nobody')
  })
})

describe.runIf(ASKED)('parties that have their rendered files alone', () => {
  const MEMBERS = ['bank', 'mall', 'airline']
  let folder: string
  let binaries: FabricBinaries
  let consortium: Consortium
  const parties: RenderedParty[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-'))
    binaries = await findBinaries(() => {})
    consortium = { ...readConsortium(), basePort: BASE_PORT }
    for (const id of [...MEMBERS, 'operator']) {
      parties.push(await RenderedParty.render(id, join(folder, id), consortium, binaries))
    }
  }, UP_LIMIT_MS)

  afterAll(async () => {
    await Promise.all(parties.map(async (party) => await party.stop()))
    rmSync(folder, { recursive: true })
  })

  function party(id: string): RenderedParty {
    const found = parties.find((each) => each.id === id)
    if (found === undefined) throw new Error(`no ${id}`)
    return found
  }

  test('hold the keys of no other', () => {
    for (const { id, folder: own } of parties) {
      const { domain } = party(id).host().party
      const keys = filesUnder(own).filter((name) => /(?:_sk|\.key)$/.test(name))
      expect(keys.length).toBeGreaterThan(4)
      expect(keys.filter((name) => !name.includes(`/${domain}/`))).toEqual([])
    }
  })

  test.runIf(HAS_SYSTEMD)('have units that systemd takes', () => {
    const { folder: own } = party('bank')
    const units = readdirSync(join(own, 'systemd')).map((name) => join(own, 'systemd', name))
    expect(execFileSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' })).toBe('')
  })

  test('take nothing from another but its own certificates', async () => {
    const [bank, mall] = [party('bank'), party('mall')]
    const archive = mall.path('crafted.tar.gz')
    const pack = (...paths: readonly string[]): void => {
      execFileSync('tar', ['czf', archive, '-C', mall.folder, ...paths])
    }
    pack('crypto/peerOrganizations/mall.example/users')
    await expect(bank.step('take', archive, 'mall')).rejects.toThrow('It holds keys.')
    const forged = 'crypto/peerOrganizations/bank.example/msp/config.yaml'
    mkdirSync(dirname(mall.path(forged)), { recursive: true })
    writeFileSync(mall.path(forged), 'forged')
    const own = [
      'crypto/peerOrganizations/mall.example',
      'crypto/ordererOrganizations/mall.example',
    ]
    pack(...own.map((folder) => `${folder}/msp`), forged)
    await bank.step('take', archive, 'mall')
    expect(readFileSync(bank.path(forged), 'utf8')).toContain('NodeOUs')
    rmSync(dirname(dirname(mall.path(forged))), { recursive: true })
    await expect(bank.step('take', archive, 'nobody')).rejects.toThrow('nobody is no other party')
  })

  test('agree on a first block', async () => {
    for (const each of parties) {
      await each.step('keys')
      await each.step('public')
    }
    for (const each of parties) {
      for (const other of parties.filter((one) => one !== each)) {
        await each.step('take', other.path(`public-${other.id}.tar.gz`), other.id)
      }
    }
    await party('operator').step('genesis')
    const block = party('operator').path('genesis.block')
    for (const each of parties) await each.step('check-genesis', block)
    const agreed = readFileSync(block)
    for (const each of parties) {
      expect(readFileSync(each.path('genesis.block')).equals(agreed)).toBe(true)
    }
  })

  test('refuse a first block with another configuration', async () => {
    const { folder: own } = party('mall')
    const path = join(own, 'config', 'configtx.yaml')
    const agreed = readFileSync(path, 'utf8')
    writeFileSync(path, agreed.replace('BatchTimeout: 100ms', 'BatchTimeout: 900ms'))
    await expect(
      party('mall').step('check-genesis', party('bank').path('genesis.block')),
    ).rejects.toThrow('another configuration')
    writeFileSync(path, agreed)
  })

  test('come up together by the steps of their runbooks', { timeout: UP_LIMIT_MS }, async () => {
    for (const each of parties) {
      for (const { name } of ownNodes(each.host())) await each.start(name)
    }
    const { peers, orderers } = party('bank').host().topology
    for (const { name, port } of peers) await listening(name, port)
    for (const { name, adminPort } of orderers) await listening(name, adminPort)
    for (const each of parties) await each.step('join', each.path('genesis.block'))
    // A step that was broken off can be taken again.
    await party('bank').step('join', party('bank').path('genesis.block'))
    for (const id of MEMBERS) {
      await party(id).step('chaincode', '1')
      await party(id).start('chaincode@1')
      await party(id).step('approve', '1')
    }
    expect(await party('mall').step('commit', '1')).toContain('Sequence: 1')
    for (const id of MEMBERS) expect(await committedCode(party(id))).toBe(0)
  })

  test('take in one more member', { timeout: UP_LIMIT_MS }, async () => {
    const newcomer = { id: 'store', name: 'Store', domain: 'store.example' }
    const organisations = [...consortium.organisations, newcomer]
    const grown = { ...consortium, organisations }
    const store = await RenderedParty.render('store', join(folder, 'store'), grown, binaries)
    for (const each of parties) await each.renderFor(grown, binaries)
    parties.push(store)
    await store.step('public')
    await store.step('organisation')
    for (const each of parties.filter((one) => one !== store)) {
      await each.step('take', store.path('public-store.tar.gz'), 'store')
      await store.step('take', each.path(`public-${each.id}.tar.gz`), each.id)
    }
    const bank = party('bank')
    const change = async (...edit: readonly [string, ...string[]]): Promise<void> => {
      await bank.step('config-fetch')
      await bank.step(...edit)
      await bank.step('config-propose')
      // With the submitter three of four: a majority before the newcomer counts and after.
      for (const id of ['mall', 'airline']) {
        await party(id).step('config-sign', bank.path('change/envelope.pb'))
      }
      await bank.step('config-submit', bank.path('change/envelope.pb'))
    }
    await change('config-admit', store.path('organisation-store.json'), 'store')
    for (const { name } of ownNodes(store.host())) await store.start(name)
    const [peer] = peersOf(store.host().topology, 'store')
    await listening('store-peer0', peer?.port ?? 0)
    await store.step('join', bank.path('genesis.block'))
    await store.step('chaincode', '1')
    await store.start('chaincode@1')
    await store.step('approve', '1')
    expect(await committedCode(store)).toBe(0)
    await change('config-count')
    // Until its peer has the block of the change, it asks for too few endorsements.
    await expect.poll(async () => await committedCode(store), { timeout: 20_000 }).toBe(0)
    expect(await bank.step('config-fetch')).toContain('Edit')
    const configuration = readFileSync(bank.path('change/before.json'), 'utf8')
    expect(configuration).toContain('"n": 3')
  })

  test('have gateways that know each other', async () => {
    for (const id of MEMBERS) {
      const path = party(id).path('gateway.json')
      const config = JSON.parse(readFileSync(path, 'utf8')) as { others: unknown[] }
      for (const other of MEMBERS.filter((each) => each !== id)) {
        const told = party(other).path(`gateway-for-${id}.json`)
        config.others.push(JSON.parse(readFileSync(told, 'utf8')))
      }
      writeFileSync(path, JSON.stringify(config))
      await party(id).start('gateway')
    }
    for (const [index] of MEMBERS.entries()) {
      expect(await ready(`http://127.0.0.1:${String(BASE_PORT + 250 + index)}/ready`)).toBe(true)
    }
  })
})

/** The validation code of a transaction that changes nothing, once the peers know each other. */
async function committedCode(party: RenderedParty): Promise<number> {
  const { topology, party: owner } = party.host()
  const profile = profileOf(topology, owner)
  const { network, close } = connectPeer(profile)
  const deadlineMs = Date.now() + 60_000
  try {
    for (;;) {
      try {
        const proposal = network.getContract(profile.chaincode).newProposal('Submit', {
          arguments: [JSON.stringify({ lane: 0, fold: [], commands: [{}] })],
        })
        return (await (await (await proposal.endorse()).submit()).getStatus()).code
      } catch (error) {
        if (!(error instanceof GatewayError) || Date.now() > deadlineMs) throw error
        await sleep(200)
      }
    }
  } finally {
    close()
  }
}

async function ready(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return true
    await sleep(200)
  }
  return false
}
