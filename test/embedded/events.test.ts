import { createHash } from 'node:crypto'
import { checkpointers } from '@hyperledger/fabric-gateway'
import type { ChaincodeEvent } from '@hyperledger/fabric-gateway'
import { common, peer } from '@hyperledger/fabric-protos'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHAINCODE, CHANNEL, ProbeNetwork, take, text } from './probe-network.ts'
import type { ProbeClient } from './probe-network.ts'
import { defined } from './transaction-editing.ts'

const network = new ProbeNetwork()
let bank: ProbeClient
beforeAll(async () => {
  await network.start()
  bank = network.connect('bank')
})
afterAll(async () => {
  await network.dispose()
})

async function announce(payload: string): Promise<string> {
  const commit = await bank.contract.submitAsync('Announce', {
    arguments: [`key ${payload}`, 'said', payload],
  })
  expect((await commit.getStatus()).successful).toBe(true)
  return commit.getTransactionId()
}

function payloads(events: readonly ChaincodeEvent[]): string[] {
  return events.map(({ payload }) => text(payload))
}

describe('chaincode events', () => {
  test('come as they are committed, with block and transaction', async () => {
    const events = await bank.network.getChaincodeEvents(CHAINCODE)
    const taking = take(events, 1)
    const heard = new AbortController()
    void taking.then(() => heard.abort())
    // Without a start block only what follows is sent, so say it until it is heard.
    while (!heard.signal.aborted) await announce('now')
    const [event] = await taking
    expect(event).toMatchObject({ chaincodeName: CHAINCODE, eventName: 'said' })
    expect(defined(event).blockNumber).toBeLessThan(network.ledger.height())
  })

  test('are replayed from a start block and after a transaction', async () => {
    const startBlock = network.ledger.height()
    const ids = [await announce('a'), await announce('b'), await announce('c')]
    const all = await take(await bank.network.getChaincodeEvents(CHAINCODE, { startBlock }), 3)
    expect(payloads(all)).toEqual(['a', 'b', 'c'])
    expect(all.map(({ transactionId }) => transactionId)).toEqual(ids)

    const checkpoint = checkpointers.inMemory()
    await checkpoint.checkpointChaincodeEvent(defined(all[0]))
    const rest = await bank.network.getChaincodeEvents(CHAINCODE, { checkpoint })
    expect(payloads(await take(rest, 2))).toEqual(['b', 'c'])
  })

  test('of one block are sent after the checkpointed transaction only', async () => {
    const startBlock = network.ledger.height()
    const transactions = []
    for (const payload of ['p', 'q', 'r']) {
      const options = { arguments: [`one block ${payload}`, 'said', payload] }
      transactions.push(await bank.contract.newProposal('Announce', options).endorse())
    }
    await Promise.all(transactions.map(async (transaction) => await transaction.submit()))
    const stream = await bank.network.getChaincodeEvents(CHAINCODE, { startBlock })
    const all = await take(stream, 3)
    const checkpoint = checkpointers.inMemory()
    await checkpoint.checkpointChaincodeEvent(defined(all[1]))
    const rest = await bank.network.getChaincodeEvents(CHAINCODE, { checkpoint })
    expect(payloads(await take(rest, 1))).toEqual([text(defined(all[2]).payload)])
  })

  test('of another chaincode and of invalid transactions are not sent', async () => {
    const startBlock = network.ledger.height()
    const options = { arguments: ['contended', 'said', 'first'] }
    const first = await bank.contract.newProposal('Announce', options).endorse()
    const late = await bank.contract
      .newProposal('Announce', { arguments: ['contended', 'said', 'never'] })
      .endorse()
    await (await first.submit()).getStatus()
    const status = await (await late.submit()).getStatus()
    expect(status.code).toBe(peer.TxValidationCode.MVCC_READ_CONFLICT)
    await announce('last')
    const stream = await bank.network.getChaincodeEvents(CHAINCODE, { startBlock })
    expect(payloads(await take(stream, 2))).toEqual(['first', 'last'])
    const other = await bank.network.getChaincodeEvents('other', { startBlock: 0n })
    const nothing = other[Symbol.asyncIterator]().next()
    const outcome = await Promise.race([nothing, announce('after').then(() => 'nothing')])
    expect(outcome).toBe('nothing')
    other.close()
    await expect(nothing).rejects.toMatchObject({ code: 1 })
  })
})

