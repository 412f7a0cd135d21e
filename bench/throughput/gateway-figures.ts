import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import { readText } from './ledger-checks.ts'

const LIMIT_MS = 60_000
const POLL_MS = 150

/** How often each validation code was given to transactions since the gateways started. */
export type ValidationCodes = ReadonlyMap<string, number>

/**
 * The codes of all transactions that the gateways' organisations have submitted, once all of them
 * have read the same blocks. Throws when they have not within a minute.
 */
export async function validationCodes(
  gateways: readonly GatewayAddress[],
): Promise<ValidationCodes> {
  const deadline = Date.now() + LIMIT_MS
  for (let before = ''; ;) {
    const texts = await Promise.all(
      gateways.map(async (gateway) => await readText(gateway, '/metrics')),
    )
    const last = texts.map((text) => figure(text, 'tallystick_block_number'))
    // Twice the same, so that no block is on its way.
    if (new Set(last).size === 1 && String(last[0]) === before) return sumOfCodes(texts)
    if (Date.now() > deadline) throw new Error('the gateways do not come to the same block')
    before = String(last[0])
    await sleep(POLL_MS)
  }
}

/** The share of transactions that were not valid, in percent, among those that came in between. */
export function invalidPercent(before: ValidationCodes, after: ValidationCodes): number {
  let [all, invalid] = [0, 0]
  for (const [code, count] of after) {
    const came = count - (before.get(code) ?? 0)
    all += came
    if (code !== 'VALID') invalid += came
  }
  return all === 0 ? 0 : Math.round((invalid * 1_000) / all) / 10
}

/** The last block of a gateway. */
export async function lastBlock(gateway: GatewayAddress): Promise<number> {
  return figure(await readText(gateway, '/metrics'), 'tallystick_block_number')
}

function sumOfCodes(texts: readonly string[]): ValidationCodes {
  const sums = new Map<string, number>()
  const own = /^tallystick_transactions_total\{submitter="own",validation_code="(\w+)"\} (\d+)$/gm
  for (const text of texts) {
    for (const [, code = '', count] of text.matchAll(own)) {
      sums.set(code, (sums.get(code) ?? 0) + Number(count))
    }
  }
  return sums
}

function figure(text: string, name: string): number {
  const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)
  if (found === null) throw new Error(`the gateway does not tell ${name}`)
  return Number(found[1])
}
