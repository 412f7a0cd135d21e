import { Type } from 'typebox'
import { AgreementTermsText } from '../../ledger/index.ts'

const SignatoryAnswer = Type.Object({
  account: Type.Optional(Type.String()),
  owner: Type.Optional(Type.String({ description: 'who signs for the account' })),
  organisation: Type.Optional(
    Type.String({ description: 'a debtor, for which its finance staff sign' }),
  ),
})

/** What the record of an agreement says besides what all contracts do. */
export const agreementFields = {
  terms: AgreementTermsText,
  people: Type.Array(Type.String(), { description: 'the owners of all accounts in it' }),
  signatories: Type.Array(SignatoryAnswer, { description: 'who has to sign' }),
  signed: Type.Array(Type.String(), { description: 'accounts and organisations that have signed' }),
  oracleSigned: Type.Boolean(),
}
