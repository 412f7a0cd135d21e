import { describe, expect, test } from 'vitest'
import type { SignedCommand } from '../../ledger/index.ts'
import { accountKey } from '../../ledger/index.ts'
import { agreementKey } from '../../ledger/keys.ts'
import {
  agree,
  attest,
  couponLine,
  draft,
  executeAgreement,
  moneyLine,
  ORACLE,
  pointsLine,
  RING,
  RING_SIGNERS,
  signAgreement,
  terms,
  withdraw,
} from '../support/agreement-world.ts'
import { booksOf, comparableBooks, contradictions, replayedBooksOf } from '../support/books.ts'
import { SPRING } from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { ANN, BOB, CAT, rollTo, submitOne, verdict } from '../support/opened-ledger.ts'
import { tradeLedger } from '../support/trade-world.ts'
import { accountOf, HUI, registerMember, signed, STAR } from '../support/world.ts'

const DEAL = 'mall:deal'

async function give(ledger: MemoryLedger, command: SignedCommand): Promise<string> {
  return verdict(await submitOne(ledger, 'mall', command))
}

function statusOf(ledger: MemoryLedger, id = DEAL): string | undefined {
  return ledger.get(agreementKey(id))?.status
}

function lots(amount: bigint): object[] {
  return [{ expires: '2027-11-30', amount }]
}

function executions(ledger: MemoryLedger): number {
  return ledger.entries().filter(({ references }) => references['agreement'] !== undefined).length
}

