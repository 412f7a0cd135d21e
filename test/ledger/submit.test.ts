import { describe, expect, test } from 'vitest'
import type { ShapedCommand } from '../../ledger/index.ts'
import {
  contendedKeys,
  debitsOf,
  homeOf,
  LANES,
  MAX_COMMANDS,
  MAX_FOLDED_CREDITS,
  parseSubmit,
  shapeCommand,
} from '../../ledger/index.ts'
import { cryptography } from '../../chaincode/cryptography.ts'
import { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  foldCredits,
  issue,
  redeem,
  reverse,
  stockedLedger,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

const ID = 'f'.repeat(64)
const fold = { account: accountOf(ANN), asset: STAR, transactions: [ID], complete: true }
const request = { lane: 0, fold: [], commands: [{}] }

describe('a request', () => {
  test.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ...Object.entries({
      'no commands': { ...request, commands: [] },
      'no array of commands': { ...request, commands: {} },
      'too many commands': {
        ...request,
        commands: Array.from({ length: MAX_COMMANDS + 1 }, () => ({})),
      },
      'no lane': { ...request, lane: undefined },
      'a lane below': { ...request, lane: -1 },
      'a lane above': { ...request, lane: LANES },
      'half a lane': { ...request, lane: 0.5 },
      'a lane as text': { ...request, lane: '0' },
      'no fold': { ...request, fold: undefined },
      'a fold of no account': { ...request, fold: [{ ...fold, account: 'mall/a' }] },
      'a fold of no transaction': { ...request, fold: [{ ...fold, transactions: ['x/y'] }] },
      'a fold that does not say whether it is complete': {
        ...request,
        fold: [{ ...fold, complete: undefined }],
      },
      'something else': { ...request, admin: true },
    }).map(([name, value]): [string, string] => [name, JSON.stringify(value)]),
  ])('is not %s', (_name, text) => {
    expect(() => parseSubmit(text)).toThrow(/^SUBMIT_MALFORMED \{/)
  })

  test('of the largest size is one', () => {
    const commands = Array.from({ length: MAX_COMMANDS }, () => null)
    expect(
      parseSubmit(JSON.stringify({ ...request, lane: LANES - 1, commands })).commands,
    ).toHaveLength(1_000)
  })

  test('names at most 10,000 credits in all, counted before any is read', async () => {
    const ledger = new MemoryLedger()
    const transactions = Array.from({ length: MAX_FOLDED_CREDITS / 2 }, () => ID)
    const two = [
      { ...fold, transactions },
      { ...fold, transactions },
    ]
    await expect(ledger.submit('mall', [{}], { fold: two })).resolves.toBeDefined()
    const more = [...two, { ...fold, transactions: [ID] }]
    await expect(ledger.submit('mall', [{}], { fold: more })).rejects.toThrow('SUBMIT_MALFORMED')
  })
})

