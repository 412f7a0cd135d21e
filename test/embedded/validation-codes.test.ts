import { createPrivateKey } from 'node:crypto'
import { ledger, msp, peer } from '@hyperledger/fabric-protos'
import type { Transaction } from '@hyperledger/fabric-gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signLowS } from '../../network/embedded/signing.ts'
import { ProbeNetwork, take, text } from './probe-network.ts'
import type { ProbeClient } from './probe-network.ts'
import { defined, editTransaction, resign } from './transaction-editing.ts'

const { TxValidationCode } = peer
// Long enough for what is submitted in one go to come into one block.
const network = new ProbeNetwork()
let bank: ProbeClient

beforeAll(async () => {
  await network.start({ cutting: { maxTransactions: 2, maxBytes: 1 << 20, timeoutMs: 200 } })
})
beforeEach(() => {
  bank = network.connect('bank')
})
afterAll(async () => {
  await network.dispose()
})

async function endorse(
  name: string,
  args: string[],
  endorsingOrganizations?: string[],
): Promise<Transaction> {
  const options = endorsingOrganizations ? { endorsingOrganizations } : {}
  return await bank.contract.newProposal(name, { arguments: args, ...options }).endorse()
}

async function codeOf(transaction: Transaction): Promise<number> {
  const commit = await transaction.submit()
  return (await commit.getStatus()).code
}

/** Submits at once, so that all come into one block, and gives their codes in its order. */
async function codesInOneBlock(transactions: Transaction[]): Promise<number[]> {
  const height = network.ledger.height()
  for (const transaction of transactions) await transaction.submit()
  const blocks = await bank.network.getFilteredBlockEvents({ startBlock: height })
  const [block] = await take(blocks, 1)
  return defined(block)
    .getFilteredTransactionsList()
    .map((transaction) => transaction.getTxValidationCode())
}

function clientKey(): string {
  return network.ledger.identity('bank', 'client').privateKey
}

async function get(key: string): Promise<string> {
  return text(await bank.contract.evaluateTransaction('Get', key))
}

describe('MVCC_READ_CONFLICT', () => {
  test('when a key that was read has been written since', async () => {
    const first = await endorse('Append', ['mvcc', '1'])
    const second = await endorse('Append', ['mvcc', '2'])
    expect(await codeOf(first)).toBe(TxValidationCode.VALID)
    expect(await codeOf(second)).toBe(TxValidationCode.MVCC_READ_CONFLICT)
    expect(await get('mvcc')).toBe('1')
  })

  test('when it was written earlier in the same block', async () => {
    const first = await endorse('Append', ['block', '1'])
    const second = await endorse('Append', ['block', '2'])
    expect(await codesInOneBlock([first, second])).toEqual([
      TxValidationCode.VALID,
      TxValidationCode.MVCC_READ_CONFLICT,
    ])
    expect(await get('block')).toBe('1')
  })

  test('when it was deleted and written again with the same value', async () => {
    await bank.contract.submitTransaction('Put', 'again', 'x')
    const late = await endorse('Append', ['again', '2'])
    await bank.contract.submitTransaction('Delete', 'again')
    await bank.contract.submitTransaction('Put', 'again', 'x')
    expect(await codeOf(late)).toBe(TxValidationCode.MVCC_READ_CONFLICT)
  })

  test('not for a write that is invalid itself', async () => {
    const refused = await endorse('Put', ['refused', '1'], ['mall'])
    const reader = await endorse('Append', ['refused', '2'])
    expect(await codesInOneBlock([refused, reader])).toEqual([
      TxValidationCode.ENDORSEMENT_POLICY_FAILURE,
      TxValidationCode.VALID,
    ])
  })

  test('never for blind writes; the later one stays', async () => {
    const first = await endorse('Put', ['blind', '1'])
    const second = await endorse('Put', ['blind', '2'])
    expect(await codesInOneBlock([first, second])).toEqual([0, 0])
    expect(await get('blind')).toBe('2')
  })
})

