import { EndorseError, GatewayError } from '@hyperledger/fabric-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHANNEL, ORGANISATIONS, ProbeNetwork, text } from './probe-network.ts'

const network = new ProbeNetwork()
beforeAll(async () => {
  await network.start()
})
afterAll(async () => {
  await network.dispose()
})

describe.each(ORGANISATIONS)('the unmodified client as %s', (organisation) => {
  test.each(['client', 'admin'] as const)('evaluates and submits as its %s', async (user) => {
    const { contract } = network.connect(organisation, user)
    const key = `${organisation}-${user}`
    await contract.submitTransaction('Put', key, 'kept')
    expect(text(await contract.evaluateTransaction('Get', key))).toBe('kept')
  })

  test('is known to the contract by its own certificate', async () => {
    const { contract } = network.connect(organisation)
    const proposal = contract.newProposal('Whoami', { transientData: { secret: 's3cret' } })
    const seen: unknown = JSON.parse(text(await proposal.evaluate()))
    expect(seen).toMatchObject({
      mspId: organisation,
      peer: organisation,
      id: `x509::/CN=client.${organisation}/OU=client/O=${organisation}::/CN=ca.${organisation}/O=${organisation}`,
      channel: CHANNEL,
      txId: proposal.getTransactionId(),
      transient: 's3cret',
    })
  })
})

test('a commit status names the block, and the transaction is in it', async () => {
  const { contract, network: channel } = network.connect('bank')
  const commit = await contract.submitAsync('Put', { arguments: ['status', 'x'] })
  const status = await commit.getStatus()
  expect(status).toMatchObject({ successful: true, code: 0 })
  expect(status.blockNumber).toBe(network.ledger.height() - 1n)
  const blocks = await channel.getFilteredBlockEvents({ startBlock: status.blockNumber })
  for await (const block of blocks) {
    expect(block.getFilteredTransactionsList()[0]?.getTxid()).toBe(status.transactionId)
    break
  }
  blocks.close()
})

test('a contract does not read its own writes', async () => {
  const { contract } = network.connect('mall')
  await contract.submitTransaction('Put', 'own', 'a')
  const seen: unknown = JSON.parse(text(await contract.submitTransaction('Append', 'own', 'b')))
  expect(seen).toEqual({ before: 'a', after: 'a' })
  expect(text(await contract.evaluateTransaction('Get', 'own'))).toBe('ab')
})

test('an evaluation changes nothing', async () => {
  const { contract } = network.connect('mall')
  const height = network.ledger.height()
  await contract.evaluateTransaction('Put', 'evaluated', 'x')
  expect(text(await contract.evaluateTransaction('Get', 'evaluated'))).toBe('')
  expect(network.ledger.height()).toBe(height)
})

test('a deleted key and a key set to nothing are absent', async () => {
  const { contract } = network.connect('bank')
  for (const [method, ...rest] of [['Delete'], ['Put', '']] as const) {
    await contract.submitTransaction('Put', 'gone', 'x')
    await contract.submitTransaction(method, 'gone', ...rest)
    expect(text(await contract.evaluateTransaction('Get', 'gone'))).toBe('')
    expect(text(await contract.evaluateTransaction('Count', 'gone', 'gonf', ''))).toBe('[]')
  }
})

test('ranges come in the order of UTF-8 bytes, and composite keys are not among simple ones', async () => {
  const { contract } = network.connect('bank')
  const keys = ['r1', 'r10', 'r2', 'r\u{ff01}', 'r\u{1f600}']
  for (const key of keys) await contract.submitTransaction('Put', key, 'x')
  await contract.submitTransaction('PutComposite', 'credit', '["alice","tx2"]')
  await contract.submitTransaction('PutComposite', 'credit', '["alice","tx1"]')
  await contract.submitTransaction('PutComposite', 'credit', '["alicia","tx1"]')
  const evaluate = async (name: string, ...args: string[]): Promise<unknown> =>
    JSON.parse(text(await contract.evaluateTransaction(name, ...args)))
  expect(await evaluate('Count', 'r', 's', '')).toEqual(keys)
  expect(await evaluate('Count', 'r1', 'r2', '')).toEqual(['r1', 'r10'])
  expect(await evaluate('ListComposite', 'credit', '["alice"]')).toEqual([
    ['alice', 'tx1'],
    ['alice', 'tx2'],
  ])
  const all = await evaluate('Count', '', '', '')
  expect(all).toEqual(expect.arrayContaining(keys))
  expect(JSON.stringify(all)).not.toContain('alice')
})

