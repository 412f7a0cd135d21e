import { Type } from 'typebox'
import { administers } from '../authority.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, organisationOf, PersonIdText } from '../identifiers.ts'
import { accountKey, actorKey, organisationKey } from '../keys.ts'
import { keyIdOf, PublicKeyText } from '../public-key.ts'
import { ROLES } from '../records.ts'
import type { RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Enters a person with a first key: a member with the account that holds what he owns, or staff
 * with roles. By the organisation's admin identity, or by its admin staff.
 */
export const registerActor = defineRule({
  type: 'RegisterActor',
  body: Type.Object(
    {
      id: PersonIdText,
      publicKey: PublicKeyText,
      account: Type.Optional(AccountIdText),
      roles: Type.Array(Type.Enum(ROLES), { uniqueItems: true, maxItems: ROLES.length }),
    },
    {
      additionalProperties: false,
      anyOf: [
        { required: ['account'], properties: { roles: { maxItems: 0 } } },
        { properties: { account: false, roles: { minItems: 1 } } },
      ],
      description: 'a member has an account and no roles, staff have roles and no account',
    },
  ),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => [
    organisationKey(organisationOf(body.id)),
    actorKey(body.id),
    ...(body.account === undefined ? [] : [accountKey(body.account)]),
  ],
  decide(command, state, context) {
    const { id, publicKey, account, roles } = command.body
    const organisation = organisationOf(id)
    if (state.get(organisationKey(organisation)) === undefined) {
      return refuse('ORGANISATION_UNKNOWN', { id: organisation })
    }
    if (state.get(actorKey(id)) !== undefined) return refuse('ACTOR_EXISTS', { id })
    if (account !== undefined && state.get(accountKey(account)) !== undefined) {
      return refuse('ACCOUNT_EXISTS', { id: account })
    }
    const isForeign = account !== undefined && organisationOf(account) !== organisation
    if (command.actor === organisation && !context.caller.isAdmin) {
      return refuse('CALLER_NOT_ADMIN')
    }
    if (isForeign || !administers(command, context, organisation)) return refuse('NOT_AUTHORISED')
    const writes: RecordWrite[] = [
      write(actorKey(id), {
        id,
        organisation,
        kind: account === undefined ? 'staff' : 'member',
        roles,
        keys: [{ keyId: keyIdOf(publicKey, context.sha256), kind: 'p256', publicKey }],
      }),
    ]
    if (account !== undefined) {
      writes.push(write(accountKey(account), { id: account, owner: id, home: organisation }))
    }
    return accept(writes)
  },
})
