import { sign } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import type { Proof, SignedCommand } from '../../ledger/index.ts'
import { MAX_PROOFS } from '../../ledger/command.ts'
import { keyIdOf, ledgerKey, signingText } from '../../ledger/index.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  issue,
  redeem,
  stockedLedger,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, command, signed, STAR, walletOf } from '../support/world.ts'
import { deriveWallet, prove, signCommand } from '../../cli/wallet.ts'

let ledger: MemoryLedger
let before: Map<string, string>

beforeEach(async () => {
  ledger = await stockedLedger()
  before = new Map(ledger.state)
})

async function answer(sent: unknown, organisation = 'bank'): Promise<string> {
  return verdict(await submitOne(ledger, organisation, sent))
}

/** The code of a refusal, which says so if it left a trace in the state. */
async function harmless(sent: unknown): Promise<string> {
  const code = await answer(sent)
  return isDeepStrictEqual(ledger.state, before) ? code : `${code} with a trace`
}

const payment = transfer(STAR, ANN, BOB, '10')
const [proof] = payment.proofs as [Proof]

function withProof(change: Partial<Proof>): SignedCommand {
  return { ...payment, proofs: [{ ...proof, ...change }] }
}

describe('a signature', () => {
  test.each([
    ['of nothing', Buffer.alloc(64)],
    ['of all ones', Buffer.alloc(64, 255)],
    [
      'of another command',
      Buffer.from(transfer(STAR, ANN, BOB, '10').proofs[0]?.signature ?? '', 'base64'),
    ],
    [
      'with one bit turned',
      Buffer.from(proof.signature, 'base64').map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
    ],
  ])('%s proves nothing', async (_name, bytes) => {
    const signature = Buffer.from(bytes).toString('base64')
    expect(await harmless(withProof({ signature }))).toBe('PROOF_INVALID')
  })

  test("by another member's key does not prove hers", async () => {
    const bobs = prove(payment.command, walletOf(BOB))
    expect(await harmless(withProof({ signature: bobs.signature }))).toBe('PROOF_INVALID')
    expect(await harmless(withProof({ ...bobs, actor: ANN }))).toBe('PROOF_INVALID')
    expect(await harmless({ ...payment, proofs: [bobs] })).toBe('PROOF_MISSING')
    expect(await harmless({ ...payment, proofs: [bobs, { ...proof, keyId: bobs.keyId }] })).toBe(
      'PROOF_INVALID',
    )
  })

  test('by a key that nobody registered proves nothing', async () => {
    const unknown = deriveWallet('a new phone', ANN)
    expect(await harmless(signCommand(payment.command, unknown))).toBe('PROOF_INVALID')
    expect(await harmless({ ...payment, proofs: [proof, prove(payment.command, unknown)] })).toBe(
      'PROOF_INVALID',
    )
  })

  test.each([
    ['another use', (text: string) => text.replace('tallystick/command/1', 'tallystick/login/1')],
    ['another channel', (text: string) => text.replace('\nconsortium\n', '\nother\n')],
    [
      'another ledger',
      (text: string) => text.replace('\ntest-ledger-0001\n', '\nother-ledger-01\n'),
    ],
    ['another chaincode', (text: string) => text.replace('\nledger\n', '\nvouchers\n')],
    ['the bare JSON', (text: string) => text.slice(text.indexOf('{'))],
  ])('made for %s proves nothing here', async (_name, change) => {
    const text = signingText(payment.command)
    expect(change(text)).not.toBe(text)
    const key = { key: walletOf(ANN).privateKey, dsaEncoding: 'ieee-p1363' } as const
    const signature = sign('sha256', Buffer.from(change(text)), key).toString('base64')
    expect(await harmless(withProof({ signature }))).toBe('PROOF_INVALID')
  })

  test.each(['', 'AAAA', `${'A'.repeat(85)}!==`, 'A'.repeat(88), ` ${'A'.repeat(86)}==`])(
    'that is no signature, %j, is a matter of form',
    async (signature) => expect(await harmless(withProof({ signature }))).toBe('COMMAND_MALFORMED'),
  )

  test('more of them than a command may have are a matter of form', async () => {
    const proofs = Array.from({ length: MAX_PROOFS + 1 }, () => proof)
    expect(await harmless({ ...payment, proofs })).toBe('COMMAND_MALFORMED')
  })
})

