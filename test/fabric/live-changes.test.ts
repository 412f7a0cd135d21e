import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import { GatewayError } from '@hyperledger/fabric-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bundle } from '../../chaincode/bundle.ts'
import { buildBundle } from '../../chaincode/bundle.ts'
import type { Task } from '../../cli/day/play.ts'
import { play } from '../../cli/day/play.ts'
import { openGateways } from '../../cli/gateways-file.ts'
import { addOrganisation, existingTopology, upFabric } from '../../network/fabric/fabric-network.ts'
import { networkStatus } from '../../network/fabric/network-status.ts'
import { connectPeer } from '../../network/fabric/peer-connection.ts'
import { verifyLedgers } from '../../network/fabric/verify-ledgers.ts'
import { TestNetwork } from '../support/test-network.ts'
import { accountOf, ORGANISATIONS, signed, STAR } from '../support/world.ts'

const ASKED = process.env['TALLYSTICK_TEST_FABRIC'] === '1'
const UP_LIMIT_MS = 20 * 60_000
const LIMIT_MS = 5 * 60_000
/** How long a client goes on trying what a gateway answers with 503. */
const PATIENCE_MS = 60_000

const MEMBERS = ORGANISATIONS.flatMap((id) => [1, 2, 3, 4].map((n) => `${id}:m-load${String(n)}`))
const ISSUED = 10_000n
const ABORTED: number = status.ABORTED
const ASK_EVERY_MS = 20
const STREAMS = 6
const TRANSFERS_PER_ROUND = 12

if (!ASKED) console.warn('SKIPPED: changes of a live network; TALLYSTICK_TEST_FABRIC=1 runs them.')

