import { describe, expect, test } from 'vitest'
import type { SignedCommand } from '../../ledger/index.ts'
import { actorKey } from '../../ledger/index.ts'
import {
  acceptAll,
  ANN,
  BOB,
  openedLedger,
  redeem,
  stockedLedger,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, command, signed, STAR } from '../support/world.ts'
import type { Wallet } from '../../cli/wallet.ts'
import { deriveWallet, signCommand } from '../../cli/wallet.ts'

const next = deriveWallet('the next key', ANN)

function sign(type: string, body: object, wallet: Wallet): SignedCommand {
  return signCommand(command(type, ANN, body), wallet) as SignedCommand
}

function give(amount: string): object {
  return { asset: STAR, from: accountOf(ANN), to: accountOf(BOB), amount }
}

describe('a key', () => {
  test('is replaced within one batch: after that only the new one proves', async () => {
    const ledger = await stockedLedger()
    const rotation = signed('RotateKey', ANN, { publicKey: next.publicKey })
    const batch = [
      signed('TransferPoints', ANN, give('1')),
      sign('TransferPoints', give('2'), next),
      rotation,
      signed('TransferPoints', ANN, give('4')),
      sign('TransferPoints', give('8'), next),
      rotation,
    ]
    const { outcomes } = await ledger.submit('mall', batch, { fold: ledger.completeFold() })
    expect(outcomes.map(verdict)).toEqual([
      'accepted',
      'PROOF_INVALID',
      'accepted',
      'PROOF_INVALID',
      'accepted',
      'accepted',
    ])
    expect(outcomes.at(-1)).toMatchObject({ replayed: true })
    expect(ledger.get(actorKey(ANN))?.keys).toEqual([
      { keyId: next.keyId, kind: 'p256', publicKey: next.publicKey },
    ])
  })

  test('that is replaced by itself stays', async () => {
    const ledger = await openedLedger()
    const before = ledger.get(actorKey(ANN))
    const publicKey = before?.keys[0]?.publicKey ?? ''
    await acceptAll(ledger, 'mall', [signed('RotateKey', ANN, { publicKey })])
    expect(ledger.get(actorKey(ANN))).toEqual(before)
  })

  test('of another member does not become his by being registered twice', async () => {
    const ledger = await stockedLedger()
    const bobs = ledger.get(actorKey(BOB))?.keys[0]?.publicKey ?? ''
    await acceptAll(ledger, 'mall', [signed('RotateKey', ANN, { publicKey: bobs })])
    // Ann gave up her key for Bob's: now Bob could sign for Ann, but Ann not for Bob.
    const steal = { asset: STAR, from: accountOf(BOB), to: accountOf(ANN), amount: '1' }
    const forged = signed('TransferPoints', ANN, steal)
    expect(verdict(await submitOne(ledger, 'mall', forged))).toBe('PROOF_INVALID')
    expect(verdict(await submitOne(ledger, 'bank', transfer(STAR, BOB, ANN, '1')))).toBe('accepted')
  })
})

describe('a fence', () => {
  const payment = redeem(STAR, ANN, '10')
  const { id } = payment.command

  test.each([ANN, 'mall'])('by %s before the payment keeps it out for ever', async (actor) => {
    const ledger = await stockedLedger()
    const fence = signed('VoidCommand', actor, { actor: ANN, id })
    expect(verdict(await submitOne(ledger, 'mall', fence))).toBe('accepted')
    for (const organisation of ['mall', 'bank']) {
      expect(verdict(await submitOne(ledger, organisation, payment))).toBe('COMMAND_VOIDED')
    }
    const entries = ledger.published.length
    const other = signed('RedeemPoints', ANN, { ...payment.command.body, amount: '1' }, { id })
    expect(verdict(await submitOne(ledger, 'mall', other))).toBe('COMMAND_VOIDED')
    expect(ledger.published).toHaveLength(entries)
  })

  test('after the payment is refused, and the payment stands', async () => {
    const ledger = await stockedLedger()
    const fence = signed('VoidCommand', 'mall', { actor: ANN, id })
    expect(verdict(await submitOne(ledger, 'mall', payment))).toBe('accepted')
    expect(verdict(await submitOne(ledger, 'mall', fence))).toBe('COMMAND_SETTLED')
    expect(await submitOne(ledger, 'mall', payment)).toMatchObject({ replayed: true })
  })

  test('after a refusal is refused too: there is nothing to fence', async () => {
    const ledger = await stockedLedger()
    const tooMuch = redeem(STAR, ANN, '999')
    expect(verdict(await submitOne(ledger, 'mall', tooMuch))).toBe('INSUFFICIENT_POINTS')
    const fence = signed('VoidCommand', ANN, { actor: ANN, id: tooMuch.command.id })
    expect(verdict(await submitOne(ledger, 'mall', fence))).toBe('COMMAND_SETTLED')
  })

  test.each([
    ['fence first', [1, 0], ['accepted', 'COMMAND_VOIDED']],
    ['payment first', [0, 1], ['accepted', 'COMMAND_SETTLED']],
  ])('and the payment in one batch, %s: the first wins', async (_name, order, expected) => {
    const ledger = await stockedLedger()
    const both = [payment, signed('VoidCommand', ANN, { actor: ANN, id })]
    const fold = ledger.completeFold()
    const batch = order.map((at) => both[at])
    const { outcomes } = await ledger.submit('mall', batch, { fold })
    expect(outcomes.map(verdict)).toEqual(expected)
  })

  test('and the payment in two transactions at once both read and write the record', async () => {
    const ledger = await stockedLedger()
    const fence = signed('VoidCommand', ANN, { actor: ANN, id })
    const results = [
      await ledger.simulate('mall', [payment]),
      await ledger.simulate('mall', [fence]),
    ]
    for (const { reads, writes } of results) {
      expect(reads).toContain(`command/${ANN}/${id}`)
      expect(writes.map(({ name }) => name)).toContain(`command/${ANN}/${id}`)
    }
  })

  test.each([BOB, 'bank', 'mall:admin', 'mall:till'])('is not for %s to set', async (actor) => {
    const ledger = await stockedLedger()
    const fence = signed('VoidCommand', actor, { actor: ANN, id })
    expect(verdict(await submitOne(ledger, actor.split(':')[0] ?? '', fence))).toBe(
      'NOT_AUTHORISED',
    )
    expect(verdict(await submitOne(ledger, 'mall', payment))).toBe('accepted')
  })
})
