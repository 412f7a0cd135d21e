import { expect, test } from 'vitest'
import { signCommand } from '../../../cli/wallet.ts'
import type { SignedCommand } from '../../../ledger/index.ts'
import type { Answer } from '../../support/test-network.ts'
import { command, signed, walletOf } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { accepted, available, entryOf, purchase, redemption, transfer } from './requests.ts'

const DAN = 'mall:m-dan'
const FAY = 'bank:m-fay'
export const CORRECTED = [DAN, FAY]
const FINANCE = ['mall:finance-1', 'mall:finance-2'] as const

/** Mistakes and how they are made good. */
export function correctionStories(net: GetNetwork): void {
  /** The reversal of an accepted command's entry. */
  async function reversal(
    of: Answer['body'],
    signers: readonly string[],
    change: Record<string, unknown> = {},
  ): Promise<SignedCommand> {
    const { entry } = await entryOf(net(), 'mall', of)
    const body = { entry: { ...(entry as object), ...change }, reason: 'mistake' }
    return signCommand(command('ReverseEntry', signers[0] ?? '', body), ...signers.map(walletOf))
  }

  test('an issue is taken back by two of the issuer’s finance staff, once, and no other', async () => {
    const before = await available(net(), DAN)
    const issued = await accepted(net(), 'mall', purchase(DAN))
    const alone = await net().post('mall', '/commands', await reversal(issued, ['mall:finance-1']))
    expect([alone.status, alone.body['code']]).toEqual([403, 'APPROVALS_MISSING'])
    const altered = await reversal(issued, FINANCE, { businessDate: '2026-11-29' })
    const unknown = await net().post('mall', '/commands', altered)
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'ENTRY_UNKNOWN'])

    const reversed = await accepted(net(), 'mall', await reversal(issued, FINANCE))
    expect(await available(net(), DAN, reversed['blockNumber'])).toBe(before)
    const entry = await entryOf(net(), 'mall', reversed)
    expect(entry['entry']).toMatchObject({ references: { reverses: issued['entryHash'] } })
    const again = await net().post('mall', '/commands', await reversal(issued, FINANCE))
    expect([again.status, again.body['code']]).toEqual([409, 'ALREADY_REVERSED'])
  })

  test('what was spent cannot be taken back', async () => {
    const issued = await accepted(net(), 'mall', purchase(DAN, { spendFen: '20000' }))
    const all = await available(net(), DAN)
    await accepted(net(), 'mall', redemption(DAN, all))
    const refused = await net().post('mall', '/commands', await reversal(issued, FINANCE))
    expect([refused.status, refused.body['code']]).toEqual([422, 'LOT_SPENT'])
  })

  test('a redemption is taken back by the acceptor, and the order can be paid again', async () => {
    await accepted(net(), 'mall', purchase(DAN))
    const order = { order: 'O-corrected' }
    const paid = await accepted(net(), 'mall', redemption(DAN, '100', order))
    const twice = await net().post('mall', '/redemptions', redemption(DAN, '100', order))
    expect([twice.status, twice.body['code']]).toEqual([409, 'ORDER_PAID'])
    const foreign = await net().post('mall', '/commands', await reversal(paid, ['mall:till']))
    expect(foreign.body['code']).toBe('APPROVALS_MISSING')
    await accepted(net(), 'mall', await reversal(paid, ['airline:till']))
    await accepted(net(), 'mall', redemption(DAN, '90', order))
  })

  test('a transfer is taken back by the one who got it', async () => {
    await accepted(net(), 'mall', purchase(DAN))
    const sent = await accepted(net(), 'mall', transfer(DAN, FAY, '70'))
    expect(await available(net(), FAY, sent['blockNumber'])).toBe('70')
    const bySender = await net().post('mall', '/commands', await reversal(sent, [DAN]))
    expect(bySender.body['code']).toBe('APPROVALS_MISSING')
    const back = await accepted(net(), 'bank', await reversal(sent, [FAY]))
    expect(await available(net(), FAY, back['blockNumber'])).toBe('0')
  })

  test('a receipt gives points once', async () => {
    const receipt = { receipt: 'R-once' }
    await accepted(net(), 'mall', purchase(DAN, receipt))
    const again = await net().post('mall', '/issues', purchase(FAY, receipt))
    expect([again.status, again.body['code']]).toEqual([409, 'RECEIPT_USED'])
  })

  test('a command that was voided is not posted, and one with an outcome is not voided', async () => {
    const late = transfer(DAN, FAY, '1')
    const { id } = late.command
    await accepted(net(), 'mall', signed('VoidCommand', DAN, { actor: DAN, id }))
    const posted = await net().post('mall', '/transfers', late)
    expect([posted.status, posted.body['code']]).toEqual([409, 'COMMAND_VOIDED'])
    const done = purchase(DAN)
    await accepted(net(), 'mall', done)
    const target = { actor: done.command.actor, id: done.command.id }
    const settled = await net().post(
      'mall',
      '/commands',
      signed('VoidCommand', 'mall:till', target),
    )
    expect([settled.status, settled.body['code']]).toEqual([409, 'COMMAND_SETTLED'])
  })
}
