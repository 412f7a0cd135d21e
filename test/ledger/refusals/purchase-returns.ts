import type { RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  issue,
  redeem,
  reverse,
  submitOne,
  transfer,
} from '../../support/opened-ledger.ts'
import {
  LOST,
  OWED,
  publishedEntry,
  returnLedger,
  returnPurchase,
} from '../../support/return-world.ts'
import { commonFaults } from './common-faults.ts'

const awarded = await returnLedger()
await acceptAll(awarded, 'mall', [issue(OWED, ANN, '4000', { funder: 'mall' })])
const AWARD = publishedEntry(awarded)
await acceptAll(awarded, 'mall', [issue(LOST, ANN, '4000', { funder: 'mall' })])
await acceptAll(awarded, 'mall', [transfer(LOST, ANN, 'bank:m-bob', '10')], {
  fold: awarded.completeFold(),
})
const TRANSFER = publishedEntry(awarded)

function ledger(): Promise<MemoryLedger> {
  return Promise.resolve(awarded.clone())
}

async function spend(at: MemoryLedger): Promise<void> {
  await submitOne(at, 'mall', redeem(OWED, ANN, '390', { acceptor: 'mall' }))
}

const table: RefusalTable = {
  base: {
    type: 'ReturnPurchase',
    actor: 'mall:till',
    organisation: 'mall',
    body: { entry: AWARD, returnedFen: '1000' },
    ledger,
  },
  faults: [
    { name: 'nothing', code: 'COMMAND_MALFORMED', body: { returnedFen: '0' } },
    ...commonFaults('mall:till'),
    {
      name: 'an entry that says more',
      code: 'ENTRY_UNKNOWN',
      body: { entry: { ...AWARD, references: { funder: 'mall', spendFen: '8000' } } },
    },
    { name: 'a transfer', code: 'NOT_AN_AWARD', body: { entry: TRANSFER } },
    { name: 'by the issuer', code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
    { name: 'by the member', code: 'NOT_AUTHORISED', envelope: { actor: ANN } },
    {
      name: 'by staff in another role',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'mall:finance-1' },
    },
    {
      name: 'an award that was reversed',
      code: 'ALREADY_REVERSED',
      before: async (at) =>
        await submitOne(at, 'mall', reverse(AWARD, 'bank:finance-1', 'bank:finance-2')),
    },
    { name: 'more than was bought', code: 'RETURN_EXCEEDS', body: { returnedFen: '4001' } },
    {
      name: 'more than is left of what was bought',
      code: 'RETURN_EXCEEDS',
      before: async (at) => await submitOne(at, 'mall', returnPurchase(AWARD, '3001')),
    },
    {
      name: 'spent, and credits that are not named',
      code: 'FOLD_INCOMPLETE',
      foldsNothing: true,
      before: async (at) => {
        await spend(at)
        await acceptAll(at, 'mall', [issue(OWED, ANN, '1000', { funder: 'mall' })])
      },
    },
    {
      name: 'spent, away from home',
      code: 'SHORT_AWAY_FROM_HOME',
      call: { organisation: 'bank' },
      before: spend,
    },
  ],
}

export const PURCHASE_RETURNS = [table]
