import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayAddress } from '../../network/gateways-file.ts'

const LIMIT_MS = 60_000
const POLL_MS = 100

interface TrialBalance {
  readonly balanced: boolean
  readonly generalEqualsDetail: boolean
  readonly rows: readonly unknown[]
}

/**
 * Whether the books of all gateways are balanced, equal in detail and total, and the same. Waits
 * until all have read what one of them has. Throws when one does not within a minute.
 */
export async function areBooksConserved(gateways: readonly GatewayAddress[]): Promise<boolean> {
  const deadline = Date.now() + LIMIT_MS
  for (;;) {
    const books = await Promise.all(
      gateways.map(async (gateway) => await read<TrialBalance>(gateway, '/trial-balance')),
    )
    const texts = new Set(books.map(({ rows }) => JSON.stringify(rows)))
    if (texts.size === 1) {
      return books.every(({ balanced, generalEqualsDetail }) => balanced && generalEqualsDetail)
    }
    if (Date.now() > deadline) throw new Error('the gateways do not agree')
    await sleep(POLL_MS)
  }
}

async function read<Body>({ url, tokens }: GatewayAddress, path: string): Promise<Body> {
  const headers = { authorization: `Bearer ${tokens.auditor}` }
  const response = await fetch(`${url}${path}`, { headers })
  if (!response.ok) throw new Error(`${url}${path}: ${String(response.status)}`)
  return (await response.json()) as Body
}
