import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSubmit, PositiveAmount, shapeOf } from '../../ledger/index.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  stockedLedger,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, command, registerMember, signed, STAR } from '../support/world.ts'
import { signCommand } from '../../cli/wallet.ts'

const BODY = { asset: STAR, from: accountOf(ANN), to: accountOf(BOB), amount: '10' }

/** The code of a refusal, which says so if it left a trace in the state. */
async function harmless(ledger: MemoryLedger, sent: unknown): Promise<string> {
  const before = new Map(ledger.state)
  const code = verdict(await submitOne(ledger, 'mall', sent))
  return isDeepStrictEqual(ledger.state, before) ? code : `${code} with a trace`
}

describe('an amount', () => {
  test.each([
    '',
    '0',
    '00',
    '01',
    '-1',
    '+1',
    ' 1',
    '1 ',
    '1\n',
    '1.0',
    '0.5',
    '1e3',
    '1E3',
    '0x10',
    '1_000',
    '1,000',
    '１',
    '٣',
    '1٣',
    'NaN',
    'Infinity',
    '10000000000000000',
    '9'.repeat(400),
    1,
    1.5,
    0,
    -1,
    null,
    true,
    ['1'],
    { toString: '1' },
  ])('is not %j', async (amount) => {
    const ledger = await stockedLedger()
    const made = command('TransferPoints', ANN, { ...BODY, amount })
    expect(await harmless(ledger, { command: made, proofs: [] })).toBe('COMMAND_MALFORMED')
  })

  test('has at most 16 digits, and the largest is only too much', async () => {
    const ledger = await stockedLedger()
    const most = '9'.repeat(16)
    expect(shapeOf(PositiveAmount)(most).ok).toBe(true)
    const made = transfer(STAR, ANN, BOB, most)
    expect(verdict(await submitOne(ledger, 'mall', made))).toBe('INSUFFICIENT_POINTS')
  })
})

describe('an id', () => {
  const ids = [
    'mall/a-ann',
    'mall:a-ann/x',
    'mall:a/../b',
    'mall:a\u0000b',
    'mall:a\nb',
    'mall:',
    ':a',
    'mall',
    '',
    'mall:a-ann\u200b',
    'mаll:a-ann',
    'mall:A-ANN',
    ' mall:a-ann',
    'mall:a-ann ',
    '__proto__',
    'constructor',
    'mall:__proto__',
    `mall:${'a'.repeat(49)}`,
    `${'m'.repeat(33)}:a`,
    'mall:a:b',
    7,
    null,
    ['mall:a-ann'],
  ]

  test.each(ids)('of an account is not %j', async (to) => {
    const ledger = await stockedLedger()
    expect(await harmless(ledger, signed('TransferPoints', ANN, { ...BODY, to }))).toBe(
      'COMMAND_MALFORMED',
    )
  })

  test.each([
    'short',
    'with space',
    'with/slash',
    'a'.repeat(81),
    'nul\u0000nul',
    'newline\n',
    'ümlaut-id',
    12345678,
  ])('of a command is not %j', async (id) => {
    const ledger = await stockedLedger()
    expect(await harmless(ledger, signed('TransferPoints', ANN, BODY, { id: id as string }))).toBe(
      'COMMAND_MALFORMED',
    )
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '........', '--------'])(
    'of a command may be %j, a name like any other',
    async (id) => {
      const ledger = await stockedLedger()
      const made = signed('TransferPoints', ANN, BODY, { id })
      expect(await submitOne(ledger, 'mall', made)).toMatchObject({
        status: 'accepted',
        replayed: false,
      })
      expect(await submitOne(ledger, 'mall', made)).toMatchObject({
        status: 'accepted',
        replayed: true,
      })
    },
  )

  test('cannot reach into the key of another record, whatever it is made of', async () => {
    const ledger = await stockedLedger()
    const part = fc.oneof(
      fc.constantFrom(
        'mall',
        'bank',
        ':',
        '/',
        'a-ann',
        'm-',
        '__proto__',
        '..',
        '\u0000',
        '\uffff',
        'star:point',
        '0',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    const text = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (id, actor, to, order) => {
        const made = [
          signed('TransferPoints', ANN, { ...BODY, to }, { id }),
          signCommand(command('VoidCommand', 'mall', { actor, id })),
          signed('RedeemPoints', ANN, {
            asset: STAR,
            from: accountOf(ANN),
            amount: '1',
            acceptor: 'mall',
            store: 'S',
            order,
          }),
        ]
        const { writes } = await ledger
          .clone()
          .submit('mall', made, { fold: ledger.completeFold() })
        for (const { name } of writes) {
          expect(name).toMatch(
            /^(command|order)\/[^/]+\/[^/]+(\/mall:a-ann)?$|^(holding|credit|delta)\//,
          )
        }
      }),
      { seed: 61, numRuns: 200 },
    )
  })
})