describe('a fold', () => {
  test('without a debit changes nothing', async () => {
    const ledger = await stockedLedger()
    const { writes } = await ledger.simulate('mall', [transfer(STAR, BOB, ANN, '1')], {
      fold: ledger.completeFold(),
    })
    expect(writes.filter(({ name }) => name.includes(`/${accountOf(ANN)}/`))).toMatchObject([
      { name: expect.stringMatching(/^credit\//) as string },
    ])
  })

  test('with a debit replaces the credits by the base', async () => {
    const ledger = await stockedLedger()
    const open = ledger.openCredits(accountOf(ANN), STAR)
    expect(open).toHaveLength(2)
    const all = ledger.completeFold(accountOf(ANN))
    const { writes } = await ledger.submit('mall', [redeem(STAR, ANN, '1')], { fold: all })
    const deleted = writes.filter(({ value }) => value === undefined).map(({ name }) => name)
    expect(deleted).toEqual(open.map((id) => `credit/${accountOf(ANN)}/${STAR}/${id}`).sort())
    expect(ledger.openCredits(accountOf(ANN), STAR)).toEqual([])
  })

  test('that leaves credits out finds less, and what it left out stays', async () => {
    const ledger = await stockedLedger()
    const { outcomes } = await ledger.submit('mall', [redeem(STAR, ANN, '1')])
    expect(outcomes.map(verdict)).toEqual(['INSUFFICIENT_POINTS'])
    expect(ledger.openCredits(accountOf(ANN), STAR)).toHaveLength(2)
  })

  test("of another's credits gives nothing to who names them", async () => {
    const ledger = await stockedLedger()
    await acceptAll(ledger, 'mall', [issue(STAR, BOB, '9000')])
    const bobs = ledger.openCredits(accountOf(BOB), STAR)
    const all = [...ledger.openCredits(accountOf(ANN), STAR), ...bobs]
    const stolen = [
      { ...fold, transactions: all },
      { account: accountOf(BOB), asset: STAR, transactions: bobs, complete: true },
    ]
    const batch = [redeem(STAR, ANN, '451'), redeem(STAR, ANN, '400')]
    const { outcomes } = await ledger.submit('mall', batch, { fold: stolen })
    expect(outcomes.map(verdict)).toEqual(['INSUFFICIENT_POINTS', 'accepted'])
    expect(ledger.openCredits(accountOf(BOB), STAR)).toEqual(bobs)
  })
})

function shape(command: unknown): ShapedCommand {
  const shaped = shapeCommand(command)
  if (!shaped.ok) throw new Error(shaped.code)
  return shaped.shaped
}

const context = { organisation: 'mall', lane: 0, sha256: cryptography.sha256 }

function names(command: unknown): string[] {
  return contendedKeys(shape(command), context)
}

/** How many contended keys two commands share. */
function overlap(one: unknown, other: unknown): number {
  return names(one).filter((name) => names(other).includes(name)).length
}

describe('for the batcher', () => {
  test('a debit says which holding, a credit none', () => {
    expect(debitsOf(shape(transfer(STAR, ANN, BOB, '1')))).toEqual([
      { account: accountOf(ANN), asset: STAR },
    ])
    expect(debitsOf(shape(issue(STAR, ANN, '100')))).toEqual([])
  })

  test('an award says who must submit it, and nothing else does', () => {
    expect(homeOf(shape(issue(STAR, ANN, '100', { funder: 'bank' })))).toBe('bank')
    expect(homeOf(shape(redeem(STAR, ANN, '1', { acceptor: 'bank' })))).toBeUndefined()
    expect(homeOf(shape(foldCredits(STAR, ANN)))).toBeUndefined()
  })

  test('a reversal shares the receipt and the order that it frees', async () => {
    const ledger = await stockedLedger()
    const made = [issue(STAR, ANN, '100'), redeem(STAR, ANN, '1')]
    await acceptAll(ledger, 'mall', made, { fold: ledger.completeFold() })
    for (const [at, { text }] of ledger.published.slice(-2).entries()) {
      const reversal = reverse(JSON.parse(text) as object, 'mall:finance-1', 'mall:finance-2')
      const { type, actor, body } = made[at]?.command ?? redeem(STAR, ANN, '1').command
      const shared = names(signed(type, actor, body)).filter((name) =>
        names(reversal).includes(name),
      )
      expect(shared).toEqual([expect.stringMatching(/^(receipt|order)\//)])
    }
  })

  test('two commands that would invalidate one another share a name', () => {
    expect(overlap(transfer(STAR, ANN, BOB, '1'), redeem(STAR, ANN, '1'))).toBeGreaterThan(0)
    expect(overlap(transfer(STAR, ANN, BOB, '1'), transfer(STAR, BOB, ANN, '1'))).toBe(0)
    const receipt = { receipt: 'R-same' }
    expect(overlap(issue(STAR, ANN, '1', receipt), issue(STAR, BOB, '1', receipt))).toBe(1)
    expect(overlap(issue(STAR, ANN, '1'), issue(STAR, ANN, '1'))).toBe(0)
    const payment = redeem(STAR, ANN, '1')
    const fence = signed('VoidCommand', 'mall', { actor: ANN, id: payment.command.id })
    expect(overlap(payment, fence)).toBe(1)
  })
})
