import type { Basket, Command } from '../../../ledger/index.ts'
import type { Fault, RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, CAT, rollTo } from '../../support/opened-ledger.ts'
import { declineRequest, payRequest, requestPayment } from '../../support/request-world.ts'
import { basket, tradeLedger } from '../../support/trade-world.ts'
import { accountOf, STAR } from '../../support/world.ts'
import { contentFaults, done, termFaults } from './basket-faults.ts'
import { commonFaults } from './common-faults.ts'

const REQUEST = 'bank:r-base'
const ASKS = basket({ [STAR]: 100 }, ['A-1'])

/** Bob asks Ann. */
async function withRequest(): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  await acceptAll(ledger, 'bank', [requestPayment(REQUEST, BOB, ANN, ASKS)])
  return ledger
}

/** Requests for what Ann cannot give, each under an id of its own. */
const impossible = contentFaults('pays', {}).map((fault, at): Fault => {
  const request = `bank:r-${at}`
  const asks = fault.body?.['pays'] as Basket
  const asked = requestPayment(request, BOB, ANN, asks, { until: '2026-12-31' })
  return {
    ...fault,
    body: { ...fault.body, request },
    before: async (ledger: MemoryLedger, made: Command) => {
      await acceptAll(ledger, 'bank', [asked])
      await fault.before?.(ledger, made)
    },
  }
})

const requestTable: RefusalTable = {
  base: {
    type: 'RequestPayment',
    actor: BOB,
    organisation: 'bank',
    body: requestPayment('bank:r-new', BOB, ANN, ASKS).command.body,
    ledger: withRequest,
  },
  faults: [
    { name: 'no such day', code: 'COMMAND_MALFORMED', body: { until: '2026-11-31' } },
    ...commonFaults(BOB),
    { name: 'for no such account', code: 'ACCOUNT_UNKNOWN', body: { to: 'bank:a-none' } },
    { name: 'of no such account', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'for somebody else', code: 'NOT_AUTHORISED', envelope: { actor: CAT } },
    { name: 'by who would pay', code: 'NOT_AUTHORISED', envelope: { actor: ANN } },
    { name: 'of himself', code: 'SAME_ACCOUNT', body: { from: accountOf(BOB) } },
    {
      name: 'an id of another organisation',
      code: 'CONTRACT_ELSEWHERE',
      body: { request: 'mall:r-new' },
    },
    { name: 'the id of another', code: 'CONTRACT_EXISTS', body: { request: REQUEST } },
    { name: 'until a day that is over', code: 'LAST_DAY_PAST', body: { until: '2026-11-29' } },
    ...termFaults('asks'),
  ],
}

const payTable: RefusalTable = {
  base: {
    type: 'PayRequest',
    actor: ANN,
    organisation: 'mall',
    body: payRequest(REQUEST, ANN, BOB, ASKS).command.body,
    ledger: withRequest,
  },
  faults: [
    { name: 'nothing said of what', code: 'COMMAND_MALFORMED', body: { pays: {} } },
    ...commonFaults(ANN),
    { name: 'no such request', code: 'CONTRACT_UNKNOWN', body: { request: 'bank:none' } },
    { name: 'from no such account', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: "from another's account", code: 'NOT_AUTHORISED', envelope: { actor: CAT } },
    {
      name: 'a second time',
      code: 'REQUEST_CLOSED',
      before: done(() => payRequest(REQUEST, ANN, BOB, ASKS)),
    },
    {
      name: 'what was declined',
      code: 'REQUEST_CLOSED',
      before: done(() => declineRequest(REQUEST, ANN)),
    },
    {
      name: 'when it is over',
      code: 'CONTRACT_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
    {
      name: 'of an account that was not asked',
      code: 'REQUEST_DIFFERS',
      envelope: { actor: CAT },
      body: { from: accountOf(CAT) },
    },
    { name: 'to another account', code: 'REQUEST_DIFFERS', body: { to: accountOf(CAT) } },
    {
      name: 'less than what is asked for',
      code: 'REQUEST_DIFFERS',
      body: { pays: basket({ [STAR]: 99 }, ['A-1']) },
    },
    {
      name: 'more than what is asked for',
      code: 'REQUEST_DIFFERS',
      body: { pays: basket({ [STAR]: 100 }, ['A-1', 'A-2']) },
    },
    ...impossible,
  ],
}

const declineTable: RefusalTable = {
  base: {
    type: 'DeclineRequest',
    actor: ANN,
    organisation: 'mall',
    body: { request: REQUEST },
    ledger: withRequest,
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { request: '' } },
    ...commonFaults(ANN),
    { name: 'no such request', code: 'CONTRACT_UNKNOWN', body: { request: 'bank:none' } },
    { name: 'by somebody else', code: 'NOT_AUTHORISED', envelope: { actor: CAT } },
    { name: "by the payer's home", code: 'NOT_AUTHORISED', envelope: { actor: 'mall' } },
    {
      name: 'what was paid',
      code: 'REQUEST_CLOSED',
      before: done(() => payRequest(REQUEST, ANN, BOB, ASKS)),
    },
    {
      name: 'what was taken back',
      code: 'REQUEST_CLOSED',
      before: done(() => declineRequest(REQUEST, BOB)),
    },
  ],
}

export const PAYMENT_REQUESTS = [requestTable, payTable, declineTable]
