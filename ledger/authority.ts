import type { OrganisationId } from './identifiers.ts'
import { isOrganisation } from './identifiers.ts'
import type { Command } from './command.ts'
import type { Role } from './records.ts'
import type { DecisionContext, Signer } from './rule.ts'

/** Signers who are staff of an organisation in a role. */
export function staffSigners(
  context: DecisionContext,
  organisation: OrganisationId,
  role: Role,
): readonly Signer[] {
  return context.signers.filter(
    ({ actor }) => actor.organisation === organisation && actor.roles.includes(role),
  )
}

/** Whether the command's own actor is staff of the organisation in the role. */
export function actsAs(
  command: Command<object>,
  context: DecisionContext,
  organisation: OrganisationId,
  role: Role,
): boolean {
  return staffSigners(context, organisation, role).some(({ actor }) => actor.id === command.actor)
}

/** An organisation's own act under its admin identity, or one signed by its admin staff. */
export function administers(
  command: Command<object>,
  context: DecisionContext,
  organisation: OrganisationId,
): boolean {
  if (!isOrganisation(command.actor)) return actsAs(command, context, organisation, 'admin')
  return command.actor === organisation && context.caller.isAdmin
}
