import { recipientCommitment, seedCommitment } from '../../../cli/gift-link.ts'
import type { RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, CAT, rollTo } from '../../support/opened-ledger.ts'
import {
  basket,
  claimGift,
  LINK,
  linkSignature,
  openGift,
  OTHER_LINK,
  recallGift,
  returnGift,
  tradeLedger,
} from '../../support/trade-world.ts'
import { accountOf, STAR } from '../../support/world.ts'
import { contentFaults, done, termFaults } from './basket-faults.ts'
import { commonFaults } from './common-faults.ts'

const GIFT = 'mall:g-base'
const RECIPIENT = { salt: LINK.salt, digits: '4711' }
const CLAIM = { recipient: RECIPIENT, seed: LINK.seed }

/** A red packet of Ann's with a single share, for a number that ends with 4711. */
async function withGifts(): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  const packet = openGift(GIFT, ANN, basket({ [STAR]: 100 }), {
    recipient: recipientCommitment(LINK, '4711'),
    shares: { count: 1, split: { kind: 'random', commitment: seedCommitment(LINK) } },
  })
  await acceptAll(ledger, 'mall', [packet], { fold: ledger.completeFold() })
  return ledger
}

const openGiftTable: RefusalTable = {
  base: {
    type: 'OpenGift',
    actor: ANN,
    organisation: 'mall',
    body: openGift(GIFT, ANN, basket({ [STAR]: 400 }, ['A-1'])).command.body,
    ledger: tradeLedger,
  },
  faults: [
    { name: 'no such day', code: 'COMMAND_MALFORMED', body: { returnsAfter: '2026-11-31' } },
    {
      name: 'no shares',
      code: 'COMMAND_MALFORMED',
      body: { shares: { count: 0, split: { kind: 'equal' } } },
    },
    ...commonFaults(ANN),
    { name: 'no such giver', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    {
      name: 'an id of another organisation',
      code: 'CONTRACT_ELSEWHERE',
      body: { gift: 'bank:g-base' },
    },
    {
      name: 'an id that is used',
      code: 'CONTRACT_EXISTS',
      before: done(() => openGift(GIFT, ANN, basket({ [STAR]: 1 }))),
    },
    { name: 'until yesterday', code: 'LAST_DAY_PAST', body: { returnsAfter: '2026-11-29' } },
    {
      name: 'coupons in shares',
      code: 'NOT_SHARED_POINTS',
      body: { shares: { count: 1, split: { kind: 'equal' } }, basket: basket({}, ['A-1', 'A-2']) },
    },
    {
      name: 'points of two kinds in shares',
      code: 'NOT_SHARED_POINTS',
      body: {
        shares: { count: 1, split: { kind: 'equal' } },
        basket: basket({ [STAR]: 1, 'bank:hui:point': 1 }),
      },
    },
    {
      name: 'three points for four',
      code: 'TOO_MANY_SHARES',
      body: { shares: { count: 4, split: { kind: 'equal' } }, basket: basket({ [STAR]: 3 }) },
    },
    ...termFaults('basket'),
    ...contentFaults('basket', { returnsAfter: '2026-12-31' }),
  ],
}

const claimGiftTable: RefusalTable = {
  base: {
    type: 'ClaimGift',
    actor: BOB,
    organisation: 'mall',
    body: claimGift(GIFT, BOB, CLAIM).command.body,
    ledger: withGifts,
  },
  faults: [
    { name: 'no signature', code: 'COMMAND_MALFORMED', body: { linkSignature: '' } },
    ...commonFaults(BOB),
    { name: 'no such gift', code: 'CONTRACT_UNKNOWN', body: { gift: 'mall:g-none' } },
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { to: 'bank:a-none' } },
    { name: "into another's account", code: 'NOT_AUTHORISED', body: { to: accountOf(CAT) } },
    {
      name: 'by its sender',
      code: 'SAME_ACCOUNT',
      envelope: { actor: ANN },
      body: { to: accountOf(ANN) },
    },
    {
      name: 'twice',
      code: 'SHARE_TAKEN',
      before: done(() => claimGift(GIFT, BOB, CLAIM)),
    },
    {
      name: 'after another',
      code: 'GIFT_CLOSED',
      before: done(() => claimGift(GIFT, CAT, CLAIM)),
    },
    { name: 'after its recall', code: 'GIFT_CLOSED', before: done(() => recallGift(GIFT, ANN)) },
    {
      name: 'after its last day',
      code: 'CONTRACT_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
    {
      name: 'without the digits',
      code: 'RECIPIENT_INVALID',
      body: { recipient: undefined },
    },
    {
      name: 'with other digits',
      code: 'RECIPIENT_INVALID',
      body: { recipient: { ...RECIPIENT, digits: '4712' } },
    },
    { name: 'without the seed', code: 'SEED_INVALID', body: { seed: undefined } },
    { name: 'with another seed', code: 'SEED_INVALID', body: { seed: OTHER_LINK.seed } },
    {
      name: "with a signature for another's account",
      code: 'LINK_SIGNATURE_INVALID',
      body: { linkSignature: linkSignature(GIFT, CAT) },
    },
    {
      name: 'with the signature of another gift',
      code: 'LINK_SIGNATURE_INVALID',
      body: { linkSignature: linkSignature('mall:g-other', BOB) },
    },
    {
      name: 'with another link',
      code: 'LINK_SIGNATURE_INVALID',
      body: { linkSignature: linkSignature(GIFT, BOB, OTHER_LINK) },
    },
  ],
}

const recallGiftTable: RefusalTable = {
  base: {
    type: 'RecallGift',
    actor: ANN,
    organisation: 'mall',
    body: { gift: GIFT },
    ledger: withGifts,
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { gift: '' } },
    ...commonFaults(ANN),
    { name: 'no such gift', code: 'CONTRACT_UNKNOWN', body: { gift: 'mall:g-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    { name: "by the sender's home", code: 'NOT_AUTHORISED', envelope: { actor: 'mall' } },
    {
      name: 'after its claim',
      code: 'GIFT_CLOSED',
      before: done(() => claimGift(GIFT, CAT, CLAIM)),
    },
    { name: 'twice', code: 'GIFT_CLOSED', before: done(() => recallGift(GIFT, ANN)) },
  ],
}

const returnGiftTable: RefusalTable = {
  base: {
    type: 'ReturnGift',
    actor: CAT,
    organisation: 'mall',
    body: { gift: GIFT },
    ledger: async () => {
      const ledger = await withGifts()
      await rollTo(ledger, '2026-12-11')
      return ledger
    },
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { gift: '' } },
    ...commonFaults(CAT),
    { name: 'no such gift', code: 'CONTRACT_UNKNOWN', body: { gift: 'mall:g-none' } },
    { name: 'after its return', code: 'GIFT_CLOSED', before: done(() => returnGift(GIFT)) },
    {
      name: 'on its last day',
      code: 'NOT_DUE',
      ledger: async () => {
        const ledger = await withGifts()
        await rollTo(ledger, '2026-12-10')
        return ledger
      },
    },
  ],
}

export const GIFTS = [openGiftTable, claimGiftTable, recallGiftTable, returnGiftTable]
