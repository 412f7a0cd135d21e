import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from './amount.ts'
import { BusinessDateText } from './business-date.ts'
import { canonicalJson } from './canonical.ts'
import type { Command } from './command.ts'
import { CHAINCODE_NAME } from './command.ts'
import type { Contract } from './contract.ts'
import type { AccountId, ActorId, ContractId, OrganisationId } from './identifiers.ts'
import {
  AccountIdText,
  ContractIdText,
  OrganisationIdText,
  PointsAssetIdText,
  SerialText,
  SeriesIdText,
} from './identifiers.ts'
import { PublicKeyText } from './public-key.ts'
import type { Codec } from './records.ts'
import { codec } from './records.ts'

/** Two postings each, so that the entry stays one that can be brought along. */
const MAX_LINES = 40

const Moved = { from: AccountIdText, to: AccountIdText }

const PointsLine = Type.Object(
  { kind: Type.Literal('points'), ...Moved, asset: PointsAssetIdText, amount: PositiveAmount },
  { additionalProperties: false },
)

const CouponLine = Type.Object(
  { kind: Type.Literal('coupon'), ...Moved, series: SeriesIdText, serial: SerialText },
  { additionalProperties: false },
)

const MoneyLine = Type.Object(
  {
    kind: Type.Literal('money'),
    debtor: OrganisationIdText,
    creditor: OrganisationIdText,
    amount: Type.String({ ...PositiveAmount, description: 'micro-yuan that clears between them' }),
  },
  { additionalProperties: false },
)

const OracleText = Type.Object(
  {
    publicKey: PublicKeyText,
    text: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'what the key has to sign, for this agreement, before it can take effect',
    }),
  },
  { additionalProperties: false },
)

/** What is agreed: every line has two sides, so that the whole is balanced however it is put. */
export const AgreementTermsText = Type.Object(
  {
    lines: Type.Array(Type.Union([PointsLine, CouponLine, MoneyLine]), {
      minItems: 1,
      maxItems: MAX_LINES,
    }),
    notBefore: Type.Optional(BusinessDateText),
    notAfter: BusinessDateText,
    after: Type.Optional(ContractIdText),
    oracle: Type.Optional(OracleText),
  },
  { additionalProperties: false },
)

export type AgreementTerms = Static<typeof AgreementTermsText>
export type AgreementLine = AgreementTerms['lines'][number]
export type MovingLine = Exclude<AgreementLine, { readonly kind: 'money' }>

/** An account that gives, for which its owner signs, or a debtor, for which its finance staff do. */
export type Signatory =
  | { readonly account: AccountId; readonly owner: ActorId }
  | { readonly organisation: OrganisationId }

/** A multi-party agreement 多方协议: all of it takes effect in one entry, or nothing of it. */
export interface Agreement extends Contract {
  readonly status: 'open' | 'executed' | 'withdrawn' | 'lapsed'
  readonly terms: AgreementTerms
  /** The owners of all accounts in it. */
  readonly people: readonly ActorId[]
  /** Everybody who loses something by it. Who only receives need not sign. */
  readonly signatories: readonly Signatory[]
  /** Of the signatories, those who have signed: accounts and organisations. */
  readonly signed: readonly string[]
  readonly oracleSigned: boolean
}

export const AGREEMENT: Codec<Agreement> = codec<Agreement>(
  (value) => ({ ...value, terms: value.terms, keeps: [] }),
  (stored: Agreement) => stored,
)

export function isMoving(line: AgreementLine): line is MovingLine {
  return line.kind !== 'money'
}

/** The account or organisation that a signatory signs for. */
export function nameOf(signatory: Signatory): string {
  return 'account' in signatory ? signatory.account : signatory.organisation
}

export function isSameTerms(one: AgreementTerms, other: AgreementTerms): boolean {
  return canonicalJson(one) === canonicalJson(other)
}

/** The text that an oracle's key signs: good for one agreement on one ledger. */
export function oracleText(
  { channel, ledgerId }: Pick<Command, 'channel' | 'ledgerId'>,
  agreement: ContractId,
  text: string,
): string {
  return ['tallystick/oracle/1', channel, ledgerId, CHAINCODE_NAME, agreement, text].join('\n')
}