describe.runIf(ASKED)('while transfers run through all gateways', { timeout: LIMIT_MS }, () => {
  let net: TestNetwork
  let changed: Bundle
  const balances = new Map(MEMBERS.map((member) => [member, ISSUED]))
  let lastBlock = 0
  let played = 0

  beforeAll(async () => {
    net = await TestNetwork.start({ engine: 'fabric', basePort: 22_700 })
    await net.open(MEMBERS)
    const issues = MEMBERS.map((member, index) =>
      signed('IssuePoints', 'mall:till', {
        asset: STAR,
        to: accountOf(member),
        spendFen: '100000',
        receipt: `R-${String(index)}`,
        store: 'S1',
        funder: 'mall',
      }),
    )
    const answers = await net.postMany('mall', issues)
    const refused = answers.find(({ status }) => status !== 'accepted')
    if (refused !== undefined) throw new Error(JSON.stringify(refused))
    lastBlock = Math.max(...answers.map(({ blockNumber }) => Number(blockNumber)))
    changed = await otherBundle(join(net.dataDir, 'bundle'))
  }, UP_LIMIT_MS)

  afterAll(async () => {
    await net.stop()
  }, LIMIT_MS)

  /** A transfer of one to twenty points from each member in turn to another one. */
  function nextTransfer(): Task {
    const from = MEMBERS[played % MEMBERS.length] ?? ''
    const to = MEMBERS[(played * 7 + 1 + Math.floor(played / 12)) % MEMBERS.length] ?? ''
    const payee = to === from ? (MEMBERS[(played + 1) % MEMBERS.length] ?? '') : to
    const amount = BigInt((played % 20) + 1)
    played += 1
    balances.set(from, (balances.get(from) ?? 0n) - amount)
    balances.set(payee, (balances.get(payee) ?? 0n) + amount)
    const body = {
      asset: STAR,
      from: accountOf(from),
      to: accountOf(payee),
      amount: String(amount),
    }
    const text = JSON.stringify(signed('TransferPoints', from, body))
    return { gateway: from.split(':')[0] ?? '', keys: [], toText: () => text }
  }

  /** Every transfer has to be accepted; a client may try again only what is answered with 503. */
  async function playRound(): Promise<void> {
    const tasks = Array.from({ length: TRANSFERS_PER_ROUND }, nextTransfer)
    const result = await play(tasks, {
      gateways: openGateways(net.dataDir),
      role: 'client',
      minBlock: lastBlock,
      patienceMs: PATIENCE_MS,
    })
    expect(result.stopReason).toBeUndefined()
    const outcomes = tasks.map((task) => result.answers.get(task))
    expect(outcomes.filter((outcome) => outcome?.status !== 'accepted')).toEqual([])
    lastBlock = Math.max(lastBlock, result.lastBlock)
  }

  /** Plays rounds before the change, several at a time all through it, and some after it. */
  async function duringTransfers<Result>(change: () => Promise<Result>): Promise<Result> {
    await playRound()
    const state = { isChanging: true }
    const changing = change().finally(() => {
      state.isChanging = false
    })
    const rounds = async (): Promise<void> => {
      while (state.isChanging) await playRound()
      await playRound()
    }
    const [result] = await Promise.all([changing, ...Array.from({ length: STREAMS }, rounds)])
    return result
  }

  /**
   * Asks an organisation's own peer again and again, at least once. Nothing may fail twice: a call
   * that meets the moment in which a peer turns to the new server is asked again, as a client does.
   */
  async function askWhile(organisation: string, isChanging: () => boolean): Promise<void> {
    const profile = net.profile(organisation)
    const { network, close } = connectPeer(profile)
    const contract = network.getContract(profile.chaincode)
    const lookUp = { arguments: ['{"assets":[]}'], endorsingOrganizations: [organisation] }
    try {
      do {
        await contract.evaluate('GetProgrammes', lookUp).catch(async (error: unknown) => {
          if (!(error instanceof GatewayError) || error.code !== ABORTED) throw error
          await contract.evaluate('GetProgrammes', lookUp)
        })
        await sleep(ASK_EVERY_MS)
      } while (isChanging())
    } finally {
      close()
    }
  }

  async function expectSameBooksEverywhere(): Promise<void> {
    const path = (account: string): string => `/accounts/${account}?minBlock=${String(lastBlock)}`
    for (const member of MEMBERS) {
      const home = member.split(':')[0] ?? ''
      const { body } = await net.get(home, path(accountOf(member)))
      const holdings = body['holdings'] as { readonly available: string }[]
      expect({ member, held: holdings[0]?.available }).toEqual({
        member,
        held: String(balances.get(member)),
      })
    }
    const { differences, blocks } = await verifyLedgers(existingTopology(net.dataDir))
    expect(differences).toEqual([])
    expect(blocks).toBeGreaterThan(lastBlock)
  }

  test('the chaincode is upgraded, every peer answers all the time, and no transfer fails', async () => {
    const { dataDir } = net
    const state = { isChanging: true }
    const asking = Promise.all(
      ORGANISATIONS.map(async (id) => await askWhile(id, () => state.isChanging)),
    )
    const changing = duringTransfers(async () => await upFabric({ dataDir, bundle: changed }))
    const [{ definition, topology }] = await Promise.all([
      changing.finally(() => {
        state.isChanging = false
      }),
      asking,
    ])
    expect(definition).toEqual({ sequence: 2, version: changed.sha256 })
    const { nodes } = await networkStatus(topology)
    const servers = nodes.filter(({ kind }) => kind === 'chaincode')
    expect(servers.map(({ name, state }) => `${name} ${state}`)).toEqual(
      ORGANISATIONS.map((id) => `${id}-chaincode2 running`),
    )
    await expectSameBooksEverywhere()
  })

  test('an organisation joins and no transfer fails', async () => {
    const store = { id: 'store', name: 'Store', domain: 'store.example' }
    const { definition, topology } = await duringTransfers(
      async () => await addOrganisation({ dataDir: net.dataDir, bundle: changed }, store),
    )
    expect(definition.sequence).toBe(2)
    expect(topology.peers).toHaveLength(4)
    await expectSameBooksEverywhere()
  })
})

/** The same rules in other bytes. */
async function otherBundle(folder: string): Promise<Bundle> {
  const { path } = await buildBundle(folder)
  const code = `// Built for an upgrade.\n${readFileSync(path, 'utf8')}`
  writeFileSync(path, code)
  return { path, sha256: createHash('sha256').update(code).digest('hex') }
}
