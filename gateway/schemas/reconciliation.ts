import { Type } from 'typebox'
import { Amount } from './read-response.ts'

/** What the record of a reconciliation says besides what all contracts do. */
export const reconciliationFields = {
  cycle: Type.String(),
  round: Type.Integer({ description: 'how often it was begun' }),
  statements: Type.Array(
    Type.Object({
      organisation: Type.String(),
      commitment: Type.String(),
      statement: Type.Optional(
        Type.Object({
          lines: Amount,
          toGet: Amount,
          toPay: Amount,
          root: Type.String(),
          ruleSet: Type.String(),
        }),
      ),
    }),
    { description: 'what each has committed to, and the statement once it is shown' },
  ),
  result: Type.Optional(Type.Object({ breaks: Amount, root: Type.String() })),
}
