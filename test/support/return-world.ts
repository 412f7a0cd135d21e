import type { SignedCommand } from '../../ledger/index.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { acceptAll, openedLedger, refill } from './opened-ledger.ts'
import { definePoints, signed } from './world.ts'

/** Points of the bank that the mall awards too, and that are owed when goods come back. */
export const OWED = 'bank:owed:point'
/** The same, but what has been spent is dropped. */
export const LOST = 'bank:lost:point'

/** The opened ledger with both, and quota in lane 0 of bank and mall. */
export async function returnLedger(): Promise<MemoryLedger> {
  made ??= make()
  return (await made).clone()
}

let made: Promise<MemoryLedger> | undefined

async function make(): Promise<MemoryLedger> {
  const ledger = await openedLedger()
  const terms = { partners: ['mall'], budget: '100000' }
  await acceptAll(ledger, 'bank', [
    definePoints(OWED, { ...terms, returns: 'owed' }),
    definePoints(LOST, terms),
  ])
  for (const asset of [OWED, LOST]) {
    for (const organisation of ['bank', 'mall']) {
      await acceptAll(ledger, organisation, [refill(asset, '40000', organisation)])
    }
  }
  return ledger
}

/** An entry as it was published; the last one unless another place is named. */
export function publishedEntry(ledger: MemoryLedger, at = -1): object {
  return JSON.parse(ledger.published.at(at)?.text ?? 'null') as object
}

/** Goods for so much come back, of a purchase that an award was for. */
export function returnPurchase(
  entry: object,
  returnedFen: string,
  actor = 'mall:till',
): SignedCommand {
  return signed('ReturnPurchase', actor, { entry, returnedFen })
}
