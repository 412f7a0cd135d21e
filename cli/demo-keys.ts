import { createHmac, hash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { PersonIdText, organisationOf, shapeOf } from '../ledger/index.ts'
import { readJsonFile } from './json-file.ts'
import { PlainError } from './plain-error.ts'
import type { Wallet } from './wallet.ts'
import { deriveWallet } from './wallet.ts'

/** The keys of every person of a demonstration, in one hand. */
export interface DemoKeys {
  /** The person's wallet, derived when it is first asked for. */
  walletOf(actor: string): Wallet
  /** The member's account. A text that is no member id comes back as it is, for the ledger to refuse. */
  accountOf(member: string): string
}

const ACCOUNT_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

const isPersonId = shapeOf(PersonIdText)

const DemoKeysText = Type.Object({
  seed: Type.Integer(),
  salt: Type.String({ pattern: '^[0-9a-f]{64}$' }),
})

/**
 * Opens the demo keys under the data folder and makes them from the seed and a random salt when
 * there are none; from then on they stay. Throws a plain error in production.
 */
export function makeDemoKeys(dataDir: string, seed: number): DemoKeys {
  refuseInProduction()
  const path = join(dataDir, 'demo-keys.json')
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true })
    const text = `${JSON.stringify({ seed, salt: randomBytes(32).toString('hex') })}\n`
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  }
  return openDemoKeys(dataDir)
}

/** Opens the demo keys that an earlier day made. Throws plain errors. */
export function openDemoKeys(dataDir: string): DemoKeys {
  refuseInProduction()
  const path = join(dataDir, 'demo-keys.json')
  const remedy = 'Play a day first: `npm run tallystick -- day data/2026-12-01`.'
  const { seed, salt } = readJsonFile(path, DemoKeysText, remedy)
  return demoKeys(hash('sha256', `${seed}\n${salt}`))
}

/** The demo keys of a secret. */
export function demoKeys(secret: string): DemoKeys {
  const wallets = new Map<string, Wallet>()
  const accounts = new Map<string, string>()
  return {
    walletOf: (actor) => memoised(wallets, actor, (id) => deriveWallet(secret, id)),
    accountOf: (member) => memoised(accounts, member, (id) => deriveAccount(secret, id)),
  }
}

function memoised<Value>(
  known: Map<string, Value>,
  key: string,
  derive: (key: string) => Value,
): Value {
  const earlier = known.get(key)
  if (earlier !== undefined) return earlier
  const value = derive(key)
  known.set(key, value)
  return value
}

function deriveAccount(secret: string, member: string): string {
  if (!isPersonId(member).ok) return member
  const digest = createHmac('sha256', secret).update(`account ${member}`).digest()
  const name = [...digest.subarray(0, 10)].map((byte) => ACCOUNT_ALPHABET.charAt(byte % 32))
  return `${organisationOf(member)}:a-${name.join('')}`
}

/** Demo keys let one process sign for everybody, so they must never meet a real ledger. */
function refuseInProduction(): void {
  const modes = [process.env['NODE_ENV'], process.env['TALLYSTICK_MODE']]
  if (!modes.includes('production')) return
  throw new PlainError(
    'Demo keys sign for everybody and are refused in production mode. Unset NODE_ENV and TALLYSTICK_MODE to play a demonstration.',
  )
}
