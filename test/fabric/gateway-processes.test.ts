import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { addOrganisation, existingTopology } from '../../network/fabric/fabric-network.ts'
import type { NetworkStatus } from '../../network/fabric/network-status.ts'
import { networkStatus } from '../../network/fabric/network-status.ts'
import { networkFolder } from '../../network/fabric/network-settings.ts'
import { startGatewaysOfNewcomers } from '../../network/fabric/start-gateways.ts'
import { restartProcess } from '../../network/fabric/supervisor-client.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { TestNetwork } from '../support/test-network.ts'
import { accountOf, openingCommands, registerMember, signed, STAR } from '../support/world.ts'

const ASKED = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const LIMIT_MS = 5 * 60_000
const UP_LIMIT_MS = 20 * 60_000
const PATIENT = { timeout: 120_000, interval: 100 }

const ANN = 'mall:m-ann'
const BOB = 'bank:m-bob'
const TRANSFERS = 400
const ORGANISATIONS = ['bank', 'mall', 'airline']

if (!ASKED) console.warn('SKIPPED: gateways on real Fabric; TALLYSTICK_TEST_FABRIC=1 runs it.')

function transfer(): SignedCommand {
  return signed('TransferPoints', ANN, {
    asset: STAR,
    from: accountOf(ANN),
    to: accountOf(BOB),
    amount: '1',
  })
}

function nodesOf({ nodes }: NetworkStatus): unknown[] {
  return nodes.filter(({ kind }) => kind !== 'gateway').map(({ name, pid }) => [name, pid])
}

