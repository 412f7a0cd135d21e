import type { Static } from 'typebox'
import { Type } from 'typebox'
import { shapeOf } from '../ledger/index.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import { readYamlFile } from './yaml-file.ts'

const closed = { additionalProperties: false } as const
const Name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9:.-]{0,79}$' })
const Whole = Type.String({ pattern: '^(0|[1-9][0-9]{0,17})$' })

const PolicyText = Type.Object(
  {
    version: Type.Literal(1),
    /** Who has to look at a break first, unless it is given to somebody else. */
    owner: Name,
    /** Days after the one on which a break was first seen. */
    dueDays: Type.Integer({ minimum: 0, maximum: 365 }),
    /** The role of everybody who may close breaks. */
    people: Type.Record(Name, Name),
    /** By role and asset: what one break may come to that is closed by words alone. */
    writeOff: Type.Record(Name, Type.Record(Name, Whole)),
  },
  closed,
)

/** Who may do what about breaks, and when they are due. */
export type BreakPolicy = Static<typeof PolicyText>

const check = shapeOf(PolicyText)

/** Reads a policy, YAML or JSON. Throws POLICY_UNREADABLE or POLICY_WRONG. */
export function readPolicy(path: string): BreakPolicy {
  const checked = check(readYamlFile(path, 'POLICY_UNREADABLE'))
  if (checked.ok) return checked.value
  const { at = '', problem = 'is wrong' } = checked.detail
  throw new ReconciliationProblem('POLICY_WRONG', `${path}: ${at || 'the file'} ${problem}`)
}

/** The role of somebody who may close breaks. Throws PERSON_UNKNOWN. */
export function roleOf({ people }: BreakPolicy, person: string): string {
  const role = Object.hasOwn(people, person) ? people[person] : undefined
  if (role !== undefined) return role
  throw new ReconciliationProblem('PERSON_UNKNOWN', `${person} has no role in the policy`)
}

/** Throws LIMIT_EXCEEDED when a role may not write off what a break comes to. */
export function checkWriteOff(
  { writeOff }: BreakPolicy,
  role: string,
  impact: Readonly<Record<string, string>>,
): void {
  for (const [asset, amount] of Object.entries(impact)) {
    const size = BigInt(amount) < 0n ? -BigInt(amount) : BigInt(amount)
    const limit = BigInt(writeOff[role]?.[asset] ?? '0')
    if (size <= limit) continue
    const message = `a ${role} may write off ${String(limit)} of ${asset}, and it is ${String(size)}`
    const remedy = 'let somebody with a higher limit close it, or adjust it and name the entry'
    throw new ReconciliationProblem('LIMIT_EXCEEDED', `${message}; ${remedy}`)
  }
}