describe('what does not belong there', () => {
  const good = JSON.stringify(transfer(STAR, ANN, BOB, '10'))

  test.each([
    ['beside the command', good.replace('"proofs"', '"admin":true,"proofs"')],
    ['in the command', good.replace('"type"', '"isAdmin":true,"type"')],
    ['in the body', good.replace('"amount"', '"overdraft":true,"amount"')],
    ['in a proof', good.replace('"kind"', '"role":"admin","kind"')],
    [
      '__proto__ beside the command',
      good.replace('"proofs"', '"__proto__":{"admin":true},"proofs"'),
    ],
    ['__proto__ in the command', good.replace('"type"', '"__proto__":{"id":"x"},"type"')],
    ['__proto__ in the body', good.replace('"amount"', '"__proto__":{"amount":"1"},"amount"')],
    ['constructor in the body', good.replace('"amount"', '"constructor":{},"amount"')],
    ['a kind of proof', good.replace('"p256"', '"none"')],
    ['a trace with a quote', good.replace(/\}$/, ',"traceparent":"00-\\"-x-01"}')],
    ['a type that is a name of objects', good.replace('"TransferPoints"', '"__proto__"')],
    ['a type that is another', good.replace('"TransferPoints"', '"MintPoints"')],
  ])('is refused: %s', async (_name, text) => {
    expect(text).not.toBe(good)
    expect(await harmless(await stockedLedger(), JSON.parse(text))).toBe('COMMAND_MALFORMED')
  })

  test.each([null, 7, 'x', [], {}, [[]], { command: null, proofs: [] }, { command: { id: 7 } }])(
    'is refused: %j for a command',
    async (sent) => expect(await harmless(await stockedLedger(), sent)).toBe('COMMAND_MALFORMED'),
  )

  test('does not harm the commands beside it', async () => {
    const ledger = await stockedLedger()
    const batch = [{ command: { actor: 'x', id: 'y' } }, transfer(STAR, ANN, BOB, '10'), null]
    const { outcomes } = await ledger.submit('mall', batch, { fold: ledger.completeFold() })
    expect(outcomes).toMatchObject([
      { status: 'refused', actor: 'x', id: 'y', code: 'COMMAND_MALFORMED' },
      { status: 'accepted' },
      { status: 'refused', actor: '', id: '', code: 'COMMAND_MALFORMED' },
    ])
  })
})

async function submitText(text: string): Promise<string> {
  const ledger = await stockedLedger()
  const { commands } = parseSubmit(`{"lane":0,"fold":[],"commands":[${text}]}`)
  return verdict(await submitOne(ledger, 'mall', commands[0]))
}

describe('JSON that says a thing twice', () => {
  const good = JSON.stringify(transfer(STAR, ANN, BOB, '10'))

  test('means the last of it, and the proof is of what it means', async () => {
    expect(await submitText(good.replace('"amount"', '"amount":"400","amount"'))).toBe('accepted')
    const last = good.replace('"amount":"10"', '"amount":"10","amount":"400"')
    expect(await submitText(last)).toBe('PROOF_INVALID')
    const payee = good.replace(
      `"to":"${accountOf(BOB)}"`,
      `"to":"${accountOf(BOB)}","to":"${accountOf('airline:m-cat')}"`,
    )
    expect(await submitText(payee)).toBe('PROOF_INVALID')
  })
})

describe('a note', () => {
  const lonely = { ...BODY, note: 'half \ud800 a character, "quoted", \\ and \u2028' }

  test('may hold any text, and the entry is the same text for everybody', async () => {
    const ledger = await stockedLedger()
    await submitOne(ledger, 'mall', signed('TransferPoints', ANN, lonely))
    const { text = '' } = ledger.published.at(-1) ?? {}
    expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text)
    expect(JSON.parse(text)).toMatchObject({ references: { note: lonely.note } })
  })

  test('has at most 140 characters', async () => {
    const long = signed('TransferPoints', ANN, { ...BODY, note: 'x'.repeat(141) })
    expect(await harmless(await stockedLedger(), long)).toBe('COMMAND_MALFORMED')
  })
})

test('a member registered with the account of another asset or person opens nothing', async () => {
  const ledger = await stockedLedger()
  await acceptAll(ledger, 'mall', [registerMember('mall:m-dan')])
  const steal = { ...BODY, to: accountOf('mall:m-dan') }
  expect(
    verdict(await submitOne(ledger, 'mall', signed('TransferPoints', 'mall:m-dan', steal))),
  ).toBe('NOT_AUTHORISED')
})
