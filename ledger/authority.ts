import type { StateView } from './batch-state.ts'
import type { OrganisationId } from './identifiers.ts'
import { isOrganisation } from './identifiers.ts'
import type { Command } from './command.ts'
import { organisationsKey } from './keys.ts'
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

/** Whether finance staff of a majority of all organisations have signed. */
export function hasFinanceMajority(state: StateView, { signers }: DecisionContext): boolean {
  const finance = signers.filter(({ actor }) => actor.roles.includes('finance'))
  const agreeing = new Set(finance.map(({ actor }) => actor.organisation))
  const organisations = state.get(organisationsKey) ?? []
  return agreeing.size * 2 > organisations.length
}
