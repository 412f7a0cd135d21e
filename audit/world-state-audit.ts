import { Type } from 'typebox'
import { shapeOf } from '../ledger/index.ts'
import type { ChainAudit } from './chain-audit.ts'
import type { Finding } from './finding.ts'
import { inParallel } from './in-parallel.ts'

/** Evaluates a function of the ledger's chaincode at the peer. */
export type Evaluate = (name: string, requestJson: string) => Promise<string>

/** As many as a look-up takes; two at once, so that others can still be endorsed. */
const KEYS_AT_ONCE = 1_000
const LOOK_UPS_AT_ONCE = 2

const checkRecords = shapeOf(
  Type.Object({ records: Type.Array(Type.Union([Type.String(), Type.Null()])) }),
)

/** Every key that the blocks have ever written, of which the peer has another value than they say. */
export async function auditWorldState(audit: ChainAudit, evaluate: Evaluate): Promise<Finding[]> {
  const expected = new Map<string, string | null>(audit.records())
  for (const key of audit.deletedKeys) expected.set(key, null)
  const keys = [...expected.keys()]
  const parts = Array.from({ length: Math.ceil(keys.length / KEYS_AT_ONCE) }, (_, part) =>
    keys.slice(part * KEYS_AT_ONCE, (part + 1) * KEYS_AT_ONCE),
  )
  const found = await inParallel(parts, LOOK_UPS_AT_ONCE, async (part) => {
    const records = await readRecords(part, evaluate)
    return part.flatMap((key, index) => {
      const [held, wanted] = [records[index] ?? null, expected.get(key) ?? null]
      if (held === wanted) return []
      const what = `the peer has ${held ?? 'nothing'}; the blocks come to ${wanted ?? 'nothing'}`
      return [{ where: `world state ${key}`, what }]
    })
  })
  return found.flat()
}

async function readRecords(
  keys: readonly string[],
  evaluate: Evaluate,
): Promise<readonly (string | null)[]> {
  const answer = checkRecords(JSON.parse(await evaluate('GetRecords', JSON.stringify({ keys }))))
  if (!answer.ok || answer.value.records.length !== keys.length) {
    throw new Error('the peer answers a look-up in another form')
  }
  return answer.value.records
}