describe('PHANTOM_READ_CONFLICT', () => {
  test('when a key has come into the range', async () => {
    const count = await endorse('Count', ['ph-a', 'ph-b', 'ph-count'])
    await bank.contract.submitTransaction('Put', 'ph-a1', 'x')
    expect(await codeOf(count)).toBe(TxValidationCode.PHANTOM_READ_CONFLICT)
  })

  test('when a key of the range has been changed or deleted', async () => {
    for (const change of [
      ['Put', 'ph-c1', 'y'],
      ['Delete', 'ph-c1'],
    ] as const) {
      await bank.contract.submitTransaction('Put', 'ph-c1', 'x')
      const count = await endorse('Count', ['ph-c', 'ph-d', 'ph-count'])
      const [method, ...rest] = change
      await bank.contract.submitTransaction(method, ...rest)
      expect(await codeOf(count)).toBe(TxValidationCode.PHANTOM_READ_CONFLICT)
    }
  })

  test('when an earlier transaction of the block writes into the range', async () => {
    const put = await endorse('Put', ['ph-e1', 'x'])
    const count = await endorse('Count', ['ph-e', 'ph-f', 'ph-count'])
    expect(await codesInOneBlock([put, count])).toEqual([
      TxValidationCode.VALID,
      TxValidationCode.PHANTOM_READ_CONFLICT,
    ])
  })

  test('not when the change is outside of the range or removes nothing', async () => {
    const put = await endorse('Put', ['ph-h', 'x'])
    const count = await endorse('Count', ['ph-g', 'ph-h', 'ph-count'])
    expect(await codesInOneBlock([put, count])).toEqual([0, 0])
    const remove = await endorse('Delete', ['ph-g1'])
    const again = await endorse('Count', ['ph-g', 'ph-h', 'ph-count'])
    expect(await codesInOneBlock([remove, again])).toEqual([0, 0])
  })

  test('only as far as the peer has read ahead, which is one page and a key', async () => {
    await bank.contract.submitTransaction('Load', 'ahead', '0', '300')
    const beyond = await endorse('First', ['ahead-', 'ahead.', 'ahead first'])
    await bank.contract.submitTransaction('Put', 'ahead-999', 'x')
    expect(await codeOf(beyond)).toBe(TxValidationCode.VALID)
    const within = await endorse('First', ['ahead-', 'ahead.', 'ahead first'])
    await bank.contract.submitTransaction('Put', 'ahead-100x', 'x')
    expect(await codeOf(within)).toBe(TxValidationCode.PHANTOM_READ_CONFLICT)
  })
})

describe('DUPLICATE_TXID', () => {
  test('for an envelope that is submitted again; its first status stays', async () => {
    const transaction = await endorse('Put', ['twice', '1'])
    const commit = await transaction.submit()
    const first = await commit.getStatus()
    expect(await codesInOneBlock([transaction])).toEqual([TxValidationCode.DUPLICATE_TXID])
    const again = await commit.getStatus()
    expect(again).toMatchObject({ code: 0, blockNumber: first.blockNumber })
  })

  test('within one block', async () => {
    const transaction = await endorse('Append', ['twice in a block', '1'])
    expect(await codesInOneBlock([transaction, transaction])).toEqual([
      TxValidationCode.VALID,
      TxValidationCode.DUPLICATE_TXID,
    ])
    expect(await get('twice in a block')).toBe('1')
  })

  test('an id that was invalid is used up too, and no peer endorses it again', async () => {
    const proposal = bank.contract.newProposal('Put', {
      arguments: ['used', '1'],
      endorsingOrganizations: ['mall'],
    })
    const transaction = await proposal.endorse()
    expect(await codeOf(transaction)).toBe(TxValidationCode.ENDORSEMENT_POLICY_FAILURE)
    expect(await codesInOneBlock([transaction])).toEqual([TxValidationCode.DUPLICATE_TXID])
    await expect(proposal.endorse()).rejects.toMatchObject({
      details: [{ message: expect.stringContaining('duplicate transaction found') as string }],
    })
  })
})

describe('ENDORSEMENT_POLICY_FAILURE', () => {
  test('when one organisation alone endorses, be it its own', async () => {
    for (const organisation of ['bank', 'mall']) {
      const transaction = await endorse('Put', ['alone', '1'], [organisation])
      expect(await codeOf(transaction)).toBe(TxValidationCode.ENDORSEMENT_POLICY_FAILURE)
    }
    expect(await get('alone')).toBe('')
  })

  test('not when any two do', async () => {
    const transaction = await endorse('Put', ['two', '1'], ['mall', 'airline'])
    expect(await codeOf(transaction)).toBe(TxValidationCode.VALID)
  })

  test('when the same organisation endorses twice', async () => {
    const transaction = await endorse('Put', ['same', '1'], ['bank'])
    const edited = editTransaction(transaction, ({ endorsed }) => {
      endorsed.addEndorsements(defined(endorsed.getEndorsementsList()[0]))
    })
    const resigned = resign(bank, edited, clientKey())
    expect(await codeOf(resigned)).toBe(TxValidationCode.ENDORSEMENT_POLICY_FAILURE)
  })

  test('when a write is changed after the endorsement', async () => {
    const transaction = await endorse('Put', ['tampered', '1'])
    const edited = editTransaction(transaction, ({ chaincodeAction }) => {
      chaincodeAction.setResults(withValue(chaincodeAction.getResults_asU8(), '1000000'))
    })
    const resigned = resign(bank, edited, clientKey())
    expect(await codeOf(resigned)).toBe(TxValidationCode.ENDORSEMENT_POLICY_FAILURE)
    expect(await get('tampered')).toBe('')
  })

  test('when clients sign as if they were peers', async () => {
    const transaction = await endorse('Put', ['client', '1'])
    const edited = editTransaction(transaction, ({ endorsed }) => {
      const payload = endorsed.getProposalResponsePayload_asU8()
      const forged = ['bank', 'mall'].map((mspId) => clientEndorsement(mspId, payload))
      endorsed.setEndorsementsList(forged)
    })
    const resigned = resign(bank, edited, clientKey())
    expect(await codeOf(resigned)).toBe(TxValidationCode.ENDORSEMENT_POLICY_FAILURE)
  })
})

