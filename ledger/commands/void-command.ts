import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { ActorIdText, CommandIdText, organisationOf } from '../identifiers.ts'
import { commandKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Fences a command id that has no outcome: from then on it will never be posted. Exactly one of the
 * command and the fence wins, since both read the absent record and write it. By the command's
 * actor, or by his organisation.
 */
export const voidCommand = defineRule({
  type: 'VoidCommand',
  body: Type.Object({ actor: ActorIdText, id: CommandIdText }, { additionalProperties: false }),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => [commandKey(body.actor, body.id)],
  decide(command, state) {
    const { actor, id } = command.body
    const isOwn = command.actor === actor || command.actor === organisationOf(actor)
    if (!isOwn) return refuse('NOT_AUTHORISED')
    const isSelf = command.actor === actor && command.id === id
    const key = commandKey(actor, id)
    if (isSelf || state.get(key) !== undefined) return refuse('COMMAND_SETTLED', { id })
    return accept([write(key, { status: 'voided' })])
  },
})
