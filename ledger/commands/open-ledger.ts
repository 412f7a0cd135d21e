import { Type } from 'typebox'
import { BusinessDateText } from '../business-date.ts'
import { refuse } from '../errors.ts'
import { ledgerKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/** The first act of a ledger: fixes, once, its id (from the envelope) and its first business date. */
export const openLedger = defineRule({
  type: 'OpenLedger',
  body: Type.Object({ businessDate: BusinessDateText }, { additionalProperties: false }),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: () => [],
  decide(command, state, context) {
    if (state.get(ledgerKey) !== undefined) return refuse('LEDGER_OPEN')
    if (command.actor !== context.caller.organisation || !context.caller.isAdmin) {
      return refuse('CALLER_NOT_ADMIN')
    }
    const date = command.body.businessDate
    return accept([write(ledgerKey, { ledgerId: command.ledgerId, cycle: { date, number: 1 } })])
  },
})