describe('an agreement', () => {
  test('takes effect with the last signature, all of it in one entry', async () => {
    const ledger = await tradeLedger()
    const agreed = terms(RING)
    await agree(ledger, DEAL, agreed, RING_SIGNERS.slice(0, 3))
    expect([statusOf(ledger), executions(ledger)]).toEqual(['open', 0])
    expect(await give(ledger, signAgreement(DEAL, 'mall:finance-1', agreed))).toBe('accepted')
    expect(statusOf(ledger)).toBe('executed')
    const entry = ledger.entries().at(-1)
    const face = { series: SPRING, coupons: [{ serial: 'C-1', amount: 5_000n }] }
    expect(entry?.references).toEqual({ agreement: DEAL })
    expect(entry?.postings).toMatchObject([
      { account: '7102/mall:a-ann', asset: STAR, side: 'debit', amount: 100n, lots: lots(100n) },
      { account: '7102/bank:a-bob', asset: STAR, side: 'credit', amount: 100n, lots: lots(100n) },
      { account: '7102/mall:a-ann', asset: STAR, side: 'debit', amount: 50n, lots: lots(50n) },
      { account: '7102/airline:a-cat', asset: STAR, side: 'credit', amount: 50n },
      { account: '7102/bank:a-bob', asset: HUI, side: 'debit', amount: 80n },
      { account: '7102/airline:a-cat', asset: HUI, side: 'credit', amount: 80n },
      { account: '7102/airline:a-cat', side: 'debit', amount: 5_000n, coupons: face.coupons },
      { account: '7102/mall:a-ann', side: 'credit', amount: 5_000n, coupons: face.coupons },
      { account: '3001/airline/mall/2026-11-30.1', side: 'debit', amount: 1_000_000n },
      { account: '3001/mall/airline/2026-11-30.1', side: 'credit', amount: 1_000_000n },
    ])
    expect(contradictions(ledger)).toEqual([])
    expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
    for (const again of [signAgreement(DEAL, ANN, agreed), executeAgreement(DEAL, ANN, agreed)]) {
      expect(await give(ledger, again)).toBe('AGREEMENT_CLOSED')
    }
    expect(executions(ledger)).toBe(1)
  })

  test('gives lots to the lines in their order, and none of them a later date', async () => {
    const ledger = await tradeLedger()
    await rollTo(ledger, '2026-12-01')
    const fold = ledger.completeFold()
    const body = { asset: STAR, to: accountOf(ANN), spendFen: '1000', funder: 'mall' }
    const award = signed('IssuePoints', 'mall:till', { ...body, receipt: 'R-x', store: 'S-1' })
    await ledger.submit('mall', [award], { fold })
    const agreed = terms([pointsLine(ANN, BOB, STAR, 440), pointsLine(ANN, CAT, STAR, 60)])
    await agree(ledger, DEAL, agreed, [ANN])
    const credits = (ledger.entries().at(-1)?.postings ?? []).filter(
      ({ side }) => side === 'credit',
    )
    expect(credits.map(({ lots }) => lots)).toEqual([
      [{ expires: '2027-11-30', amount: 440n }],
      [
        { expires: '2027-11-30', amount: 10n },
        { expires: '2027-12-31', amount: 50n },
      ],
    ])
  })

  test('that all have signed waits for its day, and is then executed by anyone', async () => {
    const ledger = await tradeLedger()
    const agreed = terms(RING, { notBefore: '2026-12-02' })
    await agree(ledger, DEAL, agreed, RING_SIGNERS)
    expect([statusOf(ledger), executions(ledger)]).toEqual(['open', 0])
    const execute = (): SignedCommand => executeAgreement(DEAL, 'bank:till', agreed)
    expect(await give(ledger, execute())).toBe('CONDITION_UNMET')
    await rollTo(ledger, '2026-12-02')
    expect(await give(ledger, execute())).toBe('accepted')
    expect([statusOf(ledger), executions(ledger)]).toEqual(['executed', 1])
    expect(contradictions(ledger)).toEqual([])
  })

  test('after another waits for it, and not for one that was withdrawn', async () => {
    const ledger = await tradeLedger()
    const first = terms([pointsLine(ANN, BOB, STAR, 1)])
    await agree(ledger, 'mall:first', first, [])
    const second = terms([pointsLine(BOB, ANN, HUI, 1)], { after: 'mall:first' })
    await agree(ledger, 'mall:second', second, [BOB])
    expect(await give(ledger, executeAgreement('mall:second', BOB, second))).toBe('CONDITION_UNMET')
    const split = ledger.clone()
    expect(await give(ledger, signAgreement('mall:first', ANN, first))).toBe('accepted')
    expect(await give(ledger, executeAgreement('mall:second', BOB, second))).toBe('accepted')
    expect(await give(split, withdraw('mall:first', ANN))).toBe('accepted')
    expect(await give(split, executeAgreement('mall:second', BOB, second))).toBe('CONDITION_UNMET')
  })

  test('lapses when its last day is over', async () => {
    const ledger = await tradeLedger()
    const agreed = terms(RING)
    await agree(ledger, DEAL, agreed, RING_SIGNERS.slice(1))
    const stranger = (): SignedCommand => withdraw(DEAL, 'bank:till')
    expect(await give(ledger, stranger())).toBe('NOT_AUTHORISED')
    await rollTo(ledger, '2026-12-11')
    expect(await give(ledger, signAgreement(DEAL, ANN, agreed))).toBe('CONTRACT_PAST_DATE')
    expect(await give(ledger, stranger())).toBe('accepted')
    expect(statusOf(ledger)).toBe('lapsed')
  })

  test('of organisations alone is between their finance staff', async () => {
    const ledger = await tradeLedger()
    const agreed = terms([moneyLine('mall', 'airline', 5), moneyLine('bank', 'airline', 7)])
    const drafted = { agreement: 'bank:fees', terms: agreed }
    const staff = 'bank:finance-2'
    expect(await give(ledger, signed('DraftAgreement', staff, drafted))).toBe('accepted')
    const split = ledger.clone()
    expect(await give(split, withdraw('bank:fees', 'airline:finance-1'))).toBe('accepted')
    expect(await give(ledger, signAgreement('bank:fees', staff, agreed))).toBe('accepted')
    expect(await give(ledger, signAgreement('bank:fees', 'bank:finance-1', agreed))).toBe(
      'ALREADY_SIGNED',
    )
    expect(await give(ledger, signAgreement('bank:fees', 'mall:finance-1', agreed))).toBe(
      'accepted',
    )
    expect(statusOf(ledger, 'bank:fees')).toBe('executed')
    expect(contradictions(ledger)).toEqual([])
  })

  test('can be withdrawn by who only receives, and then signed by nobody', async () => {
    const ledger = await tradeLedger()
    const agreed = terms([pointsLine(ANN, BOB, STAR, 1), pointsLine(BOB, CAT, HUI, 1)])
    await agree(ledger, DEAL, agreed, [ANN])
    expect(await give(ledger, withdraw(DEAL, CAT))).toBe('accepted')
    expect(await give(ledger, signAgreement(DEAL, BOB, agreed))).toBe('AGREEMENT_CLOSED')
    expect(await give(ledger, draft(DEAL, ANN, agreed))).toBe('CONTRACT_EXISTS')
  })
})