test('a range longer than a page is read whole', async () => {
  const { contract } = network.connect('bank')
  await contract.submitTransaction('Load', 'page', '0', '250')
  const found = JSON.parse(
    text(await contract.evaluateTransaction('Count', 'page-', 'page.', '')),
  ) as string[]
  expect(found).toHaveLength(250)
  expect(new Set(found).size).toBe(250)
})

test("a contract's error reaches the client as the real gateway words it", async () => {
  const { contract } = network.connect('airline')
  const submission = await contract
    .submitTransaction('Fail', 'NO_FUNDS {}')
    .catch((e: unknown) => e)
  expect(submission).toBeInstanceOf(EndorseError)
  expect(submission).toMatchObject({
    code: 10,
    details: [
      {
        address: network.ledger.address,
        mspId: 'airline',
        message: 'chaincode response 500, NO_FUNDS {}',
      },
    ],
  })
  const evaluation = await contract
    .evaluateTransaction('Fail', 'NO_FUNDS {}')
    .catch((e: unknown) => e)
  expect(evaluation).toBeInstanceOf(GatewayError)
  expect(evaluation).toMatchObject({
    code: 2,
    message:
      '2 UNKNOWN: evaluate call to endorser returned error: chaincode response 500, NO_FUNDS {}',
  })
})

test('an unknown function, chaincode, channel or endorser is refused', async () => {
  const { contract, network: channel, gateway } = network.connect('bank')
  await expect(contract.evaluateTransaction('Nothing')).rejects.toThrow('does not exist: Nothing')
  const nowhere = channel.getContract('nothing')
  await expect(nowhere.evaluateTransaction('Get', 'a')).rejects.toMatchObject({ code: 9 })
  const elsewhere = gateway.getNetwork('other').getContract('probe')
  await expect(elsewhere.submitTransaction('Put', 'a', 'b')).rejects.toMatchObject({ code: 9 })
  const proposal = contract.newProposal('Put', {
    arguments: ['a', 'b'],
    endorsingOrganizations: ['nobody'],
  })
  await expect(proposal.endorse()).rejects.toMatchObject({ code: 14 })
})

test('a contract that answers differently on each peer is refused', async () => {
  const { contract } = network.connect('bank')
  await expect(contract.submitTransaction('Differ')).rejects.toMatchObject({
    code: 10,
    details: [{ mspId: 'mall', message: 'ProposalResponsePayloads do not match' }],
  })
})

test.each([
  ['getPrivateData', 'private data'],
  ['putPrivateData', 'private data'],
  ['getQueryResult', 'a rich query'],
  ['getHistoryForKey', 'key history'],
  ['setStateValidationParameter', 'key-level endorsement'],
  ['getStateByRangeWithPagination', 'a paginated query'],
  ['invokeChaincode', 'calling another chaincode'],
])('%s says that it is not supported', async (call, feature) => {
  const { contract } = network.connect('bank')
  await expect(contract.evaluateTransaction('Unsupported', call)).rejects.toThrow(
    `${feature} is not supported by the embedded ledger`,
  )
})

test('a transaction with thousands of keys and a large event goes through', async () => {
  const { contract } = network.connect('bank')
  for (const round of [0, 1]) {
    const commit = await contract.submitAsync('Load', { arguments: ['load', '6000', '5000'] })
    const status = await commit.getStatus()
    expect({ round, code: status.code }).toEqual({ round, code: 0 })
  }
})