describe.runIf(ASKED)('every gateway is a process of its own', { timeout: LIMIT_MS }, () => {
  let net: TestNetwork

  beforeAll(async () => {
    net = await TestNetwork.start({ engine: 'fabric', basePort: 18_400 })
    await net.open([ANN, BOB])
    const issue = signed('IssuePoints', 'mall:till', {
      asset: STAR,
      to: accountOf(ANN),
      spendFen: '100000',
      receipt: 'R-1',
      store: 'S1',
      funder: 'mall',
    })
    await net.post('mall', '/issues', issue)
  }, UP_LIMIT_MS)

  afterAll(async () => {
    await net.stop()
  }, LIMIT_MS)

  async function status(): Promise<NetworkStatus> {
    return await networkStatus(existingTopology(net.dataDir))
  }

  /** Posts the same command until it has an outcome, as a client does whose gateway went away. */
  async function settled(command: SignedCommand): Promise<Record<string, unknown>> {
    return await vi.waitUntil(async () => {
      const answer = await net.post('mall', '/transfers', command).catch(() => undefined)
      return answer === undefined || answer.status >= 500 ? undefined : answer.body
    }, PATIENT)
  }

  async function availableOf(account: string, block: string): Promise<string> {
    const organisation = account.split(':')[0] ?? ''
    const { body } = await net.get(organisation, `/accounts/${account}?minBlock=${block}`)
    const [holding] = body['holdings'] as { readonly available: string }[]
    return holding?.available ?? 'none'
  }

  test('three gateways are ready, and status shows them beside the nodes', async () => {
    const { nodes } = await status()
    const gateways = nodes.filter(({ kind }) => kind === 'gateway')
    expect(gateways.map(({ name, isReady }) => [name, isReady])).toEqual(
      ORGANISATIONS.map((organisation) => [`${organisation}-gateway`, true]),
    )
    expect(new Set(gateways.map(({ pid }) => pid)).size).toBe(3)
    expect(gateways.map(({ pid }) => pid)).not.toContain(process.pid)
  })

  test('kill -9 of a gateway among transfers: each has one outcome, and the others go on', async () => {
    const others = await Promise.all(['bank', 'airline'].map((at) => net.gatewayStatus(at)))
    const commands = Array.from({ length: TRANSFERS }, transfer)
    const outcomes: Record<string, unknown>[] = []
    const left = [...commands]
    const client = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        outcomes.push(await settled(next))
        if (outcomes.length === TRANSFERS / 4) await net.killGateway('mall')
      }
    }
    await Promise.all(Array.from({ length: 32 }, client))

    expect(outcomes.map((outcome) => outcome['status'])).toEqual(
      Array.from({ length: TRANSFERS }, () => 'accepted'),
    )
    // The tellers' answers, the chain as two others know it and the accounts say the same.
    const last = String(Math.max(...outcomes.map((outcome) => Number(outcome['blockNumber']))))
    const hashOf = new Map(outcomes.map((outcome) => [outcome['id'], outcome['entryHash']]))
    for (const { command } of commands) {
      const path = `/commands/${command.actor}/${command.id}?minBlock=${last}`
      expect((await net.get('airline', path)).body['entryHash']).toBe(hashOf.get(command.id))
    }
    expect(new Set(hashOf.values()).size).toBe(TRANSFERS)
    expect(await availableOf(accountOf(BOB), last)).toBe(String(TRANSFERS))
    expect(await availableOf(accountOf(ANN), last)).toBe(String(10_000 - TRANSFERS))

    expect(await net.gatewayStatus('mall')).toMatchObject({ restarts: 1, lastExit: 'SIGKILL' })
    expect(await Promise.all(['bank', 'airline'].map((at) => net.gatewayStatus(at)))).toEqual(
      others,
    )
  })

  test('a gateway that is restarted comes back where it was', async () => {
    const { pid } = await net.gatewayStatus('airline')
    await restartProcess(networkFolder(net.dataDir), 'airline-gateway')
    await vi.waitUntil(async () => (await net.gatewayStatus('airline')).restarts === 1, PATIENT)
    expect((await net.gatewayStatus('airline')).pid).not.toBe(pid)
    await vi.waitUntil(async () => {
      return await net.get('airline', '/ready').then(
        ({ status }) => status === 200,
        () => false,
      )
    }, PATIENT)
  })

  test('a stop ends the gateways and leaves the nodes, and a start finds the same again', async () => {
    const before = await status()
    const urls = net.network.gateways.map(({ url }) => url)
    await net.network.close()
    const between = await status()
    expect(between.nodes).toHaveLength(before.nodes.length - 3)
    expect(between.nodes.filter(({ kind }) => kind === 'gateway')).toEqual([])
    await expect(fetch(`${urls[0] ?? ''}/health`)).rejects.toThrow('fetch failed')
    await net.restart()
    expect(net.network.gateways.map(({ url }) => url)).toEqual(urls)
    const after = await status()
    expect(nodesOf(after)).toEqual(nodesOf(before))
  })

  test('one more organisation gets its gateway, while the others serve on', async () => {
    const pids = await Promise.all(ORGANISATIONS.map((at) => net.gatewayStatus(at)))
    const store = { id: 'store', name: 'Store', domain: 'store.example' }
    const isDone = { value: false }
    const outcomes: unknown[] = []
    const client = async (): Promise<void> => {
      while (!isDone.value) {
        outcomes.push((await settled(transfer()))['status'])
        await sleep(50)
      }
    }
    const serving = client()
    const { topology } = await addOrganisation({ dataDir: net.dataDir }, store)
    const gateways = await startGatewaysOfNewcomers({ dataDir: net.dataDir, topology })
    isDone.value = true
    await serving
    expect(new Set(outcomes)).toEqual(new Set(['accepted']))
    expect(gateways.map(({ organisation }) => organisation)).toEqual([...ORGANISATIONS, 'store'])
    expect(await Promise.all(ORGANISATIONS.map((at) => net.gatewayStatus(at)))).toEqual(pids)

    net.network = { ...net.network, gateways }
    const opened = await net.postMany('store', openingCommands('store'), 'admin')
    expect(opened.map((answer) => answer['status'])).toEqual(opened.map(() => 'accepted'))
    // Posted at another gateway, and passed on to the newcomer's.
    const member = await net.post('bank', '/members', registerMember('store:m-eve'))
    expect(member.body).toMatchObject({ status: 'accepted' })
    const block = String(member.body['blockNumber'])
    const seen = await net.get('mall', `/members/store:m-eve?minBlock=${block}`)
    expect(seen.status).toBe(200)
  })

  test('a start of a network with one more organisation starts its gateway too', async () => {
    await net.restart()
    expect(net.network.gateways.map(({ organisation }) => organisation)).toContain('store')
    expect((await net.get('store', '/ready')).status).toBe(200)
  })
})
