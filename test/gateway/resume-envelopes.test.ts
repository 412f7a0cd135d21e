import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { KeptEnvelope } from '../../gateway/fabric/envelope-store.ts'
import { EnvelopeStore } from '../../gateway/fabric/envelope-store.ts'
import { connectToFabric } from '../../gateway/fabric/fabric-connection.ts'
import type { Submitter } from '../../gateway/fabric/fabric-connection.ts'
import { resumeEnvelopes } from '../../gateway/fabric/resume-envelopes.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { TestNetwork } from '../support/test-network.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

const ANN = 'mall:m-ann'
let net: TestNetwork

beforeAll(async () => {
  net = await TestNetwork.start()
  await net.open([ANN])
})
afterAll(async () => {
  await net.stop()
})

function purchase(receipt: string): SignedCommand {
  const to = accountOf(ANN)
  const body = { asset: STAR, to, spendFen: '1000', receipt, store: 'S1', funder: 'mall' }
  return signed('IssuePoints', 'mall:till', body)
}

/** What a gateway has kept when it dies between keeping a transaction and sending it. */
async function keptOf(commands: SignedCommand[]): Promise<KeptEnvelope> {
  const connection = connectToFabric(net.profile('mall'))
  const submitter = connection.submitters.client as Submitter
  const refill = signed('RefillQuota', 'mall', { asset: STAR, needed: '1', amount: '100000' })
  const request = { lane: 60, fold: [], commands: [refill, ...commands] }
  const proposal = submitter.contract.newProposal('Submit', {
    arguments: [JSON.stringify(request)],
  })
  const transaction = await submitter.sign(await proposal.endorse())
  connection.close()
  return {
    transactionId: transaction.getTransactionId(),
    identity: 'client',
    bytes: transaction.getBytes(),
    commands: commands.map(({ command: { actor, id } }) => ({ actor, id })),
  }
}

function store(): EnvelopeStore {
  return new EnvelopeStore(join(net.dataDir, 'gateways', 'mall-envelopes.sqlite'))
}

async function outcomeOf({ command: { actor, id } }: SignedCommand) {
  return await vi.waitUntil(
    async () => {
      const answer = await net.get('mall', `/commands/${actor}/${id}`)
      return answer.status === 404 ? undefined : answer.body
    },
    { timeout: 20_000, interval: 50 },
  )
}

async function isStoreEmpty(): Promise<boolean> {
  let isEmpty = false
  await net.restart(() => {
    const kept = store()
    isEmpty = kept.all().length === 0
    kept.close()
  })
  return isEmpty
}

test('what was kept and not sent is sent by the next start', async () => {
  const command = purchase('R-1')
  const kept = await keptOf([command])
  await net.restart(() => {
    const envelopes = store()
    envelopes.keep(kept)
    envelopes.close()
  })
  expect(await outcomeOf(command)).toMatchObject({
    status: 'accepted',
    transactionId: kept.transactionId,
  })
  expect(await isStoreEmpty()).toBe(true)
})

test('what was sent, and whose command came by another way meanwhile, is done once', async () => {
  const command = purchase('R-2')
  const kept = await keptOf([command])
  const answer = await net.post('mall', '/issues', command)
  expect(answer.status).toBe(201)
  await net.restart(() => {
    const envelopes = store()
    envelopes.keep(kept)
    envelopes.close()
  })
  const again = await net.post('mall', '/issues', command)
  expect(again.body).toEqual({ ...answer.body, replayed: true })
  expect(again.body['transactionId']).not.toBe(kept.transactionId)
})

test('nothing is kept once the block has been seen', async () => {
  await net.post('mall', '/issues', purchase('R-3'))
  expect(await isStoreEmpty()).toBe(true)
})

test('a transaction that never comes is fenced, once', async () => {
  const envelopes = new EnvelopeStore(':memory:')
  const kept: KeptEnvelope = {
    transactionId: 'a'.repeat(64),
    identity: 'client',
    bytes: new Uint8Array([1]),
    commands: [{ actor: ANN, id: 'lost-command-1' }],
  }
  envelopes.keep(kept)
  const fenced: KeptEnvelope[] = []
  const submitted: Uint8Array[] = []
  const submitter = {
    restore: (bytes: Uint8Array) => ({
      submit: () => {
        submitted.push(bytes)
        return Promise.reject(new Error('nobody there'))
      },
    }),
  } as unknown as Submitter
  await resumeEnvelopes({
    connection: { submitters: { client: submitter, admin: undefined } },
    follower: {
      block: () => Promise.resolve(),
      transaction: () => Promise.reject(new Error('not seen')),
    },
    envelopes,
    fence: (envelope) => {
      fenced.push(envelope)
      return Promise.resolve()
    },
    waitMs: 10,
    onFault: (error) => expect.unreachable(String(error)),
  })
  expect(submitted).toEqual([kept.bytes])
  expect(fenced.map(({ commands }) => commands)).toEqual([kept.commands])
  expect(envelopes.all()).toEqual([])
})
