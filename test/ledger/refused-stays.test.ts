import { expect, test } from 'vitest'
import type { LedgerErrorCode, SignedCommand, SubmitRequest } from '../../ledger/index.ts'
import { organisationOf } from '../../ledger/index.ts'
import { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  FLASH,
  foldCredits,
  issue,
  redeem,
  refill,
  reverse,
  rollTo,
  stockedLedger,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import {
  accountOf,
  command,
  definePoints,
  OPENING_DATE,
  registerMember,
  signed,
  STAR,
  walletOf,
} from '../support/world.ts'
import { signCommand } from '../../cli/wallet.ts'

/** What is refused at first, and what then happens so that it would be accepted. */
interface Story {
  readonly code: LedgerErrorCode
  readonly made: (ledger: MemoryLedger) => SignedCommand | Promise<SignedCommand>
  readonly fix: (ledger: MemoryLedger, made: SignedCommand) => Promise<unknown>
}

const DAN = 'mall:m-dan'
const NEW = 'mall:new:point'

function sendTo(member: string): SignedCommand {
  const body = { asset: STAR, from: accountOf(ANN), to: accountOf(member), amount: '10' }
  return signed('TransferPoints', ANN, body)
}

async function spentGift(ledger: MemoryLedger): Promise<SignedCommand> {
  await submitOne(ledger, 'mall', transfer(STAR, ANN, BOB, '10'))
  const entry = JSON.parse(ledger.published.at(-1)?.text ?? '') as object
  await submitOne(ledger, 'bank', redeem(STAR, BOB, '410'))
  return reverse(entry, BOB)
}

/** The same wish once more, after it was granted. */
async function repeated(ledger: MemoryLedger, first: SignedCommand): Promise<SignedCommand> {
  const { type, actor, body } = first.command
  await submitOne(ledger, organisationOf(actor), first)
  return signed(type, actor, body)
}

async function reverseLast(ledger: MemoryLedger, ...signers: readonly string[]): Promise<void> {
  const entry = JSON.parse(ledger.published.at(-1)?.text ?? '') as object
  expect(verdict(await submitOne(ledger, 'mall', reverse(entry, ...signers)))).toBe('accepted')
}

/** What the day before has issued of FLASH is reversed: its quota comes back to the airline. */
async function takeBackFlash(ledger: MemoryLedger): Promise<void> {
  for (const { text } of ledger.clone().published) {
    const entry = JSON.parse(text) as { readonly postings: { readonly asset: string }[] }
    if (entry.postings[0]?.asset !== FLASH) continue
    const made = reverse(entry, 'airline:finance-1', 'airline:finance-2')
    expect(verdict(await submitOne(ledger, 'airline', made))).toBe('accepted')
  }
}

const RECORDED: Story[] = [
  {
    // The lane has 1,400 left and knows of 3,000 in the pool.
    code: 'BUDGET_EXHAUSTED',
    made: () => issue(FLASH, ANN, '50000'),
    fix: async (ledger) => {
      await takeBackFlash(ledger)
      await acceptAll(ledger, 'airline', [refill(FLASH, '3000', 'airline', '3000')])
    },
  },
  {
    code: 'RECEIPT_USED',
    made: async (ledger) => await repeated(ledger, issue(STAR, ANN, '10')),
    fix: async (ledger) => await reverseLast(ledger, 'mall:finance-1', 'mall:finance-2'),
  },
  {
    code: 'ORDER_PAID',
    made: async (ledger) => await repeated(ledger, redeem(STAR, ANN, '10')),
    fix: async (ledger) => await reverseLast(ledger, 'mall:till'),
  },
  {
    code: 'INSUFFICIENT_POINTS',
    made: () => redeem(STAR, ANN, '500'),
    fix: async (ledger) => await acceptAll(ledger, 'mall', [issue(STAR, ANN, '9000')]),
  },
  {
    code: 'POINTS_PENDING',
    made: () => redeem(STAR, ANN, '450'),
    fix: async (ledger) => await rollTo(ledger, '2026-12-01'),
  },
  {
    code: 'ACCOUNT_UNKNOWN',
    made: () => sendTo(DAN),
    fix: async (ledger) => await acceptAll(ledger, 'mall', [registerMember(DAN)]),
  },
  {
    code: 'ASSET_UNKNOWN',
    made: () => refill(NEW, '10'),
    fix: async (ledger) => await acceptAll(ledger, 'mall', [definePoints(NEW)]),
  },
  {
    code: 'LOT_SPENT',
    made: spentGift,
    fix: async (ledger) => await acceptAll(ledger, 'mall', [issue(STAR, BOB, '100')]),
  },
  {
    code: 'AVAILABLE_FROM_TOO_LATE',
    made: () => issue(STAR, ANN, '100', { availableFrom: '2026-12-31' }),
    fix: async (ledger) => await rollTo(ledger, '2026-12-01'),
  },
]

/** A fold that names one credit of a member and says that there are more. */
function oldestOnly(ledger: MemoryLedger, member: string): SubmitRequest['fold'] {
  return ledger.completeFold(accountOf(member)).map((fold) => ({
    ...fold,
    transactions: fold.transactions.slice(0, 1),
    complete: false,
  }))
}

const openCommand = signed('OpenLedger', 'bank', { businessDate: OPENING_DATE })

function roll(from: string, to: string): SignedCommand {
  const body = { from: { date: from, number: 1 }, to: { date: to, number: 1 } }
  const made = command('RollBusinessDate', 'mall:finance-1', body)
  const signers = ['mall:finance-1', 'bank:finance-1'].map(walletOf)
  return signCommand(made, ...signers)
}

const UNRECORDED: Story[] = [
  {
    code: 'QUOTA_REFILL',
    made: () => issue(STAR, ANN, '2000000'),
    fix: async (ledger) => await acceptAll(ledger, 'mall', [refill(STAR, '200000')]),
  },
  {
    code: 'ACTOR_UNKNOWN',
    made: () => signed('ExpirePoints', DAN, { asset: FLASH, account: accountOf(ANN) }),
    fix: async (ledger) => {
      await acceptAll(ledger, 'mall', [registerMember(DAN)])
      await rollTo(ledger, '2026-12-01')
    },
  },
  {
    code: 'NOTHING_TO_EXPIRE',
    made: () => signed('ExpirePoints', ANN, { asset: FLASH, account: accountOf(ANN) }),
    fix: async (ledger) => await rollTo(ledger, '2026-12-01'),
  },
  {
    code: 'NOT_NEXT_CYCLE',
    made: () => roll('2026-12-01', '2026-12-02'),
    fix: async (ledger) => await acceptAll(ledger, 'mall', [roll('2026-11-30', '2026-12-01')]),
  },
  {
    code: 'PROOF_INVALID',
    made: () => {
      const made = command('RotateKey', ANN, { publicKey: walletOf(DAN).publicKey })
      return signCommand(made, { ...walletOf(DAN), actor: ANN })
    },
    fix: async (ledger) => {
      const body = { publicKey: walletOf(DAN).publicKey }
      await acceptAll(ledger, 'mall', [signed('RotateKey', ANN, body)])
    },
  },
]

test.each(RECORDED)(
  '$code stays, whoever asks again when it would do',
  async ({ code, made, fix }) => {
    const ledger = await stockedLedger()
    const sent = await made(ledger)
    const first = await submitOne(ledger, sent.command.actor.split(':')[0] ?? '', sent)
    expect(verdict(first)).toBe(code)
    await fix(ledger, sent)
    for (const organisation of ['mall', 'bank', 'airline']) {
      expect(await submitOne(ledger, organisation, sent)).toEqual({ ...first, replayed: true })
    }
    // The world really is repaired: the same wish under an id of its own is granted.
    const { type, actor, body } = sent.command
    const granted = await submitOne(ledger, organisationOf(actor), signed(type, actor, body))
    expect(verdict(granted)).toBe('accepted')
  },
)

test.each(UNRECORDED)(
  '$code goes, once what was wrong is repaired',
  async ({ code, made, fix }) => {
    const ledger = await stockedLedger()
    const sent = await made(ledger)
    expect(verdict(await submitOne(ledger, 'mall', sent))).toBe(code)
    await fix(ledger, sent)
    const after = await submitOne(ledger, 'mall', sent)
    expect(after).toMatchObject({ status: 'accepted', replayed: false })
  },
)

test('FUNDER_MUST_SUBMIT comes before every refusal that would stay', async () => {
  const ledger = await stockedLedger()
  const good = issue(STAR, ANN, '100')
  const { body } = good.command
  const hopeless = [
    good,
    signed('IssuePoints', 'mall:till', { ...body, asset: 'mall:none:point' }),
    signed('IssuePoints', 'mall:till', { ...body, to: 'mall:a-none' }),
    signed('IssuePoints', 'mall:finance-1', body),
    issue(STAR, ANN, '100', { availableFrom: '2027-12-31' }),
    issue(STAR, ANN, '1'),
    issue(STAR, ANN, '9999999999999'),
  ]
  const before = new Map(ledger.state)
  for (const organisation of ['bank', 'airline']) {
    for (const made of hopeless) {
      expect(verdict(await submitOne(ledger, organisation, made))).toBe('FUNDER_MUST_SUBMIT')
    }
  }
  expect(ledger.state).toEqual(before)
  expect(verdict(await submitOne(ledger, 'mall', good))).toBe('accepted')
})

test('FOLD_INCOMPLETE goes, once FoldCredits has brought the rest within reach', async () => {
  const ledger = await stockedLedger()
  await rollTo(ledger, '2026-12-01')
  const payment = redeem(STAR, ANN, '450')
  const before = new Map(ledger.state)
  const partly = { fold: oldestOnly(ledger, ANN) }
  expect(verdict(await submitOne(ledger, 'mall', payment, partly))).toBe('FOLD_INCOMPLETE')
  expect(verdict(await submitOne(ledger, 'airline', payment, partly))).toBe('FOLD_INCOMPLETE')
  expect(ledger.state).toEqual(before)
  expect(verdict(await submitOne(ledger, 'mall', foldCredits(STAR, ANN), partly))).toBe('accepted')
  const rest = { fold: oldestOnly(ledger, ANN) }
  expect(verdict(await submitOne(ledger, 'mall', payment, rest))).toBe('accepted')
})

test('LEDGER_NOT_OPEN and CALLER_NOT_ADMIN leave nothing behind', async () => {
  const ledger = new MemoryLedger()
  const early = signed('RegisterOrganisation', 'bank', { name: 'The bank' })
  expect(verdict(await submitOne(ledger, 'bank', early, { isAdmin: true }))).toBe('LEDGER_NOT_OPEN')
  expect(verdict(await submitOne(ledger, 'bank', openCommand))).toBe('CALLER_NOT_ADMIN')
  expect(ledger.state.size).toBe(0)
  await acceptAll(ledger, 'bank', [openCommand, early], { isAdmin: true })
})

test('PROOF_MISSING and COMMAND_MALFORMED do not spoil the id for who comes with it rightly', async () => {
  const ledger = await stockedLedger()
  const good = redeem(STAR, ANN, '10')
  const bare = { ...good, proofs: [] }
  const { body } = good.command
  const bad = { ...good, command: { ...good.command, body: { ...body, amount: '-10' } } }
  expect(verdict(await submitOne(ledger, 'bank', bare))).toBe('PROOF_MISSING')
  expect(verdict(await submitOne(ledger, 'bank', bad))).toBe('COMMAND_MALFORMED')
  expect(verdict(await submitOne(ledger, 'mall', good))).toBe('accepted')
})

test('an accepted command is accepted for ever, and posted once', async () => {
  const ledger = await stockedLedger()
  const made = redeem(STAR, ANN, '10')
  const first = await submitOne(ledger, 'mall', made)
  const entries = ledger.published.length
  await rollTo(ledger, '2026-12-02')
  const late = { ...made, command: { ...made.command, notAfter: '2026-11-01' }, proofs: [] }
  for (const again of [made, late]) {
    expect(await submitOne(ledger, 'airline', again)).toEqual({ ...first, replayed: true })
  }
  expect(ledger.published).toHaveLength(entries)
})
