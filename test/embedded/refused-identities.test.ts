import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { common, gateway, peer } from '@hyperledger/fabric-protos'
import { hash } from '@hyperledger/fabric-gateway'
import type { Proposal } from '@hyperledger/fabric-gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signLowS } from '../../network/embedded/signing.ts'
import { CHANNEL, ProbeNetwork } from './probe-network.ts'
import type { ProbeClient } from './probe-network.ts'
import { defined, editTransaction, resign } from './transaction-editing.ts'

const network = new ProbeNetwork()
const stranger = new ProbeNetwork()
let bank: ProbeClient

beforeAll(async () => {
  await network.start()
  await stranger.start()
})
beforeEach(() => {
  bank = network.connect('bank')
})
afterAll(async () => {
  await network.dispose()
  await stranger.dispose()
})

const ACCESS_DENIED = expect.stringContaining('access denied: channel [points]') as string
const noOne = { hash: hash.none, signer: async () => Buffer.alloc(70, 1) }

function newPut(client: ProbeClient): Proposal {
  return client.contract.newProposal('Put', { arguments: ['refused', '1'] })
}

/** How endorsement and evaluation are refused, or what they gave. */
async function refusalsOf(client: ProbeClient): Promise<unknown[]> {
  const attempts = [newPut(client).endorse(), newPut(client).evaluate()]
  return (await Promise.allSettled<unknown>(attempts)).map((outcome) =>
    outcome.status === 'rejected' ? (outcome.reason as unknown) : outcome.value,
  )
}

const REFUSED = [
  { code: 10, details: [{ message: ACCESS_DENIED }] },
  { code: 9, message: ACCESS_DENIED },
]

describe('a proposal is refused', () => {
  test('when the signature is wrong', async () => {
    expect(await refusalsOf(network.connect('bank', 'client', noOne))).toMatchObject(REFUSED)
  })

  test("when the signature is another member's", async () => {
    const key = createPrivateKey(network.ledger.identity('mall', 'client').privateKey)
    const signer = async (message: Uint8Array) => signLowS(key, message)
    expect(
      await refusalsOf(network.connect('bank', 'client', { hash: hash.none, signer })),
    ).toMatchObject(REFUSED)
  })

  test('when the certificate is of another CA, even one of the same name', async () => {
    const { certificate, privateKey } = stranger.ledger.identity('bank', 'client')
    const key = createPrivateKey(privateKey)
    const foreign = network.connect('bank', 'client', {
      identity: { mspId: 'bank', credentials: Buffer.from(certificate) },
      hash: hash.none,
      signer: async (message) => signLowS(key, message),
    })
    expect(await refusalsOf(foreign)).toMatchObject(REFUSED)
  })

  test("when a member's certificate claims another organisation", async () => {
    const { certificate } = network.ledger.identity('bank', 'client')
    const identity = { mspId: 'mall', credentials: Buffer.from(certificate) }
    expect(await refusalsOf(network.connect('bank', 'client', { identity }))).toMatchObject(REFUSED)
  })

  test('when the organisation is unknown or the certificate is no certificate', async () => {
    const { certificate } = network.ledger.identity('bank', 'client')
    const unknown = { mspId: 'nobody', credentials: Buffer.from(certificate) }
    expect(
      await refusalsOf(network.connect('bank', 'client', { identity: unknown })),
    ).toMatchObject(REFUSED)
    const garbage = { mspId: 'bank', credentials: Buffer.from('garbage') }
    expect(
      await refusalsOf(network.connect('bank', 'client', { identity: garbage })),
    ).toMatchObject(REFUSED)
  })

  test('when a peer makes it', async () => {
    const folder = join(network.dataDir, 'organisations', 'bank')
    const key = createPrivateKey(readFileSync(join(folder, 'peer.key')))
    const asPeer = network.connect('bank', 'client', {
      identity: { mspId: 'bank', credentials: readFileSync(join(folder, 'peer.crt')) },
      hash: hash.none,
      signer: async (message) => signLowS(key, message),
    })
    expect(await refusalsOf(asPeer)).toMatchObject(REFUSED)
  })

  test('when its transaction id is not the hash of nonce and creator', async () => {
    const edited = editProposal(newPut(bank), (header) => header.setTxId('ab'.repeat(32)))
    await expect(edited.endorse()).rejects.toMatchObject({
      details: [{ message: expect.stringContaining('incorrectly computed txid') as string }],
    })
  })

  test('when its time is more than two minutes away', async () => {
    for (const offsetSeconds of [-130, 130]) {
      const edited = editProposal(newPut(bank), (header) => shiftTime(header, offsetSeconds))
      await expect(edited.endorse()).rejects.toMatchObject({
        details: [{ message: expect.stringContaining('incorrect timestamp') as string }],
      })
    }
    const nearEnough = editProposal(newPut(bank), (header) => shiftTime(header, -100))
    await expect(nearEnough.endorse()).resolves.toBeDefined()
  })

  test('when it cannot be read', async () => {
    const request = new gateway.EndorseRequest()
    const proposal = new peer.SignedProposal()
    proposal.setProposalBytes(Buffer.from('garbage'))
    request.setProposedTransaction(proposal)
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    network.rawClient().endorse(request, (error) => resolve(error?.code))
    expect(await promise).toBe(3)
  })
})

