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

/** All entries of a type, newest first, as a gateway has them. */
export async function* entriesOf(
  gateway: GatewayAddress,
  type: string,
): AsyncGenerator<{ readonly commandId: string }> {
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const from = cursor === '' ? '' : `&cursor=${cursor}`
    const page: EntryPage = await read(gateway, `/entries?type=${type}&limit=500${from}`)
    for (const { entry } of page.items) yield entry
    cursor = page.nextCursor
  }
}

interface EntryPage {
  readonly items: readonly { readonly entry: { readonly commandId: string } }[]
  readonly nextCursor?: string
}

async function read<Body>(gateway: GatewayAddress, path: string): Promise<Body> {
  return JSON.parse(await readText(gateway, path)) as Body
}

/** What a gateway answers to an auditor. Throws unless it is 200. */
export async function readText({ url, tokens }: GatewayAddress, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${tokens.auditor}` }
  const response = await fetch(`${url}${path}`, { headers })
  if (!response.ok) throw new Error(`${url}${path}: ${String(response.status)}`)
  return await response.text()
}