describe('what was signed', () => {
  const { body } = payment.command
  test.each([
    ['a larger amount', { body: { ...body, amount: '400' } }],
    ['another payee', { body: { ...body, to: accountOf('airline:m-cat') } }],
    ['other points', { body: { ...body, asset: 'bank:hui:point' } }],
    ['a note', { body: { ...body, note: 'with love' } }],
    ['another id', { id: 'a-second-time' }],
    ['a longer life', { notAfter: '2099-12-31' }],
    ['another type', { type: 'ExpirePoints', body: { asset: STAR, account: accountOf(ANN) } }],
  ])('cannot be given %s', async (_name, change) => {
    const altered = { ...payment, command: { ...payment.command, ...change } }
    expect(await harmless(altered)).toBe('PROOF_INVALID')
  })

  test('cannot be given another actor', async () => {
    const altered = { ...payment, command: { ...payment.command, actor: BOB } }
    expect(await harmless(altered)).toBe('PROOF_INVALID')
    expect(await harmless({ ...altered, proofs: [] })).toBe('PROOF_MISSING')
  })

  test('for another ledger is not taken here, nor when it is relabelled', async () => {
    const elsewhere = signed('TransferPoints', ANN, body, { ledgerId: 'other-ledger-01' })
    expect(await harmless(elsewhere)).toBe('WRONG_LEDGER')
    const relabelled = { ...elsewhere.command, ledgerId: payment.command.ledgerId }
    expect(await harmless({ ...elsewhere, command: relabelled })).toBe('PROOF_INVALID')
  })

  test('for this ledger is not taken by another with the same people', async () => {
    const cycle = { date: '2026-11-30', number: 1 }
    ledger.state.set('ledger', ledgerKey.codec.encode({ ledgerId: 'other-ledger-01', cycle }))
    before = new Map(ledger.state)
    expect(await harmless(payment)).toBe('WRONG_LEDGER')
    const relabelled = { ...payment.command, ledgerId: 'other-ledger-01' }
    expect(await harmless({ ...payment, command: relabelled })).toBe('PROOF_INVALID')
  })

  test('for another channel is not taken here, nor when it is relabelled', async () => {
    const elsewhere = signed('TransferPoints', ANN, body, { channel: 'other' })
    expect(await harmless(elsewhere)).toBe('WRONG_LEDGER')
    const relabelled = { ...elsewhere.command, channel: 'consortium' }
    expect(await harmless({ ...elsewhere, command: relabelled })).toBe('PROOF_INVALID')
  })
})

describe('an organisation', () => {
  test.each(['bank', 'airline'])('%s cannot act as another, admin or not', async (organisation) => {
    const acts = [
      signed('RegisterOrganisation', 'port', { name: 'The port' }),
      signed('RefillQuota', 'mall', { asset: STAR, needed: '1', amount: '1' }),
      signed('VoidCommand', 'mall', { actor: ANN, id: 'some-payment' }),
    ]
    for (const act of acts) {
      for (const isAdmin of [false, true]) {
        const outcome = await submitOne(ledger, organisation, act, { isAdmin })
        expect(verdict(outcome)).toBe('CALLER_NOT_ORGANISATION')
      }
    }
    expect(ledger.state).toEqual(before)
  })

  test("cannot mint another's points with its own staff, nor move another's members' points", async () => {
    const mint = {
      asset: STAR,
      to: accountOf(BOB),
      spendFen: '1000',
      receipt: 'R-x',
      store: 'S',
      funder: 'mall',
    }
    for (const clerk of ['bank:till', 'bank:admin', 'airline:till']) {
      const made = signed('IssuePoints', clerk, mint)
      expect(await answer(made, clerk.split(':')[0])).toBe('FUNDER_MUST_SUBMIT')
      expect(await answer(made, 'mall')).toBe('NOT_AUTHORISED')
      const move = signed('TransferPoints', clerk, payment.command.body)
      expect(await answer(move, clerk.split(':')[0])).toBe('NOT_AUTHORISED')
    }
    const entries = ledger.published.length
    expect(await answer(signed('IssuePoints', 'bank', mint), 'bank')).toBe('FUNDER_MUST_SUBMIT')
    expect(ledger.published).toHaveLength(entries)
  })

  test('may deliver what others have signed, unaltered: it posts what they meant', async () => {
    expect(await answer(payment, 'airline')).toBe('accepted')
    expect(ledger.entries().at(-1)).toMatchObject({ submitter: 'airline', actor: ANN })
  })
})

/** Order of the P-256 group: with (r, s) also (r, order - s) is a signature. */
const GROUP_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

function malleated(signature: string): string {
  const bytes = Buffer.from(signature, 'base64')
  const s = GROUP_ORDER - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
  const turned = Buffer.from(s.toString(16).padStart(64, '0'), 'hex')
  return Buffer.concat([bytes.subarray(0, 32), turned]).toString('base64')
}