describe('blocks', () => {
  test('hang together by their hashes from the genesis block on', async () => {
    await announce('chained')
    const count = Number(network.ledger.height())
    const blocks = await take(await bank.network.getBlockEvents({ startBlock: 0n }), count)
    let previousHash: Buffer = Buffer.alloc(0)
    for (const [number, block] of blocks.entries()) {
      const header = defined(block.getHeader())
      const data = createHash('sha256')
      for (const envelope of defined(block.getData()).getDataList_asU8()) data.update(envelope)
      expect(header.getNumber()).toBe(number)
      expect(text(header.getDataHash_asU8())).toBe(text(data.digest()))
      expect(text(header.getPreviousHash_asU8())).toBe(text(previousHash))
      previousHash = headerHash(header)
    }
  })

  test('the genesis block is a configuration that names the channel', async () => {
    const [genesis] = await take(await bank.network.getBlockEvents({ startBlock: 0n }), 1)
    const envelope = defined(defined(genesis).getData()).getDataList_asU8()[0]
    const payload = common.Payload.deserializeBinary(
      common.Envelope.deserializeBinary(defined(envelope)).getPayload_asU8(),
    )
    const header = common.ChannelHeader.deserializeBinary(
      defined(payload.getHeader()).getChannelHeader_asU8(),
    )
    expect(header.getType()).toBe(common.HeaderType.CONFIG)
    expect(header.getChannelId()).toBe(CHANNEL)
    const group = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8())
      .getConfig()
      ?.getChannelGroup()
    expect(JSON.stringify(group?.toObject())).toContain('airline')
  })

  test('carry the validation codes, in full and filtered form alike', async () => {
    const startBlock = network.ledger.height()
    const proposal = bank.contract.newProposal('Announce', {
      arguments: ['alone', 'said', 'alone'],
      endorsingOrganizations: ['mall'],
    })
    const commit = await (await proposal.endorse()).submit()
    await commit.getStatus()
    await announce('both')
    const full = await take(await bank.network.getBlockEvents({ startBlock }), 2)
    const index = common.BlockMetadataIndex.TRANSACTIONS_FILTER
    const codes = full.map((block) => [
      ...defined(defined(block.getMetadata()).getMetadataList_asU8()[index]),
    ])
    expect(codes).toEqual([[peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE], [0]])

    const filtered = await take(await bank.network.getFilteredBlockEvents({ startBlock }), 2)
    expect(filtered.map((block) => block.getNumber())).toEqual([
      Number(startBlock),
      Number(startBlock) + 1,
    ])
    expect(filtered.map((block) => block.getChannelId())).toEqual([CHANNEL, CHANNEL])
    const transactions = filtered.flatMap((block) => block.getFilteredTransactionsList())
    expect(transactions.map((transaction) => transaction.getTxValidationCode())).toEqual([10, 0])
    const event = transactions[1]?.getTransactionActions()?.getChaincodeActionsList()[0]
    expect(event?.getChaincodeEvent()?.getEventName()).toBe('said')
    expect(event?.getChaincodeEvent()?.getPayload_asU8()).toHaveLength(0)
  })

  test('are awaited when the start block is still to come', async () => {
    const startBlock = network.ledger.height()
    const taking = take(await bank.network.getBlockEvents({ startBlock }), 1)
    await announce('to come')
    const [block] = await taking
    expect(block?.getHeader()?.getNumber()).toBe(Number(startBlock))
  })

  test('with private data are not pretended', async () => {
    const stream = await bank.network.getBlockAndPrivateDataEvents({ startBlock: 0n })
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 12 })
  })
})

/** Fabric's header hash, computed apart from the code under test. */
function headerHash(header: common.BlockHeader): Buffer {
  const body = Buffer.concat([
    Buffer.from([0x02, 0x01, header.getNumber()]),
    octets(header.getPreviousHash_asU8()),
    octets(header.getDataHash_asU8()),
  ])
  return createHash('sha256')
    .update(Buffer.from([0x30, body.length]))
    .update(body)
    .digest()
}

function octets(bytes: Uint8Array): Buffer {
  return Buffer.from([0x04, bytes.length, ...bytes])
}
