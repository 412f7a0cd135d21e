import type { AgreementTerms, Basket, Command } from '../../../ledger/index.ts'
import {
  agree,
  attest,
  couponLine,
  draft,
  executeAgreement,
  moneyLine,
  ORACLE,
  pointsLine,
  RING,
  RING_SIGNERS,
  signAgreement,
  terms,
  withdraw,
} from '../../support/agreement-world.ts'
import type { Fault, RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, CAT, issue, rollTo, transfer } from '../../support/opened-ledger.ts'
import { tradeLedger } from '../../support/trade-world.ts'
import { HUI, STAR } from '../../support/world.ts'
import { contentFaults, done, termFaults } from './basket-faults.ts'
import { commonFaults } from './common-faults.ts'

const DEAL = 'mall:deal'
const AGREED = terms(RING)
const TOMORROW = terms(RING, { notBefore: '2026-12-01' })

/** The ring, signed by all but Ann. */
async function withDeal(): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  await agree(ledger, DEAL, AGREED, RING_SIGNERS.slice(1))
  return ledger
}

/** The ring, signed by all on the day before it may take effect, on the day that it may. */
async function withSignedDeal(): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  await agree(ledger, DEAL, TOMORROW, RING_SIGNERS)
  await rollTo(ledger, '2026-12-01')
  return ledger
}

function changed(change: Partial<AgreementTerms>): Record<string, unknown> {
  return { terms: { ...AGREED, ...change } }
}

const draftTable: RefusalTable = {
  base: {
    type: 'DraftAgreement',
    actor: ANN,
    organisation: 'mall',
    body: { agreement: 'mall:another', terms: AGREED },
    ledger: withDeal,
  },
  faults: [
    { name: 'about nothing', code: 'COMMAND_MALFORMED', body: changed({ lines: [] }) },
    ...commonFaults(ANN),
    {
      name: 'with no such account',
      code: 'ACCOUNT_UNKNOWN',
      body: changed({ lines: [pointsLine(ANN, 'mall:m-none', STAR, 1)] }),
    },
    {
      name: 'with no such organisation',
      code: 'ORGANISATION_UNKNOWN',
      body: changed({ lines: [moneyLine('mall', 'port', 1), pointsLine(ANN, BOB, STAR, 1)] }),
    },
    {
      name: 'after no such agreement',
      code: 'CONTRACT_UNKNOWN',
      body: changed({ after: 'mall:none' }),
    },
    { name: 'the id of another', code: 'CONTRACT_EXISTS', body: { agreement: DEAL } },
    {
      name: 'by somebody who is no party',
      code: 'NOT_AUTHORISED',
      body: { agreement: 'bank:another' },
      envelope: { actor: 'bank:finance-1' },
    },
    { name: 'by a party that is no person', code: 'NOT_AUTHORISED', envelope: { actor: 'mall' } },
    {
      name: 'an id of another organisation',
      code: 'CONTRACT_ELSEWHERE',
      body: { agreement: 'bank:another' },
    },
    {
      name: 'to the same account',
      code: 'SAME_ACCOUNT',
      body: changed({ lines: [pointsLine(ANN, ANN, STAR, 1)] }),
    },
    {
      name: 'to the same organisation',
      code: 'SAME_ACCOUNT',
      body: changed({ lines: [pointsLine(ANN, BOB, STAR, 1), moneyLine('mall', 'mall', 1)] }),
    },
    {
      name: 'a coupon twice',
      code: 'ASSET_TWICE',
      body: changed({ lines: [couponLine(ANN, BOB, 'A-1'), couponLine(ANN, CAT, 'A-1')] }),
    },
    {
      name: 'from a day after the last',
      code: 'DATES_REVERSED',
      body: changed({ notBefore: '2026-12-11' }),
    },
    {
      name: 'that is over',
      code: 'LAST_DAY_PAST',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
  ],
}

/** Agreements by which Ann would give what she cannot, each under an id of its own. */
const impossible = [...termFaults('pays'), ...contentFaults('pays', {})]
  .filter(({ code }) => !['BASKET_EMPTY', 'ASSET_TWICE'].includes(code))
  .map((fault, at): Fault => {
    const pays = fault.body?.['pays'] as Basket
    const agreement = `mall:x-${at}`
    const lines = [
      ...pays.points.map(({ asset, amount }) => pointsLine(ANN, BOB, asset, Number(amount))),
      ...pays.coupons.map(({ series, serial }) => couponLine(ANN, BOB, serial, series)),
    ]
    const agreed = terms(lines, { notAfter: '2027-01-31' })
    return {
      ...fault,
      body: { agreement, terms: agreed },
      before: async (ledger: MemoryLedger, made: Command) => {
        await acceptAll(ledger, 'mall', [draft(agreement, ANN, agreed)])
        await fault.before?.(ledger, made)
      },
    }
  })

const signTable: RefusalTable = {
  base: {
    type: 'SignAgreement',
    actor: ANN,
    organisation: 'mall',
    body: { agreement: DEAL, terms: AGREED },
    ledger: withDeal,
  },
  faults: [
    { name: 'no terms', code: 'COMMAND_MALFORMED', body: { terms: {} } },
    ...commonFaults(ANN),
    { name: 'no such agreement', code: 'CONTRACT_UNKNOWN', body: { agreement: 'mall:none' } },
    {
      name: 'by the staff of who only receives',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'airline:finance-1' },
    },
    {
      name: 'by staff of the debtor in another role',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'mall:till' },
    },
    {
      name: 'terms in which she gives less',
      code: 'AGREEMENT_DIFFERS',
      body: changed({ lines: [pointsLine(ANN, BOB, STAR, 99), ...RING.slice(1)] }),
    },
    {
      name: 'one that was withdrawn',
      code: 'AGREEMENT_CLOSED',
      before: done(() => withdraw(DEAL, BOB)),
    },
    {
      name: 'one that is over',
      code: 'CONTRACT_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
    {
      name: 'a second time',
      code: 'ALREADY_SIGNED',
      body: { agreement: 'mall:half', terms: terms(RING) },
      before: async (ledger) => await agree(ledger, 'mall:half', AGREED, [ANN]),
    },
    {
      name: 'for an oracle that there is not',
      code: 'ORACLE_SIGNATURE_INVALID',
      body: { oracleSignature: attest(DEAL) },
    },
    ...impossible,
  ],
}

