import { Type } from 'typebox'
import { hasFinanceMajority } from '../authority.ts'
import { PositiveAmount } from '../amount.ts'
import { BusinessDateText } from '../business-date.ts'
import { refuse } from '../errors.ts'
import { OrganisationIdText } from '../identifiers.ts'
import { netDebitCapKey, organisationKey, organisationsKey } from '../keys.ts'
import { capOn } from '../net-debit.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Bounds what an organisation may come to owe the others, net, in each cycle from a later date on;
 * without an amount there is no bound. By finance staff of a majority of organisations.
 */
export const setNetDebitCap = defineRule({
  type: 'SetNetDebitCap',
  body: Type.Object(
    {
      organisation: OrganisationIdText,
      microYuan: Type.Optional(PositiveAmount),
      validFrom: BusinessDateText,
    },
    { additionalProperties: false },
  ),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { organisation } }) => [
    organisationsKey,
    organisationKey(organisation),
    netDebitCapKey(organisation),
  ],
  decide(command, state, context) {
    const { organisation, microYuan, validFrom } = command.body
    const today = context.ledger.cycle.date
    if (state.get(organisationKey(organisation)) === undefined) {
      return refuse('ORGANISATION_UNKNOWN', { id: organisation })
    }
    if (!hasFinanceMajority(state, context)) return refuse('APPROVALS_MISSING')
    // Cycles of today may have been traded in under the old cap.
    if (validFrom <= today) return refuse('BEGINS_IN_PAST', { businessDate: today })
    const key = netDebitCapKey(organisation)
    const before = capOn(state.get(key), today)
    return accept([
      write(key, {
        validFrom,
        ...(before !== undefined && { before }),
        ...(microYuan !== undefined && { microYuan: BigInt(microYuan) }),
      }),
    ])
  },
})
