import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { BlockFollower } from '../../gateway/fabric/block-follower.ts'
import type { CommittedTransaction } from '../../gateway/fabric/block-follower.ts'
import type { KeptEnvelope } from '../../gateway/fabric/envelope-store.ts'
import { EnvelopeStore } from '../../gateway/fabric/envelope-store.ts'
import { connectToFabric } from '../../gateway/fabric/fabric-connection.ts'
import type { FabricConnection, Submitter } from '../../gateway/fabric/fabric-connection.ts'
import { endorseBatch } from '../../gateway/fabric/submit-batch.ts'
import { fenceWith, pinFor } from '../../gateway/fencing.ts'
import { ownEnvelope } from '../../gateway/own-commands.ts'
import { Projection } from '../../gateway/projection/projection.ts'
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
  const refill = signed('RefillQuota', 'mall', { asset: STAR, needed: '1', amount: '100000' })
  const kept = await endorsedAndSigned(connection, [refill, ...commands])
  connection.close()
  return kept
}

async function endorsedAndSigned(
  connection: FabricConnection,
  commands: SignedCommand[],
): Promise<KeptEnvelope> {
  const submitter = connection.submitters.client as Submitter
  const request = { lane: 60, fold: [], commands }
  const transaction = await submitter.sign(await submitter.endorse(JSON.stringify(request)))
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

/** The mall's connection with a projection of its own, and what it takes to fence with it. */
class Fencing {
  readonly connection = connectToFabric(net.profile('mall'))
  readonly projection = Projection.open(':memory:')
  readonly follower = new BlockFollower({
    network: this.connection.network,
    height: this.connection.height,
    chaincode: net.profile('mall').chaincode,
    sink: this.projection,
    onFault: (error) => expect.unreachable(String(error)),
  })
  readonly ports = {
    organisation: 'mall',
    envelope: () => ownEnvelope(net.profile('mall').channel, this.projection),
    endorse: async (commands: readonly SignedCommand[]) =>
      await endorseBatch(
        { lane: 0, fold: [], commands: [...commands] },
        {
          submitter: this.connection.submitters.client as Submitter,
          identity: 'client',
          follower: this.follower,
          send: async (envelope) => await this.send(envelope),
        },
      ),
  }

  async start(): Promise<this> {
    this.follower.start()
    await this.follower.whenCaughtUp()
    return this
  }

  async send({ transactionId, bytes }: KeptEnvelope): Promise<CommittedTransaction> {
    const seen = this.follower.transaction(transactionId, AbortSignal.timeout(20_000))
    await this.connection.submitters.client?.submit(bytes)
    return await seen
  }

  async stop(): Promise<void> {
    await this.follower.stop()
    this.connection.close()
    this.projection.close()
  }
}

async function withFencing(use: (fencing: Fencing) => Promise<void>): Promise<void> {
  const fencing = await new Fencing().start()
  try {
    await use(fencing)
  } finally {
    await fencing.stop()
  }
}

test('what is fenced is invalid when it comes nevertheless, and is answered as voided', async () => {
  await withFencing(async (fencing) => {
    const [one, two] = [purchase('R-4'), purchase('R-5')]
    const kept = await keptOf([one, two])
    await fenceWith(fencing.ports)(kept)
    expect((await fencing.send(kept)).validationCode).toBe('MVCC_READ_CONFLICT')
    for (const command of [one, two]) {
      expect(await outcomeOf(command)).toMatchObject({ code: 'COMMAND_VOIDED' })
    }
    // Once more changes nothing.
    await fenceWith(fencing.ports)(kept)
  })
})

test('a fence leaves alone what has come', async () => {
  await withFencing(async (fencing) => {
    const command = purchase('R-6')
    const kept = await keptOf([command])
    expect((await fencing.send(kept)).validationCode).toBe('VALID')
    await fenceWith(fencing.ports)(kept)
    expect(await outcomeOf(command)).toMatchObject({ transactionId: kept.transactionId })
  })
})

test('a transaction with other organisations’ commands alone is fenced by its pin', async () => {
  await withFencing(async (fencing) => {
    const names = [{ actor: 'bank:m-bea', id: 'a-command-of-the-bank' }]
    const [pin] = pinFor(names, fencing.ports) as [SignedCommand]
    const kept = await endorsedAndSigned(fencing.connection, [pin])
    await fenceWith(fencing.ports)({ ...kept, commands: [...kept.commands, ...names] })
    expect((await fencing.send(kept)).validationCode).toBe('MVCC_READ_CONFLICT')
  })
})

test('a batch with a command of the organisation needs no pin, nor one without a ledger', () => {
  const ports = {
    organisation: 'mall',
    envelope: () => ({ channel: 'c', ledgerId: 'l', notAfter: '2026-12-31' }),
  }
  const bank = { actor: 'bank:m-bea', id: 'id-1' }
  expect(pinFor([bank], ports)).toHaveLength(1)
  expect(pinFor([bank, { actor: ANN, id: 'id-2' }], ports)).toEqual([])
  expect(pinFor([bank, { actor: 'mall', id: 'id-2' }], ports)).toEqual([])
  const unopened = { ...ports, envelope: () => ({ ...ports.envelope(), ledgerId: '' }) }
  expect(pinFor([bank], unopened)).toEqual([])
})
