import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import type { LedgerBlock } from '../../gateway/fabric/ledger-block.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { rebuild } from '../../gateway/projection/rebuild.ts'
import { trialBalance } from '../../gateway/projection/trial-balance.ts'
import type { Entry } from '../../ledger/index.ts'
import { commandKey, sumLots } from '../../ledger/index.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { openedBlocks } from '../support/blocks.ts'
import { ANN, BOB, issue, redeem, submitOne, transfer } from '../support/opened-ledger.ts'
import { accountOf, HUI, registerMember, STAR } from '../support/world.ts'

const directory = mkdtempSync(join(tmpdir(), 'projection-'))
afterAll(() => rmSync(directory, { recursive: true }))

function projected(blocks: readonly LedgerBlock[], path = ':memory:'): Projection {
  const projection = Projection.open(path)
  for (const block of blocks) projection.apply(block)
  return projection
}

async function shoppingDay(): Promise<BlockLedger> {
  const ledger = await openedBlocks()
  await submitOne(ledger, 'mall', issue(STAR, ANN, '10000'))
  ledger.cut()
  await submitOne(ledger, 'mall', transfer(STAR, ANN, BOB, '300'))
  await submitOne(ledger, 'mall', redeem(STAR, BOB, '120'))
  ledger.cut()
  return ledger
}

function lotsOf(projection: Projection, member: string): bigint {
  const held = projection.holdings.ofAccount(accountOf(member))
  return sumLots(held.find(({ asset }) => asset === STAR)?.lots ?? [])
}

describe('the chain of blocks', () => {
  test('starts at block 0 and knows its genesis block', async () => {
    const { blocks } = await openedBlocks()
    const projection = Projection.open(':memory:')
    expect(projection.checkpoint()).toBeUndefined()
    expect(() => projection.apply(blocks[1] as LedgerBlock)).toThrow(/block 1 came where 0/)
    for (const block of blocks) projection.apply(block)
    const genesisHash = blocks[0]?.hash
    expect(projection.checkpoint()).toEqual({ blockNumber: 3n, genesisHash })
  })

  test('refuses a gap, and goes on with the block that was due', async () => {
    const { blocks } = await shoppingDay()
    const projection = projected(blocks.slice(0, 4))
    expect(() => projection.apply(blocks[5] as LedgerBlock)).toThrow(/block 5 came where 4/)
    expect(projection.checkpoint()?.blockNumber).toBe(3n)
    projection.apply(blocks[4] as LedgerBlock)
    projection.apply(blocks[5] as LedgerBlock)
    expect(projection.checkpoint()?.blockNumber).toBe(5n)
  })

  test('refuses a block that does not name the hash of the one before', async () => {
    const { blocks } = await shoppingDay()
    const projection = projected(blocks.slice(0, 4))
    const stray = { ...(blocks[4] as LedgerBlock), previousHash: 'f'.repeat(64) }
    expect(() => projection.apply(stray)).toThrow(/does not follow/)
    expect(lotsOf(projection, ANN)).toBe(0n)
  })

  test('ignores a block that it has, and refuses another one of the same number', async () => {
    const { blocks } = await shoppingDay()
    const projection = projected([...blocks, ...blocks])
    expect(lotsOf(projection, ANN)).toBe(700n)
    const other = { ...(blocks[4] as LedgerBlock), hash: 'f'.repeat(64) }
    expect(() => projection.apply(other)).toThrow(/another chain/)
  })

  test('keeps nothing of a block that it cannot take in', async () => {
    const ledger = await shoppingDay()
    const projection = projected(ledger.blocks.slice(0, 4))
    const good = ledger.blocks[4] as LedgerBlock
    const [transaction] = good.transactions
    if (transaction === undefined) throw new Error('no transaction')
    const writes = [...transaction.writes, { name: 'unheard-of/1', value: '{}' }]
    const bad = { ...good, transactions: [transaction, { ...transaction, index: 1, writes }] }
    expect(() => projection.apply(bad)).toThrow(/UNIQUE|not projected/)
    expect(projection.checkpoint()?.blockNumber).toBe(3n)
    expect(projection.blocks.read(4n)).toBeUndefined()
    projection.apply(good)
    expect(lotsOf(projection, ANN)).toBe(1000n)
    expect(trialBalance(projection.books).generalEqualsDetail).toBe(true)
  })

  test('stops at a kind of key that it does not know', async () => {
    const ledger = await shoppingDay()
    const projection = projected(ledger.blocks.slice(0, 4))
    const good = ledger.blocks[4] as LedgerBlock
    const transactions = good.transactions.map((transaction) => ({
      ...transaction,
      writes: [...transaction.writes, { name: 'unheard-of/1', value: '{}' }],
    }))
    expect(() => projection.apply({ ...good, transactions })).toThrow(/not projected: unheard-of/)
  })

  test('records invalid transactions and takes nothing from them', async () => {
    const ledger = await shoppingDay()
    ledger.submitInvalid('e'.repeat(64), 'MVCC_READ_CONFLICT', 'airline')
    await submitOne(ledger, 'mall', issue(STAR, ANN, '100'))
    const block = ledger.cut()
    const stolen = { name: `holding/${accountOf(BOB)}/${STAR}`, value: '[]' }
    const [invalid, ...rest] = block.transactions
    if (invalid === undefined) throw new Error('no transaction')
    const projection = projected(ledger.blocks.slice(0, -1))
    projection.apply({ ...block, transactions: [{ ...invalid, writes: [stolen] }, ...rest] })
    const codes = projection.blocks.transactionsOf(block.number).map((row) => row.validationCode)
    expect(codes).toEqual(['MVCC_READ_CONFLICT', 'VALID'])
    expect(lotsOf(projection, BOB)).toBe(180n)
  })
})

