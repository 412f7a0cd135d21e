import type { Books, Delta } from '../ledger/index.ts'
import { lotsText } from '../ledger/index.ts'
import type { ChainAudit } from './chain-audit.ts'
import type { Finding } from './finding.ts'
import { differences } from './finding.ts'
import { auditPositions } from './positions-audit.ts'

/** Balances, positions, totals, coupons and escrows that the records have otherwise than the entries. */
export function auditBooks(audit: ChainAudit): Finding[] {
  const { recorded, posted } = audit.books()
  const sides = ['the records say', 'the entries come to'] as const
  return [
    ...differences('holding', sides, holdingTexts(recorded.books), holdingTexts(posted.books)),
    ...differences('account', sides, turnoverTexts(recorded.books), turnoverTexts(posted.books)),
    ...differences('contents of', sides, recorded.contents, posted.contents),
    ...auditPositions(audit.records(), audit.traded),
    ...unbalanced(posted.books),
  ]
}

/** Holdings by account and asset; one that is empty is none. */
export function holdingTexts({ holdings }: Books): Map<string, string> {
  const texts = [...holdings].map(([key, lots]): [string, string] => [key, lotsText(lots)])
  return new Map(texts.filter(([, text]) => text !== ''))
}

/** Turnover by account and asset. */
export function turnoverTexts({ turnover }: Books): Map<string, string> {
  return new Map([...turnover].map(([key, sums]) => [key, turnoverText(sums)]))
}

export function turnoverText({ debit, credit }: Delta): string {
  return `debit ${String(debit)}, credit ${String(credit)}`
}

/** Assets of which the general ledger does not sum to zero. */
function unbalanced({ turnover }: Books): Finding[] {
  const sums = new Map<string, bigint>()
  for (const [key, { debit, credit }] of turnover) {
    const [path = '', asset = ''] = key.split(' ')
    if (!path.includes('/')) sums.set(asset, (sums.get(asset) ?? 0n) + debit - credit)
  }
  return [...sums].flatMap(([asset, sum]) =>
    sum === 0n
      ? []
      : [{ where: `trial balance of ${asset}`, what: `debits exceed credits by ${String(sum)}` }],
  )
}
