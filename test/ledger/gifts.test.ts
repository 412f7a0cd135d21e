import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import { giftAddress, giftLinkOf, newGiftLink, seedCommitment } from '../../cli/gift-link.ts'
import { couponKey, holdingPath, mergeLots } from '../../ledger/index.ts'
import type { Shares } from '../../ledger/gift.ts'
import { nextShare } from '../../ledger/gift.ts'
import { giftKey } from '../../ledger/keys.ts'
import { contradictions, replayedBooksOf } from '../support/books.ts'
import { SPRING } from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  CAT,
  FLASH,
  rollTo,
  submitOne,
  verdict,
} from '../support/opened-ledger.ts'
import {
  basket,
  claimGift,
  LINK,
  linkSignature,
  openGift,
  recallGift,
  returnGift,
  tradeLedger,
} from '../support/trade-world.ts'
import { accountOf, registerMember, STAR } from '../support/world.ts'

function lotsOf(ledger: MemoryLedger, member: string, asset: string): string[] {
  const lots = replayedBooksOf(ledger).holdings.get(`${accountOf(member)} ${asset}`) ?? []
  return mergeLots(lots, '9999-12-31').map(({ expires, amount }) => `${amount} to ${expires}`)
}

async function submit(ledger: MemoryLedger, command: unknown): Promise<string> {
  const outcome = verdict(await submitOne(ledger, 'mall', command))
  expect(contradictions(ledger)).toEqual([])
  return outcome
}

describe('a gift', () => {
  test('goes to whoever has the link, with its lots and coupons as they are', async () => {
    const ledger = await tradeLedger()
    await submit(ledger, openGift('mall:g-1', ANN, basket({ [STAR]: 400 }, ['A-1', 'A-2'])))
    expect(ledger.get(couponKey(SPRING, 'A-1'))).toMatchObject({
      account: accountOf(ANN),
      state: 'gifted',
      keptBy: 'gift/mall:g-1',
    })
    expect(await submit(ledger, claimGift('mall:g-1', BOB))).toBe('accepted')
    expect(lotsOf(ledger, BOB, STAR)).toEqual(['850 to 2027-11-30'])
    const coupon = ledger.get(couponKey(SPRING, 'A-2'))
    expect(coupon).toMatchObject({ account: accountOf(BOB), state: 'held', expires: '2026-12-30' })
    expect(ledger.get(giftKey('mall:g-1'))).toMatchObject({ status: 'claimed', keeps: [] })
  })

  test('is not got with a signature that was copied from a claim on its way', async () => {
    const ledger = await tradeLedger()
    await submit(ledger, openGift('mall:g-1', ANN, basket({}, ['A-1'])))
    const seen = linkSignature('mall:g-1', BOB)
    const copied = claimGift('mall:g-1', CAT, { linkSignature: seen })
    expect(await submit(ledger, copied)).toBe('LINK_SIGNATURE_INVALID')
    const altered = claimGift('mall:g-1', BOB, { linkSignature: seen })
    const command = { ...altered.command, body: { ...altered.command.body, to: accountOf(CAT) } }
    expect(await submit(ledger, { ...altered, command })).toBe('PROOF_INVALID')
    expect(await submit(ledger, claimGift('mall:g-1', BOB))).toBe('accepted')
  })

  test('is claimed once, also when the claim is sent again', async () => {
    const ledger = await tradeLedger()
    await submit(ledger, openGift('mall:g-1', ANN, basket({ [STAR]: 400 })))
    const claim = claimGift('mall:g-1', BOB)
    expect(await submit(ledger, claim)).toBe('accepted')
    expect(await submitOne(ledger, 'bank', claim)).toMatchObject({ replayed: true })
    expect(await submit(ledger, claimGift('mall:g-1', BOB))).toBe('SHARE_TAKEN')
    expect(await submit(ledger, claimGift('mall:g-1', CAT))).toBe('GIFT_CLOSED')
    expect(lotsOf(ledger, BOB, STAR)).toEqual(['850 to 2027-11-30'])
  })

  test('that nobody claims returns with the lots that it had, be they over', async () => {
    const ledger = await tradeLedger()
    const before = lotsOf(ledger, ANN, FLASH)
    await submit(ledger, openGift('mall:g-1', ANN, basket({ [FLASH]: 200 }, ['A-1'])))
    expect(ledger.get(giftKey('mall:g-1'))?.dueOn).toBe('2026-11-30')
    await rollTo(ledger, '2026-12-01')
    expect(await submit(ledger, claimGift('mall:g-1', BOB))).toBe('CONTRACT_PAST_DATE')
    expect(await submit(ledger, returnGift('mall:g-1'))).toBe('accepted')
    expect(lotsOf(ledger, ANN, FLASH)).toEqual(before)
    expect(ledger.get(couponKey(SPRING, 'A-1'))).toMatchObject({ state: 'held' })
  })

  test('cannot be put aside from what another gift has', async () => {
    const ledger = await tradeLedger()
    await submit(ledger, openGift('mall:g-1', ANN, basket({ [STAR]: 300 }, ['A-1'])))
    const again = openGift('mall:g-2', ANN, basket({ [STAR]: 101 }))
    expect(await submit(ledger, again)).toBe('POINTS_PENDING')
    const coupon = openGift('mall:g-3', ANN, basket({}, ['A-1']))
    expect(await submit(ledger, coupon)).toBe('COUPON_GIFTED')
  })
})

