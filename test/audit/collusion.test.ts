import '../support/quiet-shim.ts'
import type { Context } from 'fabric-contract-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditBooks } from '../../audit/books-audit.ts'
import { ChainAudit } from '../../audit/chain-audit.ts'
import type { Finding } from '../../audit/finding.ts'
import { LedgerContract } from '../../chaincode/index.ts'
import type { SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { CHAINCODE_NAME, commandKey, holdingKey, organisationOf } from '../../ledger/index.ts'
import { ProbeNetwork } from '../embedded/probe-network.ts'
import { ANN, BOB, stockedLedger, transfer } from '../support/opened-ledger.ts'
import { accountOf, CHANNEL, STAR } from '../support/world.ts'

type Cheat = (stub: Context['stub'], paid: SignedCommand) => unknown

let cheat: Cheat | undefined
let paid: SignedCommand

/** What all organisations run when they cheat together: the rules, and something besides. */
class CheatingContract extends LedgerContract {
  override async Submit(context: Context, requestJson: string): Promise<string> {
    const answer = await super.Submit(context, requestJson)
    const other = await cheat?.(context.stub, paid)
    return typeof other === 'string' ? other : answer
  }
}

const network = new ProbeNetwork()

beforeAll(async () => {
  const { submitted } = await stockedLedger()
  await network.start({
    channel: CHANNEL,
    chaincodes: [{ name: CHAINCODE_NAME, contracts: [CheatingContract] }],
  })
  let last = 0
  for (const command of submitted as SignedCommand[]) last = await submit(command)
  const { audit } = await auditUpTo(last)
  const prefix = `credit/${accountOf(ANN)}/${STAR}/`
  const transactions = [...audit.records()].flatMap(([name]) =>
    name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
  )
  // From here on what she has lies in the base.
  const fold = [{ account: accountOf(ANN), asset: STAR, transactions, complete: true }]
  await submit(transfer(STAR, ANN, BOB, '1'), fold)
})

afterAll(async () => {
  await network.dispose()
})

/** Goes past all gateways, with the organisation's own identity. Returns the block's number. */
async function submit(command: SignedCommand, fold: SubmitRequest['fold'] = []): Promise<number> {
  const { gateway } = network.connect(organisationOf(command.command.actor), 'admin')
  const contract = gateway.getNetwork(CHANNEL).getContract(CHAINCODE_NAME)
  const request = JSON.stringify({ lane: 0, fold, commands: [command] })
  const submitted = await contract.submitAsync('Submit', { arguments: [request] })
  const { successful, blockNumber } = await submitted.getStatus()
  expect(successful).toBe(true)
  return Number(blockNumber)
}

/** What an auditor finds in the blocks up to one, and in the books that they come to. */
async function auditUpTo(
  last: number,
): Promise<{ blocks: Finding[]; books: Finding[]; audit: ChainAudit }> {
  const { gateway } = network.connect('airline')
  const blocks = await gateway.getNetwork(CHANNEL).getBlockEvents({ startBlock: 0n })
  const audit = new ChainAudit(CHAINCODE_NAME)
  const found: Finding[] = []
  for await (const block of blocks) {
    found.push(...(await audit.take(block)))
    if (audit.counts.blocks > last) break
  }
  blocks.close()
  return { blocks: found, books: auditBooks(audit), audit }
}

const HOARD = JSON.stringify([['1000000', '2027-11-30']])
const holdingOf = (member: string): string => holdingKey(accountOf(member), STAR).name

describe('what all organisations endorse together against the rules', () => {
  test('is nothing as long as they keep to them', async () => {
    paid = transfer(STAR, ANN, BOB, '1')
    const { blocks, books, audit } = await auditUpTo(await submit(paid))
    expect([blocks, books]).toEqual([[], []])
    expect(audit.counts.entries).toBeGreaterThan(5)
  })

  test.each<[string, Cheat, RegExp]>([
    [
      'a transaction that reads more than it has to',
      async (stub) => await stub.getState('holding/nobody/nothing'),
      /recorded as read and was not/,
    ],
    [
      'entries that are not published',
      (stub) => stub.setEvent('entries', Buffer.from('{"cycles":[],"v":1}')),
      /its entries are not what the rules make/,
    ],
    ['another answer', () => '{"outcomes":[],"writes":5}', /its answer is not what the rules give/],
    [
      'a command that leaves no record',
      async (stub, { command }) => {
        await stub.deleteState(commandKey(command.actor, command.id).name)
      },
      /^command\/.* is not written as the rules write it/,
    ],
    [
      'points out of nothing',
      async (stub) => await stub.putState(holdingOf(BOB), Buffer.from(HOARD)),
      /^holding\/bank.* is written, and not by the rules/,
    ],
    [
      'a payer who keeps what he pays',
      async (stub) => await stub.putState(holdingOf(ANN), Buffer.from(HOARD)),
      /^holding\/mall.* is not written as the rules write it/,
    ],
  ])('%s is found where it is', async (_what, cheating, what) => {
    paid = transfer(STAR, ANN, BOB, '1')
    cheat = cheating
    const number = await submit(paid).finally(() => (cheat = undefined))
    const { blocks, books } = await auditUpTo(number)
    const where = `block ${String(number)}, transaction 0`
    expect(blocks.filter((finding) => finding.where === where)).toEqual([
      { where, what: expect.stringMatching(what) as string },
    ])
    const isMint = what.source.startsWith('^holding')
    expect(books.some((finding) => finding.where.startsWith('holding '))).toBe(isMint)
  })
})
