import type { RefusalTable } from '../../support/faults.ts'
import { MemoryLedger } from '../../support/memory-ledger.ts'
import { ANN, FIXED, openedLedger } from '../../support/opened-ledger.ts'
import { accountOf, definePoints, LEDGER_ID, STAR, walletOf } from '../../support/world.ts'
import { commonFaults } from './common-faults.ts'

const openLedger: RefusalTable = {
  base: {
    type: 'OpenLedger',
    actor: 'bank',
    organisation: 'bank',
    isAdmin: true,
    body: { businessDate: '2026-11-30' },
    ledger: () => Promise.resolve(new MemoryLedger()),
  },
  faults: [
    { name: 'no such day', code: 'COMMAND_MALFORMED', body: { businessDate: '2026-02-29' } },
    { name: 'another channel', code: 'WRONG_LEDGER', envelope: { channel: 'other' } },
    {
      name: 'a ledger that is another already',
      code: 'WRONG_LEDGER',
      envelope: { ledgerId: 'other-ledger-01' },
      ledger: openedLedger,
    },
    {
      name: 'another organisation',
      code: 'CALLER_NOT_ORGANISATION',
      call: { organisation: 'mall' },
    },
    { name: 'a proof by a stranger', code: 'ACTOR_UNKNOWN', proofs: 'of a stranger' },
    {
      name: 'a ledger that is open',
      code: 'LEDGER_OPEN',
      envelope: { ledgerId: LEDGER_ID },
      ledger: openedLedger,
    },
    { name: 'no admin identity', code: 'CALLER_NOT_ADMIN', call: { isAdmin: false } },
  ],
}

const registerOrganisation: RefusalTable = {
  base: {
    type: 'RegisterOrganisation',
    actor: 'port',
    organisation: 'port',
    isAdmin: true,
    body: { name: 'The port' },
    ledger: openedLedger,
  },
  faults: [
    { name: 'no name', code: 'COMMAND_MALFORMED', body: { name: '' } },
    ...commonFaults('port'),
    { name: 'no admin identity', code: 'CALLER_NOT_ADMIN', call: { isAdmin: false } },
    {
      name: 'a person',
      code: 'CALLER_NOT_ADMIN',
      envelope: { actor: 'mall:admin' },
      call: { organisation: 'mall' },
    },
    {
      name: 'registered already',
      code: 'ORGANISATION_EXISTS',
      envelope: { actor: 'bank' },
      call: { organisation: 'bank' },
    },
  ],
}

const registerActor: RefusalTable = {
  base: {
    type: 'RegisterActor',
    actor: 'mall:admin',
    organisation: 'mall',
    body: {
      id: 'mall:m-new',
      publicKey: walletOf('mall:m-new').publicKey,
      account: 'mall:a-new',
      roles: [],
    },
    ledger: openedLedger,
  },
  faults: [
    { name: 'an account and roles', code: 'COMMAND_MALFORMED', body: { roles: ['admin'] } },
    { name: 'neither', code: 'COMMAND_MALFORMED', body: { account: undefined } },
    ...commonFaults('mall:admin'),
    { name: 'nowhere', code: 'ORGANISATION_UNKNOWN', body: { id: 'nowhere:m-new' } },
    { name: 'known already', code: 'ACTOR_EXISTS', body: { id: ANN } },
    { name: 'an account in use', code: 'ACCOUNT_EXISTS', body: { account: accountOf(ANN) } },
    { name: 'by no admin identity', code: 'CALLER_NOT_ADMIN', envelope: { actor: 'mall' } },
    { name: 'an account elsewhere', code: 'NOT_AUTHORISED', body: { account: 'bank:a-new' } },
    { name: 'by no admin', code: 'NOT_AUTHORISED', envelope: { actor: 'mall:till' } },
    { name: "by another's admin", code: 'NOT_AUTHORISED', envelope: { actor: 'bank:admin' } },
  ],
}

const rotateKey: RefusalTable = {
  base: {
    type: 'RotateKey',
    actor: ANN,
    organisation: 'mall',
    body: { publicKey: walletOf('mall:m-next-key').publicKey },
    ledger: openedLedger,
  },
  faults: [
    { name: 'no key', code: 'COMMAND_MALFORMED', body: { publicKey: 'AAAA' } },
    ...commonFaults(ANN),
    { name: 'an organisation', code: 'NOT_AUTHORISED', envelope: { actor: 'mall' } },
  ],
}

const definition = definePoints('mall:new:point').command.body

const definePointsTable: RefusalTable = {
  base: {
    type: 'DefinePoints',
    actor: 'mall:till',
    organisation: 'mall',
    body: definition,
    ledger: openedLedger,
  },
  faults: [
    { name: 'more than 4 years', code: 'COMMAND_MALFORMED', body: { expiresAfterMonths: 49 } },
    {
      name: 'a price of nothing',
      code: 'COMMAND_MALFORMED',
      body: { pricePerPoint: { numerator: '0', denominator: '1' } },
    },
    {
      name: 'an acceptor twice',
      code: 'COMMAND_MALFORMED',
      body: { acceptors: ['bank', 'bank'] },
    },
    ...commonFaults('mall:till'),
    { name: 'no such issuer', code: 'ORGANISATION_UNKNOWN', body: { asset: 'nowhere:new:point' } },
    { name: 'no such acceptor', code: 'ORGANISATION_UNKNOWN', body: { acceptors: ['nowhere'] } },
    { name: 'no such partner', code: 'ORGANISATION_UNKNOWN', body: { partners: ['nowhere'] } },
    { name: 'defined already', code: 'ASSET_EXISTS', body: { asset: STAR } },
    { name: 'by no issuer', code: 'NOT_AUTHORISED', envelope: { actor: 'mall:finance-1' } },
    { name: "by another's issuer", code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
    { name: 'by the organisation', code: 'NOT_AUTHORISED', envelope: { actor: 'mall' } },
  ],
}

const refillQuota: RefusalTable = {
  base: {
    type: 'RefillQuota',
    actor: 'mall',
    organisation: 'mall',
    body: { asset: FIXED, needed: '10', amount: '20' },
    ledger: openedLedger,
  },
  faults: [
    { name: 'nothing', code: 'COMMAND_MALFORMED', body: { amount: '0' } },
    { name: 'for nothing', code: 'COMMAND_MALFORMED', body: { needed: '0' } },
    { name: '17 digits', code: 'COMMAND_MALFORMED', body: { needed: '1'.repeat(17) } },
    ...commonFaults('mall'),
    { name: 'no such points', code: 'ASSET_UNKNOWN', body: { asset: 'mall:none:point' } },
    {
      name: 'no partner',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'bank' },
      call: { organisation: 'bank' },
    },
    { name: 'a person', code: 'NOT_AUTHORISED', envelope: { actor: 'mall:till' } },
  ],
}

export const REGISTRATION = [
  openLedger,
  registerOrganisation,
  registerActor,
  rotateKey,
  definePointsTable,
  refillQuota,
]
