import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { staffSigners } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import { BusinessDateText } from '../business-date.ts'
import { owedPostings } from '../clearing.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { ActorIdText, CommandIdText, OrganisationIdText, organisationOf } from '../identifiers.ts'
import { commandKey, organisationKey, periodLockKey } from '../keys.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule } from '../rule.ts'

const Body = Type.Object(
  {
    debtor: OrganisationIdText,
    creditor: OrganisationIdText,
    microYuan: PositiveAmount,
    corrects: Type.Object(
      {
        actor: ActorIdText,
        commandId: CommandIdText,
        entryHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      },
      { additionalProperties: false, description: 'the entry that was wrong' },
    ),
    period: BusinessDateText,
    reason: Type.String({ minLength: 1, maxLength: 140 }),
  },
  { additionalProperties: false },
)

type Body = Static<typeof Body>

/**
 * An adjustment 调账: what one organisation owes another is corrected by a new entry in the cycle
 * that is open, which names the entry that it corrects and the period that it belongs to. Drafted by
 * finance of one of the two, who signs as the actor, with a second person there and finance of the
 * other.
 */
export const postAdjustment = defineRule({
  type: 'PostAdjustment',
  body: Body,
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { debtor, creditor, corrects } }) => [
    organisationKey(debtor),
    organisationKey(creditor),
    commandKey(corrects.actor, corrects.commandId),
    periodLockKey(debtor),
    periodLockKey(creditor),
  ],
  decide(command, state, context) {
    const { debtor, creditor, corrects, period, reason } = command.body
    const refusal =
      checkExistence(command.body, state) ??
      checkApprovals(command, context) ??
      checkPeriod(command.body, state, context)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    const amount = BigInt(command.body.microYuan)
    return accept([], {
      postings: owedPostings({ debtor, creditor, amount }, context.cycle),
      references: { corrects: corrects.entryHash, period, reason },
    })
  },
})

function checkExistence(
  { debtor, creditor, corrects }: Body,
  state: StateView,
): Refusal | undefined {
  const unknown = [debtor, creditor].find((id) => state.get(organisationKey(id)) === undefined)
  if (unknown !== undefined) return refuse('ORGANISATION_UNKNOWN', { id: unknown })
  if (debtor === creditor) return refuse('SAME_ORGANISATION')
  const original = state.get(commandKey(corrects.actor, corrects.commandId))
  if (original?.status === 'accepted' && original.entryHash === corrects.entryHash) return undefined
  return refuse('ENTRY_UNKNOWN', { hash: corrects.entryHash })
}

/** Two of the drafter's finance, the drafter one of them, and one of the other's. */
function checkApprovals(command: Command<Body>, context: DecisionContext): Refusal | undefined {
  const { debtor, creditor } = command.body
  const own = organisationOf(command.actor)
  const other = own === debtor ? creditor : debtor
  const drafters = staffSigners(context, own, 'finance')
  const isDrafter = drafters.some(({ actor }) => actor.id === command.actor)
  if (!isDrafter || ![debtor, creditor].includes(own)) return refuse('NOT_AUTHORISED')
  if (drafters.length < 2) return refuse('APPROVALS_MISSING', { organisation: own })
  if (staffSigners(context, other, 'finance').length > 0) return undefined
  return refuse('APPROVALS_MISSING', { organisation: other })
}

function checkPeriod(
  { debtor, creditor, period }: Body,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const businessDate = context.ledger.cycle.date
  if (period > businessDate) return refuse('PERIOD_AHEAD', { businessDate })
  for (const organisation of [debtor, creditor]) {
    const until = state.get(periodLockKey(organisation))?.until
    if (until !== undefined && period <= until) {
      return refuse('PERIOD_LOCKED', { organisation, until })
    }
  }
  return undefined
}
