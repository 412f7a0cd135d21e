import { createPrivateKey } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWallet, signCommand } from '../../../cli/wallet.ts'
import type { SignedCommand } from '../../../ledger/index.ts'
import { accountOf, command, signed, STAR, walletOf } from '../../support/world.ts'
import { DirectSubmitter } from '../direct-submitter.ts'
import type { GetNetwork } from './requests.ts'
import { purchase } from './requests.ts'

const VICTIM = 'mall:m-liu'
const EVE = 'airline:m-eve'
export const ATTACKED = [VICTIM, EVE]
const PEM = { format: 'pem', type: 'pkcs8' } as const

/**
 * An airline that ignores its own gateway and speaks to the contract directly, as its gateway
 * could: with a good Fabric identity, and with whatever it makes of other people's commands.
 */
export function attackStories(net: GetNetwork): void {
  let airline: DirectSubmitter

  beforeAll(async () => {
    airline = new DirectSubmitter(net().profile('airline'))
    await net().post('mall', '/issues', purchase(VICTIM, { spendFen: '100000' }))
  })
  afterAll(() => {
    airline.close()
  })

  async function submit(commands: SignedCommand[], user: 'client' | 'admin' = 'client') {
    return (await airline.submit(commands, user)).verdicts
  }

  async function heldByVictim(minBlock = '0'): Promise<string> {
    const path = `/accounts/${accountOf(VICTIM)}?minBlock=${minBlock}`
    return JSON.stringify((await net().get('mall', path)).body['holdings'])
  }

  /** Runs an attack and sees that it took nothing from the member. */
  async function expectRefused(
    attack: SignedCommand | SignedCommand[],
    code: string,
    user: 'client' | 'admin' = 'client',
  ): Promise<void> {
    const before = await heldByVictim()
    const { verdicts, blockNumber } = await airline.submit([attack].flat(), user)
    expect(verdicts).toContain(code)
    expect(await heldByVictim(blockNumber)).toBe(before)
  }

  test('forged: a signature by a key of the attacker', async () => {
    const { command: unsigned } = payment()
    await expectRefused(signCommand(unsigned, walletOf(EVE)), 'PROOF_MISSING')
    const asVictim = openWallet(VICTIM, walletOf(EVE).privateKey)
    await expectRefused(signCommand(unsigned, asVictim), 'PROOF_INVALID')
  })

  test('forged: the right key id with another key', async () => {
    const { command: unsigned } = payment()
    const forged = signCommand(unsigned, walletOf(EVE))
    const proofs = forged.proofs.map((proof) => ({
      ...proof,
      actor: VICTIM,
      keyId: walletOf(VICTIM).keyId,
    }))
    await expectRefused({ command: unsigned, proofs }, 'PROOF_INVALID')
  })

  test('forged: no proof at all, and a proof under the organisation', async () => {
    await expectRefused({ ...payment(), proofs: [] }, 'PROOF_MISSING')
    const asMall = command('RegisterOrganisation', 'mall', { name: 'Not the mall' })
    await expectRefused(signCommand(asMall), 'CALLER_NOT_ORGANISATION', 'admin')
  })

  test('forged: staff of the attacker issue the mall’s points', async () => {
    const body = { ...purchase(VICTIM).command.body, to: accountOf(EVE), funder: 'mall' }
    await expectRefused(signed('IssuePoints', 'airline:till', body), 'FUNDER_MUST_SUBMIT')
    const own = { ...body, funder: 'airline' }
    await expectRefused(signed('IssuePoints', 'airline:till', own), 'NOT_AUTHORISED')
  })

  test('altered: amount, payee, asset, id, date or ledger after signing', async () => {
    const good = payment()
    const alter = (change: object): SignedCommand => ({
      ...good,
      command: { ...good.command, ...change },
    })
    const { body } = good.command
    await expectRefused(alter({ body: { ...body, amount: '999' } }), 'PROOF_INVALID')
    await expectRefused(alter({ body: { ...body, to: accountOf('bank:m-bob') } }), 'PROOF_INVALID')
    await expectRefused(alter({ body: { ...body, note: 'mine' } }), 'PROOF_INVALID')
    await expectRefused(alter({ id: 'another-id-0001' }), 'PROOF_INVALID')
    await expectRefused(alter({ notAfter: '2099-01-01' }), 'PROOF_INVALID')
    await expectRefused(alter({ ledgerId: 'another-ledger' }), 'WRONG_LEDGER')
  })

  test('replayed: an accepted command moves nothing a second time', async () => {
    const pay = payment()
    const first = await net().post('mall', '/transfers', pay)
    expect(first.status).toBe(201)
    const before = await heldByVictim()
    expect(await submit([pay, pay])).toEqual(['accepted', 'accepted'])
    expect(await heldByVictim()).toBe(before)
  })

  test('replayed: a command of another channel or of another use of the key', async () => {
    const elsewhere = { ...payment().command, channel: 'another-channel' }
    await expectRefused(signCommand(elsewhere, walletOf(VICTIM)), 'WRONG_LEDGER')
  })

  test('what a member was told is refused stays refused, whoever sends it again', async () => {
    const tooMuch = payment('100000000')
    const refused = await net().post('mall', '/transfers', tooMuch)
    expect(refused.body['code']).toBe('INSUFFICIENT_POINTS')
    await net().post('mall', '/issues', purchase(VICTIM, { spendFen: '9000000000' }))
    expect(await submit([tooMuch])).toEqual(['INSUFFICIENT_POINTS'])
  })

  test('a voided command is never posted, and an outcome cannot be voided', async () => {
    const pay = payment('1')
    const fence = signed('VoidCommand', VICTIM, { actor: VICTIM, id: pay.command.id })
    expect(await submit([fence])).toEqual(['accepted'])
    expect(await submit([pay])).toEqual(['COMMAND_VOIDED'])
    const done = payment('1')
    await net().post('mall', '/transfers', done)
    const late = signed('VoidCommand', VICTIM, { actor: VICTIM, id: done.command.id })
    expect(await submit([late])).toEqual(['COMMAND_SETTLED'])
    const foreign = signed('VoidCommand', EVE, { actor: VICTIM, id: 'some-id-of-hers' })
    expect(await submit([foreign])).toEqual(['NOT_AUTHORISED'])
  })

  test('one organisation alone cannot turn the date', async () => {
    const { command: roll } = signed('RollBusinessDate', 'airline:finance-1', {
      from: { date: '2026-11-30', number: 1 },
      to: { date: '2026-12-01', number: 1 },
    })
    const two = [walletOf('airline:finance-1'), walletOf('airline:finance-2')]
    expect(await submit([signCommand(roll, ...two)])).toEqual(['APPROVALS_MISSING'])
  })

  test('a key of the outside world registers nobody', async () => {
    const stranger = createPrivateKey(walletOf('airline:m-x').privateKey.export(PEM))
    const body = {
      id: 'mall:m-planted',
      publicKey: openWallet('mall:m-planted', stranger).publicKey,
      account: 'mall:a-planted',
      roles: [],
    }
    await expectRefused(signed('RegisterActor', 'airline:admin', body), 'NOT_AUTHORISED')
  })
}

function payment(amount = '10', to = accountOf(EVE)): SignedCommand {
  const body = { asset: STAR, from: accountOf(VICTIM), to, amount }
  return signed('TransferPoints', VICTIM, body)
}
