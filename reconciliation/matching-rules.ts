import { hash } from 'node:crypto'
import type { Static } from 'typebox'
import { Type } from 'typebox'
import { canonicalJson, shapeOf } from '../ledger/index.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import { readYamlFile } from './yaml-file.ts'

const closed = { additionalProperties: false } as const

/** What lines that belong together have in common. */
const Field = Type.Enum(['order', 'account', 'amount', 'status'])

const RulesText = Type.Object(
  {
    version: Type.Literal(1),
    /** Two sets that say different things have different names. */
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,39}$' }),
    /** Lines of so many last days wait for the next run before they become breaks. */
    waitDays: Type.Integer({ minimum: 0, maximum: 31 }),
    rules: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,39}$' }),
          /** One line for one, or all lines of a side together for all of the other. */
          match: Type.Enum(['pair', 'group']),
          by: Type.Array(Field, { minItems: 1, uniqueItems: true }),
          dateWindowDays: Type.Integer({ minimum: 0, maximum: 31 }),
          /** What amounts may differ by, in the smallest part; 0 unless it is said. */
          tolerance: Type.Optional(Type.Integer({ minimum: 0 })),
        },
        closed,
      ),
      { maxItems: 20 },
    ),
  },
  closed,
)

/** The rules by which lines are matched that have no counterpart of the same reference. */
export type MatchingRules = Static<typeof RulesText>
export type MatchingRule = MatchingRules['rules'][number]

const check = shapeOf(RulesText)

/** Reads a file of rules, YAML or JSON. Throws RULES_UNREADABLE or RULES_WRONG. */
export function readRules(path: string): MatchingRules {
  const checked = check(readYamlFile(path, 'RULES_UNREADABLE'))
  if (!checked.ok) {
    const { at = '', problem = 'is wrong' } = checked.detail
    throw new ReconciliationProblem('RULES_WRONG', `${path}: ${at || 'the file'} ${problem}`)
  }
  const names = checked.value.rules.map(({ name }) => name)
  if (new Set(names).size === names.length) return checked.value
  throw new ReconciliationProblem('RULES_WRONG', `${path}: two rules have the same name`)
}

/** SHA-256 of what the rules say, however their file is written: what a statement states. */
export function ruleSetHash(rules: MatchingRules): string {
  return hash('sha256', canonicalJson(JSON.parse(JSON.stringify(rules)) as object as never))
}
