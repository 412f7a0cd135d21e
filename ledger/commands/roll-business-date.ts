import { Type } from 'typebox'
import { hasFinanceMajority } from '../authority.ts'
import { BusinessDateText, isNextCycle } from '../business-date.ts'
import { refuse } from '../errors.ts'
import { ledgerKey, organisationsKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

const CycleText = Type.Object(
  { date: BusinessDateText, number: Type.Integer({ minimum: 1, maximum: 999 }) },
  { additionalProperties: false },
)

/** Moves business date and cycle by one step, by finance staff of a majority of organisations. */
export const rollBusinessDate = defineRule({
  type: 'RollBusinessDate',
  body: Type.Object({ from: CycleText, to: CycleText }, { additionalProperties: false }),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: () => [organisationsKey],
  decide(command, state, context) {
    const { from, to } = command.body
    const { cycle } = context.ledger
    if (!hasFinanceMajority(state, context)) return refuse('APPROVALS_MISSING')
    const namesCurrent = from.date === cycle.date && from.number === cycle.number
    if (!namesCurrent || !isNextCycle(from, to)) {
      return refuse('NOT_NEXT_CYCLE', { date: cycle.date, number: String(cycle.number) })
    }
    return accept([write(ledgerKey, { ...context.ledger, cycle: to })])
  },
})