describe('an envelope is refused', () => {
  test('when it is badly signed', async () => {
    const transaction = await newPut(bank).endorse()
    const badly = bank.gateway.newSignedTransaction(transaction.getBytes(), Buffer.alloc(70, 1))
    await expect(badly.submit()).rejects.toMatchObject({
      code: 10,
      message: expect.stringContaining('status=FORBIDDEN') as string,
    })
    const { privateKey } = network.ledger.identity('mall', 'client')
    const byAnother = resign(bank, transaction.getBytes(), privateKey)
    await expect(byAnother.submit()).rejects.toMatchObject({ code: 10 })
  })

  test('when its payload is changed after signing', async () => {
    const transaction = await newPut(bank).endorse()
    const signed = resign(bank, transaction.getBytes(), clientKey()).getBytes()
    const signature = defined(
      gateway.PreparedTransaction.deserializeBinary(signed).getEnvelope(),
    ).getSignature_asU8()
    const edited = editTransaction(transaction, ({ channelHeader }) => channelHeader.setVersion(7))
    const stale = bank.gateway.newSignedTransaction(edited, signature)
    await expect(stale.submit()).rejects.toMatchObject({ code: 10 })
  })

  test('when it is not signed, not an envelope, or for another channel', async () => {
    const unsigned = new common.Envelope()
    unsigned.setPayload(Buffer.from('garbage'))
    expect(await submitRaw(unsigned)).toMatchObject({ code: 3 })
    const garbage = unsigned.clone()
    garbage.setSignature(Buffer.from('garbage'))
    expect(await submitRaw(garbage)).toMatchObject({ code: 10 })
    const transaction = await newPut(bank).endorse()
    const elsewhere = editTransaction(transaction, ({ channelHeader }) => {
      channelHeader.setChannelId('elsewhere')
    })
    await expect(resign(bank, elsewhere, clientKey()).submit()).rejects.toMatchObject({
      code: 10,
      message: expect.stringContaining('status=NOT_FOUND') as string,
    })
  })
})

test('commit status, chaincode events and blocks are for members only', async () => {
  const commit = await bank.contract.submitAsync('Put', { arguments: ['status', '1'] })
  const outsider = network.connect('bank', 'client', noOne)
  const signedAgain = outsider.gateway.newSignedCommit(commit.getBytes(), Buffer.alloc(70, 1))
  await expect(signedAgain.getStatus()).rejects.toMatchObject({ code: 7 })
  const events = await outsider.network.getChaincodeEvents('probe', { startBlock: 0n })
  await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 7 })
  const blocks = await outsider.network.getBlockEvents({ startBlock: 0n })
  await expect(blocks[Symbol.asyncIterator]().next()).rejects.toThrow('403')
})

async function submitRaw(envelope: common.Envelope): Promise<unknown> {
  const request = new gateway.SubmitRequest()
  request.setChannelId(CHANNEL)
  request.setPreparedTransaction(envelope)
  const { promise, resolve } = Promise.withResolvers<unknown>()
  network.rawClient().submit(request, (error) => resolve(error))
  return await promise
}

function clientKey(): string {
  return network.ledger.identity('bank', 'client').privateKey
}

function shiftTime(header: common.ChannelHeader, offsetSeconds: number): void {
  const timestamp = header.getTimestamp()
  if (!timestamp) throw new Error('the client sets a time')
  timestamp.setSeconds(timestamp.getSeconds() + offsetSeconds)
}

/** Changes the channel header of a proposal and signs it again as the bank's client. */
function editProposal(proposal: Proposal, edit: (header: common.ChannelHeader) => void): Proposal {
  const proposed = gateway.ProposedTransaction.deserializeBinary(proposal.getBytes())
  const signed = defined(proposed.getProposal())
  const unsigned = peer.Proposal.deserializeBinary(signed.getProposalBytes_asU8())
  const header = common.Header.deserializeBinary(unsigned.getHeader_asU8())
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8())
  edit(channelHeader)
  header.setChannelHeader(channelHeader.serializeBinary())
  unsigned.setHeader(header.serializeBinary())
  const bytes = unsigned.serializeBinary()
  signed.setProposalBytes(bytes)
  const signature = signLowS(createPrivateKey(clientKey()), bytes)
  return bank.gateway.newSignedProposal(proposed.serializeBinary(), signature)
}
