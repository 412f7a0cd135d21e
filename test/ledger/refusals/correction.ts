import type { RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  issue,
  openedLedger,
  redeem,
  reverse,
  stockedLedger,
  submitOne,
  transfer,
} from '../../support/opened-ledger.ts'
import { returnPurchase } from '../../support/return-world.ts'
import { signed, STAR } from '../../support/world.ts'
import { commonFaults } from './common-faults.ts'

const gifts = await stockedLedger()
await acceptAll(gifts, 'mall', [transfer(STAR, ANN, BOB, '10'), transfer(STAR, ANN, BOB, '20')], {
  fold: gifts.completeFold(),
})
const [small, large] = gifts.published.slice(-2).map(({ text }) => JSON.parse(text) as object)
await acceptAll(gifts, 'bank', [reverse(large ?? {}, BOB)], { fold: gifts.completeFold() })
const reversal = JSON.parse(gifts.published.at(-1)?.text ?? '') as object

/** Ann's first award. */
const award = JSON.parse(gifts.published[0]?.text ?? '') as object

function afterGifts(): Promise<MemoryLedger> {
  return Promise.resolve(gifts.clone())
}

const reverseEntry: RefusalTable = {
  base: {
    type: 'ReverseEntry',
    actor: BOB,
    organisation: 'bank',
    body: { entry: small, reason: 'mistake' },
    ledger: afterGifts,
  },
  faults: [
    { name: 'no reason', code: 'COMMAND_MALFORMED', body: { reason: '' } },
    {
      name: 'half an entry',
      code: 'COMMAND_MALFORMED',
      body: { entry: { ...small, postings: [] } },
    },
    ...commonFaults(BOB),
    {
      name: 'an entry with another date',
      code: 'ENTRY_UNKNOWN',
      body: { entry: { ...small, businessDate: '2026-11-29' } },
    },
    {
      name: 'an entry of another command',
      code: 'ENTRY_UNKNOWN',
      body: { entry: { ...small, commandId: 'no-such-command' } },
    },
    { name: 'a reversal', code: 'NOT_REVERSIBLE', body: { entry: reversal } },
    { name: 'by the giver', code: 'APPROVALS_MISSING', envelope: { actor: ANN } },
    {
      name: "by the holder's home",
      code: 'APPROVALS_MISSING',
      envelope: { actor: 'bank:finance-1' },
    },
    {
      name: 'reversed already',
      code: 'ALREADY_REVERSED',
      before: async (ledger) => await submitOne(ledger, 'bank', reverse(small ?? {}, BOB)),
    },
    {
      name: 'an award of which a part was taken back',
      code: 'PARTLY_RETURNED',
      body: { entry: award },
      envelope: { actor: 'mall:finance-1' },
      signers: ['mall:finance-1', 'mall:finance-2'],
      before: async (ledger) => await submitOne(ledger, 'mall', returnPurchase(award, '100')),
    },
    {
      name: 'spent, and credits that are not named',
      code: 'FOLD_INCOMPLETE',
      foldsNothing: true,
      before: async (ledger) => {
        await submitOne(ledger, 'bank', redeem(STAR, BOB, '410'))
        await acceptAll(ledger, 'mall', [issue(STAR, BOB, '1000')])
      },
    },
    {
      name: 'spent already',
      code: 'LOT_SPENT',
      before: async (ledger) => await submitOne(ledger, 'bank', redeem(STAR, BOB, '410')),
    },
  ],
}

const voidCommand: RefusalTable = {
  base: {
    type: 'VoidCommand',
    actor: ANN,
    organisation: 'mall',
    body: { actor: ANN, id: 'lost-on-the-way' },
    ledger: openedLedger,
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { id: '' } },
    ...commonFaults(ANN),
    { name: "another's command", code: 'NOT_AUTHORISED', body: { actor: BOB } },
    {
      name: "a colleague's command",
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'mall:finance-1' },
    },
    {
      name: 'a command that has an outcome',
      code: 'COMMAND_SETTLED',
      before: async (ledger) => {
        const body = { actor: ANN, id: 'nothing-at-all' }
        const done = signed('VoidCommand', ANN, body, { id: 'lost-on-the-way' })
        await acceptAll(ledger, 'mall', [done])
      },
    },
    {
      name: 'itself',
      code: 'COMMAND_SETTLED',
      body: { id: 'void-myself' },
      envelope: { id: 'void-myself' },
    },
  ],
}

const rollBusinessDate: RefusalTable = {
  base: {
    type: 'RollBusinessDate',
    actor: 'mall:finance-1',
    organisation: 'mall',
    signers: ['mall:finance-1', 'bank:finance-1'],
    body: { from: { date: '2026-11-30', number: 1 }, to: { date: '2026-12-01', number: 1 } },
    ledger: openedLedger,
  },
  faults: [
    {
      name: 'no such day',
      code: 'COMMAND_MALFORMED',
      body: { to: { date: '2026-11-31', number: 1 } },
    },
    ...commonFaults('mall:finance-1'),
    {
      name: 'one organisation of three',
      code: 'APPROVALS_MISSING',
      signers: ['mall:finance-1', 'mall:finance-2'],
    },
    {
      name: 'another that is not of finance',
      code: 'APPROVALS_MISSING',
      signers: ['mall:finance-1', 'bank:till', 'airline:admin'],
    },
    {
      name: 'from another day',
      code: 'NOT_NEXT_CYCLE',
      body: { from: { date: '2026-11-29', number: 1 } },
    },
    {
      name: 'two days',
      code: 'NOT_NEXT_CYCLE',
      body: { to: { date: '2026-12-02', number: 1 } },
    },
    {
      name: 'a second cycle of a day that had no first',
      code: 'NOT_NEXT_CYCLE',
      body: { to: { date: '2026-12-01', number: 2 } },
    },
    {
      name: 'the day that it is',
      code: 'NOT_NEXT_CYCLE',
      body: { to: { date: '2026-11-30', number: 1 } },
    },
  ],
}

export const CORRECTION = [reverseEntry, voidCommand, rollBusinessDate]