describe('malformed transactions', () => {
  test('BAD_PROPOSAL_TXID when the id is not the hash of nonce and creator', async () => {
    const transaction = await endorse('Put', ['txid', '1'])
    const invented = 'ab'.repeat(32)
    const edited = editTransaction(transaction, ({ channelHeader }) => {
      channelHeader.setTxId(invented)
    })
    expect(await codesInOneBlock([resign(bank, edited, clientKey())])).toEqual([
      TxValidationCode.BAD_PROPOSAL_TXID,
    ])
  })

  test('INVALID_ENDORSER_TRANSACTION when the header is not the endorsed one', async () => {
    const transaction = await endorse('Put', ['header', '1'])
    const edited = editTransaction(transaction, ({ channelHeader }) => {
      channelHeader.setVersion(7)
    })
    const resigned = resign(bank, edited, clientKey())
    expect(await codeOf(resigned)).toBe(TxValidationCode.INVALID_ENDORSER_TRANSACTION)
  })

  test('BAD_RWSET when it has parts that the embedded ledger does not apply', async () => {
    const transaction = await endorse('Put', ['rwset', '1'])
    const edited = editTransaction(transaction, ({ chaincodeAction }) => {
      const set = ledger.rwset.TxReadWriteSet.deserializeBinary(chaincodeAction.getResults_asU8())
      defined(set.getNsRwsetList()[0]).addCollectionHashedRwset().setCollectionName('secrets')
      chaincodeAction.setResults(set.serializeBinary())
    })
    expect(await codeOf(resign(bank, edited, clientKey()))).toBe(TxValidationCode.BAD_RWSET)
  })

  test('INVALID_CHAINCODE when it writes for a chaincode that is not there', async () => {
    const transaction = await endorse('Put', ['namespace', '1'])
    const edited = editTransaction(transaction, ({ chaincodeAction }) => {
      const set = ledger.rwset.TxReadWriteSet.deserializeBinary(chaincodeAction.getResults_asU8())
      defined(set.getNsRwsetList()[0]).setNamespace('elsewhere')
      chaincodeAction.setResults(set.serializeBinary())
    })
    expect(await codeOf(resign(bank, edited, clientKey()))).toBe(TxValidationCode.INVALID_CHAINCODE)
  })

  test('INVALID_OTHER_REASON when the event claims another chaincode', async () => {
    const transaction = await endorse('Announce', ['event', 'name', 'payload'])
    const edited = editTransaction(transaction, ({ chaincodeAction }) => {
      const event = peer.ChaincodeEvent.deserializeBinary(chaincodeAction.getEvents_asU8())
      event.setChaincodeId('elsewhere')
      chaincodeAction.setEvents(event.serializeBinary())
    })
    const code = await codeOf(resign(bank, edited, clientKey()))
    expect(code).toBe(TxValidationCode.INVALID_OTHER_REASON)
  })
})

function withValue(results: Uint8Array, value: string): Uint8Array {
  const set = ledger.rwset.TxReadWriteSet.deserializeBinary(results)
  const namespace = defined(set.getNsRwsetList()[0])
  const keyValues = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(namespace.getRwset_asU8())
  defined(keyValues.getWritesList()[0]).setValue(Buffer.from(value))
  namespace.setRwset(keyValues.serializeBinary())
  return set.serializeBinary()
}

function clientEndorsement(mspId: string, payload: Uint8Array): peer.Endorsement {
  const { certificate, privateKey } = network.ledger.identity(mspId, 'client')
  const identity = new msp.SerializedIdentity()
  identity.setMspid(mspId)
  identity.setIdBytes(Buffer.from(certificate))
  const endorser = identity.serializeBinary()
  const endorsement = new peer.Endorsement()
  endorsement.setEndorser(endorser)
  endorsement.setSignature(signLowS(createPrivateKey(privateKey), payload, endorser))
  return endorsement
}
