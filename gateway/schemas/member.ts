import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { Actor } from '../../ledger/index.ts'

/** The fields of a person as the API answers them. */
export const memberFields = {
  id: Type.String(),
  organisation: Type.String(),
  kind: Type.Union([Type.Literal('member'), Type.Literal('staff')]),
  roles: Type.Array(Type.String()),
  accounts: Type.Array(Type.String()),
  keys: Type.Array(
    Type.Object({
      keyId: Type.String(),
      kind: Type.String(),
      publicKey: Type.String({ description: 'subject public key info, DER, in base64' }),
    }),
  ),
}

export const MemberAnswer = Type.Object(memberFields)

export function memberAnswer(
  { id, organisation, kind, roles, keys }: Actor,
  accounts: string[],
): Static<typeof MemberAnswer> {
  return { id, organisation, kind, roles: [...roles], accounts, keys: [...keys] }
}
