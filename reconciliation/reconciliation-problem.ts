/** Codes of what keeps a reconciliation from being made. */
export type ProblemCode =
  | 'MAPPING_UNREADABLE'
  | 'MAPPING_WRONG'
  | 'SOURCE_UNREADABLE'
  | 'COLUMN_UNKNOWN'
  | 'OUTPUT_EXISTS'
  | 'RULES_UNREADABLE'
  | 'RULES_WRONG'
  | 'RESULTS_MISSING'
  | 'LINES_REJECTED'
  | 'ASSETS_MIXED'
  | 'RUN_INTERRUPTED'
  | 'RUN_DIFFERS'
  | 'POLICY_UNREADABLE'
  | 'POLICY_WRONG'
  | 'PERSON_UNKNOWN'
  | 'LIMIT_EXCEEDED'
  | 'REGISTER_UNREADABLE'
  | 'BREAK_UNKNOWN'
  | 'BREAK_CLOSED'
  | 'ENTRY_USED'

/** An expected failure, with a stable code and words that say what to do. */
export class ReconciliationProblem extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, message: string) {
    super(`${code}: ${message}`)
    this.name = 'ReconciliationProblem'
    this.code = code
  }
}