describe('the file', () => {
  test('is gone on with after a crash, from the last block that was committed', async () => {
    const { blocks } = await shoppingDay()
    const path = join(directory, 'crash.db')
    const crashing = Projection.open(path)
    for (const [index, block] of blocks.entries()) {
      crashing.apply(block)
      if (index === 2) crashing.commit()
    }
    // What the file holds while the process is still running is what a crash leaves.
    const left = join(directory, 'left.db')
    for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${left}${suffix}`)
    crashing.close()
    const reopened = Projection.open(left)
    expect(reopened.checkpoint()?.blockNumber).toBe(2n)
    for (const block of blocks.slice(3)) reopened.apply(block)
    expect(reopened.checkpoint()?.blockNumber).toBe(5n)
    expect(lotsOf(reopened, ANN)).toBe(700n)
    expect(lotsOf(reopened, BOB)).toBe(180n)
    reopened.close()
  })

  test('keeps the blocks before one that cannot be applied', async () => {
    const { blocks } = await shoppingDay()
    const path = join(directory, 'refused.db')
    const projection = Projection.open(path)
    for (const block of blocks.slice(0, 4)) projection.apply(block)
    const bad = blocks[4] as LedgerBlock
    const transactions = bad.transactions.map((transaction) => ({
      ...transaction,
      writes: [...transaction.writes, { name: 'unheard-of/1', value: '{}' }],
    }))
    expect(() => projection.apply({ ...bad, transactions })).toThrow(/not projected/)
    for (const block of blocks.slice(4)) projection.apply(block)
    projection.close()
    const reopened = Projection.open(path)
    expect(reopened.checkpoint()?.blockNumber).toBe(5n)
    expect(lotsOf(reopened, ANN)).toBe(700n)
    reopened.close()
  })

  test('is started from block 0 again after a rebuild, damaged or not', async () => {
    const { blocks } = await shoppingDay()
    const path = join(directory, 'rebuild.db')
    projected(blocks, path).close()
    rebuild(path)
    const again = Projection.open(path)
    expect(again.checkpoint()).toBeUndefined()
    for (const block of blocks) again.apply(block)
    expect(lotsOf(again, BOB)).toBe(180n)
    again.close()
    writeFileSync(path, 'this is no database'.repeat(100))
    expect(() => Projection.open(path)).toThrow(/not a database/)
    rebuild(path)
    expect(Projection.open(path).checkpoint()).toBeUndefined()
  })

  test('of another version is dropped and made again', async () => {
    const { blocks } = await shoppingDay()
    const path = join(directory, 'version.db')
    projected(blocks, path).close()
    const other = new DatabaseSync(path)
    other.exec('DROP TABLE entries; PRAGMA user_version = 1')
    other.close()
    const again = Projection.open(path)
    expect(again.checkpoint()).toBeUndefined()
    for (const block of blocks) again.apply(block)
    expect(lotsOf(again, BOB)).toBe(180n)
    again.close()
    const kept = Projection.open(path)
    expect(kept.checkpoint()?.blockNumber).toBe(5n)
    kept.close()
  })

  test('is empty after a reset, and takes in another chain', async () => {
    const { blocks } = await shoppingDay()
    const path = join(directory, 'reset.db')
    const projection = projected(blocks, path)
    projection.reset()
    expect(projection.checkpoint()).toBeUndefined()
    expect(projection.ledger()).toBeUndefined()
    expect(projection.entries.list({}, Number.MAX_SAFE_INTEGER, 1)).toEqual([])
    expect(projection.books.detail()).toEqual([])
    projection.close()
    const other = blocks.slice(0, 5).map((block) => ({
      ...block,
      hash: `other ${block.hash}`,
      previousHash: block.number === 0n ? '' : `other ${block.previousHash}`,
    }))
    const reopened = projected(other, path)
    expect(reopened.checkpoint()).toEqual({ blockNumber: 4n, genesisHash: other[0]?.hash })
    expect(lotsOf(reopened, ANN)).toBe(1000n)
    reopened.close()
  })
})

describe('what commands left', () => {
  test('outcomes name the transaction and the block that wrote them', async () => {
    const ledger = await openedBlocks()
    const paid = issue(STAR, ANN, '10000')
    const tooMuch = transfer(STAR, ANN, BOB, '5000')
    await submitOne(ledger, 'mall', paid)
    await submitOne(ledger, 'mall', tooMuch)
    const { number, transactions } = ledger.cut()
    const projection = projected(ledger.blocks)
    const { actor, id } = paid.command
    expect(projection.outcome(actor, id)).toEqual({
      ...ledger.get(commandKey(actor, id)),
      transactionId: transactions[0]?.id,
      blockNumber: number,
    })
    expect(projection.outcome(ANN, tooMuch.command.id)).toMatchObject({
      status: 'refused',
      code: 'INSUFFICIENT_POINTS',
      transactionId: transactions[1]?.id,
    })
    expect(projection.outcome(ANN, 'never-heard-of')).toBeUndefined()
  })

  test('open credits come in order of arrival and go when a debit folds them in', async () => {
    const ledger = await openedBlocks()
    const account = accountOf(ANN)
    for (let count = 0; count < 5; count += 1) {
      await submitOne(ledger, 'mall', issue(STAR, ANN, '100'))
      if (count % 2 === 0) ledger.cut()
    }
    ledger.cut()
    const credits = ledger.openCredits(account, STAR)
    const projection = projected(ledger.blocks)
    expect(projection.openCredits(account, STAR, 100)).toEqual(credits)
    expect(projection.openCredits(account, STAR, 2)).toEqual(credits.slice(0, 2))
    expect(projection.openCredits(account, HUI, 100)).toEqual([])

    const transactions = credits.slice(0, 3)
    const fold = [{ account, asset: STAR, transactions, complete: false }]
    const pay = redeem(STAR, ANN, '25')
    await ledger.submit('mall', [pay], { fold })
    projection.apply(ledger.cut())
    expect(projection.openCredits(account, STAR, 100)).toEqual(credits.slice(3))
    expect(lotsOf(projection, ANN)).toBe(25n)
  })

  test('the registry has members and their accounts', async () => {
    const ledger = await openedBlocks()
    await submitOne(ledger, 'mall', registerMember('mall:m-zoe'))
    ledger.cut()
    const projection = projected(ledger.blocks)
    expect(projection.account('mall:a-zoe')).toMatchObject({ owner: 'mall:m-zoe', home: 'mall' })
    expect(projection.account('mall:a-nobody')).toBeUndefined()
    expect(projection.registry.accountsOf('mall:m-zoe')).toEqual(['mall:a-zoe'])
    expect(projection.ledger()?.cycle).toEqual({ date: '2026-11-30', number: 1 })
  })

  test('the people of an organisation are not those of one whose name begins like its', async () => {
    const ledger = await openedBlocks()
    const last = ledger.cut()
    const known = ledger.state.get('actor/mall:till') ?? ''
    const ids = ['mall-x:till', 'mall2:till', 'mall.x:till', 'mal:till']
    const writes = ids.map((id) => {
      return { name: `actor/${id}`, value: known.replace('mall:till', id) }
    })
    const origin = { validationCode: 'VALID', submitter: 'mall', timestamp: '' }
    const transaction = { id: 'd'.repeat(64), index: 0, ...origin, writes, entries: [] }
    const projection = projected(ledger.blocks.slice(0, -1))
    projection.apply({ ...last, transactions: [transaction] })
    const idsOf = (organisation: string): string[] =>
      projection.registry.actors({ after: '', limit: 10 }, organisation).map(({ id }) => id)
    expect(idsOf('mall')).toContain('mall:till')
    expect(idsOf('mall').filter((id) => !id.startsWith('mall:'))).toEqual([])
    expect(idsOf('mall-x')).toEqual(['mall-x:till'])
  })
})

test.each([20, 31])('sums of amounts of %i digits are exact', async (digits) => {
  const ledger = await openedBlocks()
  const projection = projected(ledger.blocks)
  const amount = 10n ** BigInt(digits) - 1n
  const account = accountOf(ANN)
  const made = ['command-1', 'command-2'].map((commandId): Entry => ({
    v: 1,
    type: 'IssuePoints',
    actor: 'mall:till',
    commandId,
    commandHash: '',
    submitter: 'mall',
    businessDate: '2026-11-30',
    cycle: '2026-11-30.1',
    postings: [
      { account: '7101', asset: STAR, side: 'debit', amount },
      {
        account: `7102/${account}`,
        asset: STAR,
        side: 'credit',
        amount,
        lots: [{ expires: 'never', amount }],
      },
    ],
    references: {},
  }))
  const total = String(2n * amount)
  const id = 'd'.repeat(64)
  const writes = [
    { name: `delta/7101/${STAR}/${id}`, value: `{"credit":"0","debit":"${total}"}` },
    { name: `delta/7102/${STAR}/${id}`, value: `{"credit":"${total}","debit":"0"}` },
  ]
  const last = ledger.cut()
  const entries = made.map((entry, index) => ({ hash: String(index).repeat(64), entry }))
  const origin = { validationCode: 'VALID', submitter: 'mall', timestamp: '' }
  projection.apply({ ...last, transactions: [{ id, index: 0, ...origin, writes, entries }] })

  const { rows, balanced, generalEqualsDetail } = trialBalance(projection.books)
  expect(rows).toMatchObject([
    { code: '7101', debit: 2n * amount, balance: 2n * amount },
    { code: '7102', credit: 2n * amount, balance: 2n * amount },
  ])
  expect({ balanced, generalEqualsDetail }).toEqual({ balanced: true, generalEqualsDetail: true })
  const start = { seq: Number.MAX_SAFE_INTEGER, line: 0 }
  const [newest] = projection.entries.statement(`7102/${account}`, STAR, start, 1)
  expect(newest?.balance).toBe(total)
  expect(projection.books.outstandingLots(STAR)).toEqual([
    { expires: 'never', amount: 2n * amount },
  ])
})