/** The same bytes, spelt with other unused bits in the last character of the base64. */
function respelt(signature: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const last = digits.indexOf(signature.charAt(85))
  return `${signature.slice(0, 85)}${digits.charAt(last ^ 1)}==`
}

describe('a signature in another form that proves the same', () => {
  test.each([
    ['the other s', malleated],
    ['another spelling', respelt],
  ])('(%s) is harmless: the id makes it the same command', async (_name, change) => {
    const signature = change(proof.signature)
    expect(signature).not.toBe(proof.signature)
    const turned = withProof({ signature })
    const other = ledger.clone()
    expect(await answer(turned)).toBe('accepted')
    expect(await submitOne(other, 'bank', payment)).toMatchObject({ replayed: false })
    expect(ledger.state).toEqual(other.state)
    expect(ledger.published).toEqual(other.published)
    expect(await submitOne(ledger, 'mall', payment)).toMatchObject({ replayed: true })
    expect(await submitOne(other, 'mall', turned)).toMatchObject({ replayed: true })
    expect(ledger.published).toEqual(other.published)
  })
})

test('the command id of another actor is no obstacle and no key', async () => {
  const { id } = payment.command
  const bobs = signed(
    'TransferPoints',
    BOB,
    { asset: STAR, from: accountOf(BOB), to: accountOf(ANN), amount: '5' },
    { id },
  )
  expect(await answer(bobs)).toBe('accepted')
  expect(await answer(payment)).toBe('accepted')
  expect(await submitOne(ledger, 'bank', bobs)).toMatchObject({ actor: BOB, replayed: true })
})

test('a key that is no point of the curve can be registered, and proves nothing', async () => {
  const publicKey = `MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE${'A'.repeat(86)}==`
  const dan = { id: 'mall:m-dan', publicKey, account: 'mall:a-dan', roles: [] }
  await acceptAll(ledger, 'mall', [signed('RegisterActor', 'mall:admin', dan)])
  const keyId = keyIdOf(publicKey, cryptography.sha256)
  const made = signed('ExpirePoints', 'mall:m-dan', { asset: STAR, account: accountOf(ANN) })
  const proofs = made.proofs.map((given) => ({ ...given, keyId }))
  expect(await answer({ ...made, proofs })).toBe('PROOF_INVALID')
})

test("taking away a co-signer's proof makes a passing refusal, not a reversal by one", async () => {
  expect(await answer(issue(STAR, ANN, '1000'), 'mall')).toBe('accepted')
  const entry = JSON.parse(ledger.published.at(-1)?.text ?? '') as object
  const made = command('ReverseEntry', 'mall:finance-1', { entry, reason: 'returned' })
  const full = signCommand(made, walletOf('mall:finance-1'), walletOf('mall:finance-2'))
  expect(await answer({ ...full, proofs: full.proofs.slice(0, 1) })).toBe('APPROVALS_MISSING')
})

test.each([
  ['the amount', (entry: { postings: { amount: string }[] }) => (entry.postings[0]!.amount = '1')],
  [
    'the lots',
    (entry: { postings: { lots: { expires: string }[] }[] }) =>
      (entry.postings[0]!.lots[0]!.expires = '2099-12-31'),
  ],
  [
    'the account',
    (entry: { postings: { account: string }[] }) =>
      (entry.postings[0]!.account = `7102/${accountOf(BOB)}`),
  ],
  [
    'the acceptor',
    (entry: { references: { acceptor: string } }) => (entry.references.acceptor = 'mall'),
  ],
  [
    'a reference more',
    (entry: { references: object }) => Object.assign(entry.references, { note: 'x' }),
  ],
  ['the type', (entry: { type: string }) => (entry.type = 'TransferPoints')],
  [
    'the order of its lines',
    (entry: { postings: unknown[] }) => (entry.postings = entry.postings.toReversed()),
  ],
])('an entry in which %s was tampered with cannot be reversed', async (_name, change) => {
  expect(await answer(redeem(STAR, ANN, '10', { acceptor: 'bank' }), 'mall')).toBe('accepted')
  const entry = JSON.parse(ledger.published.at(-1)?.text ?? '') as never
  change(entry)
  const signers = ['bank:till', 'mall:till', ANN, BOB].map(walletOf)
  const made = command('ReverseEntry', 'bank:till', { entry, reason: 'mistake' })
  expect(await answer(signCommand(made, ...signers))).toBe('ENTRY_UNKNOWN')
})