describe('an oracle', () => {
  const agreed = terms([pointsLine(ANN, BOB, STAR, 10)], { oracle: ORACLE })

  test.each([
    ['another key', attest(DEAL, 'bank:oracle')],
    ['another text', attest(DEAL, 'mall:oracle', 'the parcel is lost')],
    ['another agreement', attest('mall:other')],
  ])('by %s attests nothing', async (_name, signature) => {
    const ledger = await tradeLedger()
    await agree(ledger, DEAL, agreed, [])
    expect(await give(ledger, signAgreement(DEAL, ANN, agreed, signature))).toBe(
      'ORACLE_SIGNATURE_INVALID',
    )
    expect(ledger.get(agreementKey(DEAL))?.signed).toEqual([])
  })

  test('attests with any signature or after all, and then it is known', async () => {
    const ledger = await tradeLedger()
    await agree(ledger, DEAL, agreed, [ANN])
    expect(await give(ledger, executeAgreement(DEAL, BOB, agreed))).toBe('CONDITION_UNMET')
    expect(await give(ledger, executeAgreement(DEAL, BOB, agreed, attest(DEAL)))).toBe('accepted')

    const two = terms([pointsLine(ANN, BOB, STAR, 10), pointsLine(BOB, ANN, HUI, 10)], {
      oracle: ORACLE,
    })
    await agree(ledger, 'mall:two', two, [])
    expect(await give(ledger, signAgreement('mall:two', ANN, two, attest('mall:two')))).toBe(
      'accepted',
    )
    expect(await give(ledger, signAgreement('mall:two', BOB, two))).toBe('accepted')
    expect(statusOf(ledger, 'mall:two')).toBe('executed')
  })
})

describe('attempts that must fail', () => {
  test('a signature under terms that the ledger does not have moves nothing', async () => {
    const ledger = await tradeLedger()
    await agree(ledger, DEAL, terms([pointsLine(ANN, BOB, STAR, 400)]), [])
    const shown = terms([pointsLine(ANN, BOB, STAR, 4)])
    expect(await give(ledger, signAgreement(DEAL, ANN, shown))).toBe('AGREEMENT_DIFFERS')
    expect(executions(ledger)).toBe(0)
  })

  test("a person under the id of another's account is no party for it", async () => {
    const ledger = await tradeLedger()
    await agree(ledger, DEAL, terms(RING), [])
    const impostor = accountOf(CAT)
    const { body } = registerMember(impostor).command
    const made = signed('RegisterActor', 'airline:admin', { ...body, account: 'airline:a-other' })
    expect(verdict(await submitOne(ledger, 'airline', made))).toBe('accepted')
    expect(ledger.get(accountKey('airline:a-other'))?.owner).toBe(impostor)
    expect(await give(ledger, withdraw(DEAL, impostor))).toBe('NOT_AUTHORISED')
    expect(await give(ledger, signAgreement(DEAL, impostor, terms(RING)))).toBe('NOT_AUTHORISED')
  })

  test('one coupon in two agreements goes with the first that is executed', async () => {
    const ledger = await tradeLedger()
    const one = terms([couponLine(ANN, BOB, 'A-1')])
    const other = terms([couponLine(ANN, CAT, 'A-1')])
    await agree(ledger, 'mall:one', one, [])
    await agree(ledger, 'mall:other', other, [])
    expect(await give(ledger, signAgreement('mall:one', ANN, one))).toBe('accepted')
    expect(await give(ledger, signAgreement('mall:other', ANN, other))).toBe('NOT_COUPON_HOLDER')
    expect(contradictions(ledger)).toEqual([])
  })
})
