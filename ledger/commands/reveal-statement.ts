import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { addDays } from '../business-date.ts'
import { refuse } from '../errors.ts'
import { positionKey, reconciliationKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'
import type { Position } from '../settlement.ts'
import { positionId } from '../settlement.ts'
import type { CommittedStatement, Reconciliation } from '../statement.ts'
import { areMirrored, RECONCILED, ROUND_DAYS, StatementText, statementText } from '../statement.ts'

/**
 * One of a pair shows the statement that it has committed to, once both have. When both are shown,
 * the ledger compares them with each other and with the position that the two have closed.
 */
export const revealStatement = defineRule({
  type: 'RevealStatement',
  body: Type.Object(
    {
      ...RECONCILED,
      statement: StatementText,
      salt: Type.String({ pattern: '^[0-9a-f]{32,64}$', description: 'at least 128 random bits' }),
    },
    { additionalProperties: false },
  ),
  subjects: ({ organisation, counterparty, cycle }) => {
    const id = positionId(organisation, counterparty, cycle)
    return [reconciliationKey(id), positionKey(id)]
  },
  home: () => undefined,
  debits: () => [],
  reads: () => [],
  decide(command, state, context) {
    const { organisation, counterparty, cycle, statement, salt } = command.body
    const id = positionId(organisation, counterparty, cycle)
    const reconciliation = state.get(reconciliationKey(id))
    if (reconciliation === undefined) {
      return refuse('CONTRACT_UNKNOWN', { kind: 'reconciliation', id })
    }
    if (!actsAs(command, context, organisation, 'finance')) return refuse('NOT_AUTHORISED')
    const { status, statements } = reconciliation
    if (status === 'committing') return refuse('STATEMENT_MISSING', { id })
    if (status !== 'revealing') return refuse('RECONCILIATION_STANDS', { status })
    const own = statements.find((one) => one.organisation === organisation)
    const text = statementText(organisation, { counterparty, cycle }, statement, salt)
    if (own?.commitment !== context.sha256(text)) return refuse('STATEMENT_DIFFERS')
    const position = state.get(positionKey(id))
    if (position === undefined) return refuse('POSITION_NOT_CLOSED', { id })

    // From here it must succeed.
    const shown = statements.map((one) => (one === own ? { ...own, statement } : one))
    const next = statusOf(shown, position)
    const { dueOn, ...undated } = reconciliation
    const due = next === 'differing' ? addDays(context.ledger.cycle.date, ROUND_DAYS) : dueOn
    return accept([
      write(reconciliationKey(id), {
        ...undated,
        statements: shown,
        status: next,
        // Statements that match only wait for signatures.
        ...(next !== 'matched' && due !== undefined && { dueOn: due }),
      }),
    ])
  },
})

/** What two statements come to, once both are known. */
function statusOf(
  statements: readonly CommittedStatement[],
  position: Position,
): Reconciliation['status'] {
  const [one, other] = statements
  if (one?.statement === undefined || other?.statement === undefined) return 'revealing'
  const isFirst = one.organisation === position.organisation
  const { toGet, toPay } = isFirst ? one.statement : other.statement
  const isOfPosition = toGet === String(position.toGet) && toPay === String(position.toPay)
  return areMirrored(one.statement, other.statement) && isOfPosition ? 'matched' : 'differing'
}