describe('a red packet', () => {
  test('of equal shares gives what does not divide to the first ones', async () => {
    const ledger = await tradeLedger()
    const shares = { count: 3, split: { kind: 'equal' } }
    await submit(ledger, openGift('bank:g-1', BOB, basket({ [STAR]: 8 }), { shares }))
    expect(await submit(ledger, claimGift('bank:g-1', ANN))).toBe('accepted')
    expect(await submit(ledger, claimGift('bank:g-1', ANN))).toBe('SHARE_TAKEN')
    expect(await submit(ledger, claimGift('bank:g-1', CAT))).toBe('accepted')
    expect(await submit(ledger, claimGift('bank:g-1', BOB))).toBe('SAME_ACCOUNT')
    const claims = [ANN, CAT].map((member) => ({ to: accountOf(member), amount: 3n }))
    expect(ledger.get(giftKey('bank:g-1'))).toMatchObject({ status: 'open', claims })
    expect(await submit(ledger, recallGift('bank:g-1', BOB))).toBe('accepted')
    expect(lotsOf(ledger, BOB, STAR)).toEqual(['444 to 2027-11-30'])
  })

  test('of random shares gives the share of the place, whoever comes', async () => {
    const shares = { count: 2, split: { kind: 'random', commitment: seedCommitment(LINK) } }
    const amounts = await Promise.all(
      [
        [ANN, CAT],
        [CAT, ANN],
      ].map(async (order) => {
        const ledger = await tradeLedger()
        await submit(ledger, openGift('bank:g-1', BOB, basket({ [STAR]: 400 }), { shares }))
        for (const member of order) {
          await submit(ledger, claimGift('bank:g-1', member, { seed: LINK.seed }))
        }
        const gift = ledger.get(giftKey('bank:g-1'))
        expect(gift).toMatchObject({ status: 'claimed', keeps: [] })
        return gift?.claims.map(({ amount }) => amount)
      }),
    )
    expect(amounts[0]).toEqual(amounts[1])
  })

  test('is claimed by a crowd in one transaction, and the last ones come too late', async () => {
    const ledger = await tradeLedger()
    const crowd = Array.from({ length: 60 }, (_, at) => `airline:m-crowd-${at}`)
    await acceptAll(ledger, 'airline', crowd.map(registerMember))
    const split = { kind: 'random', commitment: seedCommitment(LINK) }
    const shares = { count: 50, split }
    await submit(ledger, openGift('bank:g-1', BOB, basket({ [STAR]: 400 }), { shares }))
    const claims = crowd.map((member) => claimGift('bank:g-1', member, { seed: LINK.seed }))
    const { outcomes } = await ledger.submit('bank', claims)
    const late = Array.from({ length: 10 }, () => 'GIFT_CLOSED')
    expect(outcomes.slice(0, 50).every(({ status }) => status === 'accepted')).toBe(true)
    expect(outcomes.slice(50).map(verdict)).toEqual(late)
    expect(contradictions(ledger)).toEqual([])
    const amounts = ledger.get(giftKey('bank:g-1'))?.claims.map(({ amount }) => Number(amount))
    expect(amounts?.reduce((sum, amount) => sum + amount, 0)).toBe(400)
    expect(new Set(amounts).size).toBeGreaterThan(5)
  })

  test('comes to its sum whatever the seed, and nobody goes without', () => {
    const count = fc.integer({ min: 1, max: 60 })
    const extra = fc.nat(5000)
    const kind = fc.constantFrom('equal', 'random')
    fc.assert(
      fc.property(count, extra, kind, fc.string(), (count, extra, kind, seed) => {
        const shares = { count, split: { kind, commitment: '' } } as Shares
        let left = BigInt(count + extra)
        for (let claimants = count; claimants > 0; claimants -= 1) {
          const place = { gift: 'mall:g-1', left, claimants, seed }
          const share = nextShare(shares, place, cryptography.sha256)
          expect(share).toBeGreaterThan(0n)
          left -= share
          expect(left).toBeGreaterThanOrEqual(BigInt(claimants - 1))
        }
        expect(left).toBe(0n)
      }),
      { seed: 20261130, numRuns: 300 },
    )
  })
})

test('the address of a gift has its secret behind the # and gives the same link', () => {
  const link = newGiftLink()
  const address = giftAddress('https://wallet.example', 'mall:g-1', link)
  expect(new URL(address).hash).toBe(`#${link.secret}`)
  expect(address.slice(0, address.indexOf('#'))).not.toContain(link.secret)
  const opened = giftLinkOf(address)
  expect(opened?.wallet.publicKey).toBe(link.wallet.publicKey)
  expect([opened?.salt, opened?.seed]).toEqual([link.salt, link.seed])
  expect(giftLinkOf('https://wallet.example/claim/mall:g-1')).toBeUndefined()
})

test('the lots of a gift stand in its escrow and nowhere else', async () => {
  const ledger = await tradeLedger()
  await acceptAll(ledger, 'mall', [openGift('mall:g-1', ANN, basket({ [STAR]: 7 }))], {
    fold: ledger.completeFold(),
  })
  const { postings } = ledger.entries().at(-1) ?? { postings: [] }
  expect(postings.map(({ account, side }) => `${side} ${account}`)).toEqual([
    `debit ${holdingPath(accountOf(ANN))}`,
    'credit 7103/gift/mall:g-1',
  ])
  expect([...ledger.state.keys()].some((name) => name.includes('7103/gift'))).toBe(false)
})