const ATTESTED = terms(RING, { oracle: ORACLE })
const AFTERWARDS = terms(RING, { after: DEAL })

const executeTable: RefusalTable = {
  base: {
    type: 'ExecuteAgreement',
    actor: CAT,
    organisation: 'mall',
    body: { agreement: DEAL, terms: TOMORROW },
    ledger: withSignedDeal,
  },
  faults: [
    { name: 'no terms', code: 'COMMAND_MALFORMED', body: { terms: {} } },
    ...commonFaults(CAT),
    { name: 'no such agreement', code: 'CONTRACT_UNKNOWN', body: { agreement: 'mall:none' } },
    { name: 'other terms', code: 'AGREEMENT_DIFFERS', body: { terms: AGREED } },
    {
      name: 'a second time',
      code: 'AGREEMENT_CLOSED',
      before: done(() => executeAgreement(DEAL, ANN, TOMORROW)),
    },
    {
      name: 'one that is over',
      code: 'CONTRACT_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
    {
      name: 'attested for another agreement',
      code: 'ORACLE_SIGNATURE_INVALID',
      body: { agreement: 'mall:attested', terms: ATTESTED, oracleSignature: attest(DEAL) },
      before: async (ledger) => await agree(ledger, 'mall:attested', ATTESTED, RING_SIGNERS),
    },
    {
      name: 'that not all have signed',
      code: 'SIGNATURES_MISSING',
      body: { agreement: 'mall:half', terms: AGREED },
      before: async (ledger) => await agree(ledger, 'mall:half', AGREED, RING_SIGNERS.slice(1)),
    },
    {
      name: 'before its first day',
      code: 'CONDITION_UNMET',
      body: { agreement: 'mall:later', terms: terms(RING, { notBefore: '2026-12-02' }) },
      before: async (ledger) =>
        await agree(ledger, 'mall:later', terms(RING, { notBefore: '2026-12-02' }), RING_SIGNERS),
    },
    {
      name: 'before another',
      code: 'CONDITION_UNMET',
      body: { agreement: 'mall:next', terms: AFTERWARDS },
      before: async (ledger) => await agree(ledger, 'mall:next', AFTERWARDS, RING_SIGNERS),
    },
    {
      name: 'before the oracle',
      code: 'CONDITION_UNMET',
      body: { agreement: 'mall:attested', terms: ATTESTED },
      before: async (ledger) => await agree(ledger, 'mall:attested', ATTESTED, RING_SIGNERS),
    },
    {
      name: 'credits that are not named',
      code: 'FOLD_INCOMPLETE',
      foldsNothing: true,
      before: async (ledger) => await acceptAll(ledger, 'mall', [issue(STAR, ANN, '10')]),
    },
    {
      name: 'when an account has too little by now',
      code: 'INSUFFICIENT_POINTS',
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [transfer(STAR, ANN, BOB, '301')], {
          fold: ledger.completeFold(),
        }),
    },
    {
      name: 'when an account of another home has too little',
      code: 'SHORT_AWAY_FROM_HOME',
      before: async (ledger) =>
        await acceptAll(ledger, 'bank', [transfer(HUI, BOB, ANN, '300')], {
          fold: ledger.completeFold(),
        }),
    },
  ],
}

const withdrawTable: RefusalTable = {
  base: {
    type: 'WithdrawAgreement',
    actor: BOB,
    organisation: 'bank',
    body: { agreement: DEAL },
    ledger: withDeal,
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { agreement: '' } },
    ...commonFaults(BOB),
    { name: 'no such agreement', code: 'CONTRACT_UNKNOWN', body: { agreement: 'mall:none' } },
    {
      name: 'by somebody who is no party',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'bank:finance-1' },
    },
    {
      name: 'by a party that is no person',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'airline' },
      call: { organisation: 'airline' },
    },
    {
      name: 'one that was executed',
      code: 'AGREEMENT_CLOSED',
      before: done(() => signAgreement(DEAL, ANN, AGREED)),
    },
  ],
}

export const AGREEMENTS = [draftTable, signTable, executeTable, withdrawTable]
