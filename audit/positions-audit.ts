import type { TradedTurnover } from '../ledger/index.ts'
import { clearingPath, positionKey, splitKey } from '../ledger/index.ts'
import type { Finding } from './finding.ts'
import { differences } from './finding.ts'

/**
 * Compares what pairs have signed that they owe each other with what the entries of the cycle come
 * to: the ledger adds up the deltas that a closing names, and cannot know of one that it does not.
 */
export function auditPositions(
  records: Iterable<readonly [name: string, text: string]>,
  traded: TradedTurnover,
): Finding[] {
  const signed = new Map<string, string>()
  const posted = new Map<string, string>()
  const { codec } = positionKey('')
  for (const [name, text] of records) {
    const { kind, parts } = splitKey(name)
    if (kind !== 'position') continue
    const { organisation, counterparty, cycle, toGet, toPay } = codec.decode(text)
    const id = parts.join('/')
    const { debit, credit } = traded.of(clearingPath(organisation, counterparty, cycle))
    signed.set(id, `to get ${toGet}, to pay ${toPay}`)
    posted.set(id, `to get ${debit}, to pay ${credit}`)
  }
  return differences('position', ['signed', 'posted'], signed, posted)
}
