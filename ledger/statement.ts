import { Type } from 'typebox'
import type { Static } from 'typebox'
import type { CanonicalValue } from './canonical.ts'
import { canonicalJson } from './canonical.ts'
import type { Contract } from './contract.ts'
import { OrganisationIdText } from './identifiers.ts'
import type { OrganisationId } from './identifiers.ts'
import type { Stored } from './records.ts'
import { codec } from './records.ts'
import { CycleNameText } from './business-date.ts'

export const HashText = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Count = Type.String({ pattern: '^(0|[1-9][0-9]{0,31})$', examples: ['1500000'] })

/** What one of a pair says of its dealings with the other in a cycle: money in micro-yuan. */
export const StatementText = Type.Object(
  {
    lines: Count,
    toGet: Count,
    toPay: Count,
    /** Of the tree over its lines, which both build alike. */
    root: HashText,
    /** SHA-256 of the rules by which lines are matched. */
    ruleSet: HashText,
  },
  { additionalProperties: false },
)

export type Statement = Static<typeof StatementText>

/** The pair and the cycle that a command about their reconciliation names. */
export const RECONCILED = {
  organisation: OrganisationIdText,
  counterparty: OrganisationIdText,
  cycle: CycleNameText,
} as const

/** One party's statement: first only what it commits to, then the statement itself. */
export interface CommittedStatement {
  readonly organisation: OrganisationId
  readonly commitment: string
  readonly statement?: Statement
}

/** What both have signed in the end: how many lines differ, and the root of the breaks. */
export interface ReconciliationResult {
  readonly breaks: string
  readonly root: string
}

/**
 * The reconciliation of a pair's cycle 对账. `committing` until both have committed, `revealing` until
 * both have revealed; then `matched` or `differing`; `agreed` once both have signed the result. What
 * is not done by its day has `lapsed`, or, when the statements were known, is `disputed`.
 */
export interface Reconciliation extends Contract {
  readonly status:
    | 'committing'
    | 'revealing'
    | 'matched'
    | 'differing'
    | 'agreed'
    | 'lapsed'
    | 'disputed'
  readonly cycle: string
  /** How often it was begun: again after it lapsed or when the statements differed. */
  readonly round: number
  readonly statements: readonly CommittedStatement[]
  readonly result?: ReconciliationResult
}

export const RECONCILIATION = codec<Reconciliation>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<Reconciliation>) => ({ ...stored, keeps: [] }),
)

/**
 * The text whose SHA-256 is a party's commitment. The salt keeps the other from trying out what the
 * statement might be.
 */
export function statementText(
  organisation: OrganisationId,
  { cycle, counterparty }: { readonly cycle: string; readonly counterparty: OrganisationId },
  statement: Statement,
  salt: string,
): string {
  return canonicalJson({
    v: 1,
    purpose: 'tallystick statement',
    organisation,
    counterparty,
    cycle,
    statement: { ...statement },
    salt,
  })
}

/** Business days in which a round has to get on. */
export const ROUND_DAYS = 3

/** What a party's statement has in common with its counterparty's. */
export function areMirrored(one: Statement, other: Statement): boolean {
  return (
    one.root === other.root &&
    one.lines === other.lines &&
    one.ruleSet === other.ruleSet &&
    one.toGet === other.toPay &&
    one.toPay === other.toGet
  )
}
