import type { RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, CAT, FIXED, rollTo } from '../../support/opened-ledger.ts'
import {
  acceptOffer,
  basket,
  cancelOffer,
  openOffer,
  returnOffer,
  tradeLedger,
} from '../../support/trade-world.ts'
import { accountOf, HUI, STAR } from '../../support/world.ts'
import { contentFaults, done, termFaults } from './basket-faults.ts'
import { commonFaults } from './common-faults.ts'

const OFFER = 'bank:o-base'
const GIVES = basket({ [HUI]: 100 }, ['B-1'])
const WANTS = basket({ [STAR]: 50 }, ['A-1'])

/** Bob's offer to anybody, and what he wants of Ann whatever she has. */
async function withOffer(): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  const offers = [openOffer(OFFER, BOB, GIVES, WANTS)]
  await acceptAll(ledger, 'bank', offers, { fold: ledger.completeFold() })
  return ledger
}

/** Offers for what Ann cannot give, each under an id of its own; the table's body names it. */
const impossible = contentFaults('pays', {}).map((fault, at) => {
  const wants = fault.body?.['pays'] as typeof WANTS
  const offer = `bank:o-${at}`
  const open = openOffer(offer, BOB, basket({ [HUI]: 1 }), wants, { until: '2026-12-31' })
  return {
    ...fault,
    body: { ...fault.body, offer, gets: basket({ [HUI]: 1 }) },
    before: async (ledger: MemoryLedger, made: Parameters<NonNullable<typeof fault.before>>[1]) => {
      await acceptAll(ledger, 'bank', [open], { fold: ledger.completeFold() })
      await fault.before?.(ledger, made)
    },
  }
})

const openOfferTable: RefusalTable = {
  base: {
    type: 'OpenOffer',
    actor: ANN,
    organisation: 'mall',
    body: openOffer('mall:o-base', ANN, basket({ [STAR]: 100 }), GIVES).command.body,
    ledger: tradeLedger,
  },
  faults: [
    { name: 'no such day', code: 'COMMAND_MALFORMED', body: { until: '2026-11-31' } },
    ...commonFaults(ANN),
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'to no such account', code: 'ACCOUNT_UNKNOWN', body: { to: 'mall:a-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    { name: 'to himself', code: 'SAME_ACCOUNT', body: { to: accountOf(ANN) } },
    {
      name: 'an id of another organisation',
      code: 'CONTRACT_ELSEWHERE',
      body: { offer: 'bank:o-base' },
    },
    {
      name: 'an id that is used',
      code: 'CONTRACT_EXISTS',
      before: done(() => openOffer('mall:o-base', ANN, basket({ [STAR]: 1 }), GIVES)),
    },
    { name: 'until yesterday', code: 'LAST_DAY_PAST', body: { until: '2026-11-29' } },
    { name: 'for nothing', code: 'BASKET_EMPTY', body: { wants: basket({}) } },
    {
      name: 'for what there is not',
      code: 'ASSET_UNKNOWN',
      body: { wants: basket({ 'mall:none:point': 1 }) },
    },
    { name: 'for what stays', code: 'NOT_TRANSFERABLE', body: { wants: basket({ [FIXED]: 1 }) } },
    ...termFaults('gives'),
    ...contentFaults('gives', { until: '2026-12-31' }),
  ],
}

const acceptOfferTable: RefusalTable = {
  base: {
    type: 'AcceptOffer',
    actor: ANN,
    organisation: 'mall',
    body: acceptOffer(OFFER, ANN, WANTS, GIVES).command.body,
    ledger: withOffer,
  },
  faults: [
    { name: 'no basket', code: 'COMMAND_MALFORMED', body: { pays: undefined } },
    ...commonFaults(ANN),
    { name: 'no such offer', code: 'CONTRACT_UNKNOWN', body: { offer: 'bank:o-none' } },
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: CAT } },
    {
      name: 'that is made to another',
      code: 'NOT_ADDRESSEE',
      body: { offer: 'bank:o-cat' },
      before: async (ledger) => {
        const offer = openOffer('bank:o-cat', BOB, basket({}, ['B-2']), WANTS, {
          to: accountOf(CAT),
        })
        await acceptAll(ledger, 'bank', [offer, cancelOffer('bank:o-cat', BOB)])
      },
    },
    {
      name: 'by who made it',
      code: 'SAME_ACCOUNT',
      envelope: { actor: BOB },
      body: { from: accountOf(BOB) },
    },
    {
      name: 'that is cancelled',
      code: 'OFFER_CLOSED',
      before: done(() => cancelOffer(OFFER, BOB)),
    },
    {
      name: 'that is accepted',
      code: 'OFFER_CLOSED',
      before: done(() => acceptOffer(OFFER, ANN, WANTS, GIVES)),
    },
    {
      name: 'after its last day',
      code: 'CONTRACT_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
    { name: 'for less', code: 'OFFER_DIFFERS', body: { pays: basket({ [STAR]: 49 }, ['A-1']) } },
    { name: 'for more', code: 'OFFER_DIFFERS', body: { gets: basket({ [HUI]: 101 }, ['B-1']) } },
    ...impossible,
  ],
}

const cancelOfferTable: RefusalTable = {
  base: {
    type: 'CancelOffer',
    actor: BOB,
    organisation: 'bank',
    body: { offer: OFFER },
    ledger: withOffer,
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { offer: '' } },
    ...commonFaults(BOB),
    { name: 'no such offer', code: 'CONTRACT_UNKNOWN', body: { offer: 'bank:o-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: ANN } },
    {
      name: 'that is accepted',
      code: 'OFFER_CLOSED',
      before: done(() => acceptOffer(OFFER, ANN, WANTS, GIVES)),
    },
  ],
}

const returnOfferTable: RefusalTable = {
  base: {
    type: 'ReturnOffer',
    actor: CAT,
    organisation: 'bank',
    body: { offer: OFFER },
    ledger: async () => {
      const ledger = await withOffer()
      await rollTo(ledger, '2026-12-11')
      return ledger
    },
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { offer: '' } },
    ...commonFaults(CAT),
    { name: 'no such offer', code: 'CONTRACT_UNKNOWN', body: { offer: 'bank:o-none' } },
    { name: 'after its return', code: 'OFFER_CLOSED', before: done(() => returnOffer(OFFER)) },
    { name: 'on its last day', code: 'NOT_DUE', ledger: withOffer },
  ],
}

export const OFFERS = [openOfferTable, acceptOfferTable, cancelOfferTable, returnOfferTable]
