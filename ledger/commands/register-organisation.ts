import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { organisationKey, organisationsKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/** An organisation enters itself, under its own admin identity. Its id is its MSP id. */
export const registerOrganisation = defineRule({
  type: 'RegisterOrganisation',
  body: Type.Object(
    { name: Type.String({ minLength: 1, maxLength: 80, description: 'as people read it' }) },
    { additionalProperties: false },
  ),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: (command) => [organisationKey(command.actor), organisationsKey],
  decide(command, state, context) {
    const id = command.actor
    if (id !== context.caller.organisation || !context.caller.isAdmin) {
      return refuse('CALLER_NOT_ADMIN')
    }
    if (state.get(organisationKey(id)) !== undefined) return refuse('ORGANISATION_EXISTS', { id })
    const organisations = [...(state.get(organisationsKey) ?? []), id].sort()
    return accept([
      write(organisationKey(id), { id, name: command.body.name }),
      write(organisationsKey, organisations),
    ])
  },
})
