import { describe, expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import { commandText, deterministicId, intentOf, keysOf } from '../../cli/day/line-command.ts'
import { COLUMNS, parseLines } from '../../cli/day/line-files.ts'
import type { DayLine, LineKind } from '../../cli/day/line-files.ts'
import { demoKeys } from '../../cli/demo-keys.ts'
import { shapeCommand, signingText } from '../../ledger/index.ts'

const KEYS = demoKeys('only for tests')
const ENVELOPE = { channel: 'consortium', ledgerId: 'test-ledger-0001', notAfter: '2026-12-31' }
const ANN = 'bank:m-aaaaaaaaaa'
const BEN = 'mall:m-bbbbbbbbbb'

function lineOf(kind: LineKind, row: string): DayLine {
  const text = `${COLUMNS[kind].join(',')}\n${row}\n`
  const file = { kind, organisation: 'mall', startTime: '2026-11-30T00:00:00' }
  const [line] = parseLines(text, 'a file', file)
  if (line === undefined) throw new Error('no line')
  return line
}

const EARNING = lineOf(
  'earnings',
  `2026-11-30T18:00:00,M-1,R1,${ANN},1050,bank:hui:point,2026-12-07`,
)
const REDEMPTION = lineOf('redemptions', `2026-11-30T18:00:00,M-1,O1,${ANN},bank:hui:point,5`)
const TRANSFER = lineOf('transfers', `2026-11-30T18:00:00,${BEN},${ANN},bank:hui:point,5,谢谢`)

describe('a line as a command', () => {
  test('is an award by the till, funded by its organisation', () => {
    expect(intentOf(EARNING, KEYS)).toEqual({
      type: 'IssuePoints',
      actor: 'mall:till',
      body: {
        asset: 'bank:hui:point',
        to: KEYS.accountOf(ANN),
        spendFen: '1050',
        receipt: 'R1',
        store: 'M-1',
        funder: 'mall',
        availableFrom: '2026-12-07',
      },
    })
  })

  test('is a payment by the member to the organisation of the till', () => {
    expect(intentOf(REDEMPTION, KEYS)).toEqual({
      type: 'RedeemPoints',
      actor: ANN,
      body: {
        asset: 'bank:hui:point',
        from: KEYS.accountOf(ANN),
        amount: '5',
        acceptor: 'mall',
        store: 'M-1',
        order: 'O1',
      },
    })
  })

  test('is a transfer by the member who gives', () => {
    expect(intentOf(TRANSFER, KEYS)).toEqual({
      type: 'TransferPoints',
      actor: BEN,
      body: {
        asset: 'bank:hui:point',
        from: KEYS.accountOf(BEN),
        to: KEYS.accountOf(ANN),
        amount: '5',
        note: '谢谢',
      },
    })
  })

  test('leaves out what the file leaves empty', () => {
    const earning = lineOf('earnings', `2026-11-30T18:00:00,M-1,R1,${ANN},1,bank:hui:point,`)
    const transfer = lineOf('transfers', `2026-11-30T18:00:00,${BEN},${ANN},bank:hui:point,5,`)
    expect(intentOf(earning, KEYS)?.body).not.toHaveProperty('availableFrom')
    expect(intentOf(transfer, KEYS)?.body).not.toHaveProperty('note')
  })

  test('passes wrong amounts on as they stand, for the ledger to refuse', () => {
    const line = lineOf('redemptions', `2026-11-30T18:00:00,M-1,O1,${ANN},bank:hui:point,-5`)
    const intent = intentOf(line, KEYS)
    expect(intent?.body).toMatchObject({ amount: '-5' })
    if (intent === undefined) throw new Error('no intent')
    const text = commandText(intent, deterministicId('a'), ENVELOPE, [intent.actor], KEYS)
    expect(shapeCommand(JSON.parse(text))).toMatchObject({ ok: false, code: 'COMMAND_MALFORMED' })
  })

  test('is nothing when the line is malformed', () => {
    expect(intentOf(lineOf('transfers', 'x'), KEYS)).toBeUndefined()
    expect(keysOf(lineOf('transfers', 'x'))).toEqual([])
  })

  test.each([EARNING, REDEMPTION, TRANSFER])('is well-formed and signed: $kind', (line) => {
    const intent = intentOf(line, KEYS)
    if (intent === undefined) throw new Error('no intent')
    const text = commandText(intent, deterministicId('a'), ENVELOPE, [intent.actor], KEYS)
    const shape = shapeCommand(JSON.parse(text))
    if (!shape.ok) throw new Error(shape.code)
    const { command, proofs } = shape.shaped
    const [proof] = proofs
    const { publicKey } = KEYS.walletOf(intent.actor)
    const signed = signingText(command)
    expect(cryptography.verifyP256(publicKey, signed, proof?.signature ?? '')).toBe(true)
  })
})

test('lines of the same member or the same receipt depend on one another', () => {
  expect(keysOf(EARNING)).toEqual([`member ${ANN}`, 'receipt mall R1'])
  expect(keysOf(REDEMPTION)).toEqual([`member ${ANN}`])
  expect(keysOf(TRANSFER)).toEqual([`member ${BEN}`, `member ${ANN}`])
})

test('ids are made from the place of the line alone', () => {
  // printf 'bank/earnings/2' | sha256sum
  expect(deterministicId('bank/earnings/2')).toBe('dc5e4c58e9da1f1311ae736919b7990b')
})

describe('demo keys', () => {
  test('give each member an account of his home that does not show the member id', () => {
    const account = KEYS.accountOf(ANN)
    expect(account).toMatch(/^bank:a-[a-z2-7]{10}$/)
    expect(account).not.toContain('aaaaaaaaaa')
    expect(demoKeys('only for tests').accountOf(ANN)).toBe(account)
    expect(demoKeys('another secret').accountOf(ANN)).not.toBe(account)
  })

  test('leave a text that is no member id alone', () => {
    expect(KEYS.accountOf('NOBODY')).toBe('NOBODY')
    expect(KEYS.accountOf('')).toBe('')
  })
})
