import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDemoKeys } from '../../cli/demo-keys.ts'
import { openWallet } from '../../cli/wallet.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { giftClaimText, signingText } from '../../ledger/index.ts'
import type { FakeGateways } from './fake-gateways.ts'
import { startFakeGateways } from './fake-gateways.ts'
import { writeGatewaysFile } from './rules-behind-gateways.ts'
import type { Run } from './run-tallystick.ts'
import { runTallystick } from './run-tallystick.ts'

const LEDGER = { channel: 'consortium', ledgerId: 'ledger-0001' }
const ANN = 'mall:m-ann'
const BODY = '{"asset":"mall:star:point","amount":"1"}'

let dir: string
let gateways: FakeGateways

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-sign-'))
  gateways = await startFakeGateways(['bank', 'mall'], {
    answer: async () => await Promise.resolve(503),
    read: () => ({ ...LEDGER, asOfBlock: '7', businessDate: '2026-12-01', cycle: 1 }),
  })
  writeGatewaysFile(dir, gateways.addresses)
})

afterEach(async () => {
  await gateways.close()
  rmSync(dir, { recursive: true })
})

async function run(...args: readonly string[]): Promise<Run> {
  return await runTallystick([...args, '--data', dir])
}

function isSigned(text: string, signature: string, publicKey: string): boolean {
  const der = { key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' } as const
  const key = { key: createPublicKey(der), dsaEncoding: 'ieee-p1363' } as const
  return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64'))
}

describe('sign', () => {
  const order = ['sign', '--type', 'TransferPoints', '--actor', ANN] as const

  test('prints a command with the proofs of all who are to sign', async () => {
    const keys = makeDemoKeys(dir, 7)
    const { status, stdout } = await run(...order, '--with', 'bank:till', '--body', BODY)
    expect(status).toBe(0)
    const { command, proofs } = JSON.parse(stdout) as SignedCommand
    const envelope = { ...LEDGER, type: 'TransferPoints', actor: ANN, notAfter: '2026-12-31' }
    expect(command).toMatchObject({ ...envelope, body: JSON.parse(BODY) as object })
    expect(proofs.map(({ actor }) => actor)).toEqual([ANN, 'bank:till'])
    for (const { actor, signature } of proofs) {
      expect(isSigned(signingText(command), signature, keys.walletOf(actor).publicKey)).toBe(true)
    }
  })

  test('signs with a key of one’s own', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const file = join(dir, 'ann.pem')
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const { stdout } = await run(...order, '--key', file, '--body', BODY, '--id', 'again-0001')
    const { command, proofs } = JSON.parse(stdout) as SignedCommand
    const { keyId, publicKey } = openWallet(ANN, privateKey)
    expect(command.id).toBe('again-0001')
    expect(proofs).toMatchObject([{ actor: ANN, keyId }])
    expect(isSigned(signingText(command), proofs[0]?.signature ?? '', publicKey)).toBe(true)
  })

  test('says in plain words what is wrong', async () => {
    makeDemoKeys(dir, 7)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
    const file = join(dir, 'other.pem')
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const wrong = [
      [['--body', 'amount=1'], 'not a JSON object'],
      [['--body', BODY, '--key', file], 'P-256'],
      [['--body', BODY, '--key', join(dir, 'gateways.json')], 'P-256'],
      [['--body', BODY, '--key', join(dir, 'none.pem')], 'is not there'],
      [['--body', BODY, '--key', file, '--with', 'bank:till'], '--with'],
    ] as const
    for (const [args, words] of wrong) {
      const { status, stderr } = await run(...order, ...args)
      expect([status, stderr.includes(words)], stderr).toEqual([1, true])
    }
  })
})

describe('gift-link', () => {
  test('signs a claim for one account and no other', async () => {
    const made = await runTallystick(['gift-link', 'new'])
    const { secret, linkKey } = JSON.parse(made.stdout) as Record<'secret' | 'linkKey', string>
    const claim = ['--secret', secret, '--gift', 'mall:g-1', '--to', 'bank:a-ben']
    const { stdout } = await run('gift-link', 'sign', ...claim)
    const signature = stdout.trim()
    const [own, other] = ['bank:a-ben', 'bank:a-eve'].map((to) =>
      isSigned(giftClaimText(LEDGER, 'mall:g-1', to), signature, linkKey),
    )
    expect([own, other]).toEqual([true, false])
  })

  test('is another each time', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => runTallystick(['gift-link', 'new'])))
    expect(one?.stdout).not.toBe(other?.stdout)
  })
})
