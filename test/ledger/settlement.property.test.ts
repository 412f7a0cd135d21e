import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry, SignedCommand } from '../../ledger/index.ts'
import { balanceOf, booksOf, contradictions } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  compact,
  redeem,
  stockedLedger,
  submitOne,
  verdict,
} from '../support/opened-ledger.ts'
import {
  closeAll,
  closingBody,
  currentCycle,
  CYCLE,
  financeOf,
  instructedLedger,
  PAIRS,
  paymentsOf,
  positionsOf,
  NETTED,
  rollCycle,
  settle,
  settlementTerms,
  signedBy,
  trade,
  tradedLedger,
} from '../support/settlement-world.ts'
import { HUI, openingCommands, ORGANISATIONS, signed, STAR } from '../support/world.ts'

const MONEY = 'CNY:micro-yuan'

/** What an entry does to the books of one organisation, in micro-yuan: nothing, if they balance. */
function effectOn(entry: Entry, organisation: string): bigint {
  return entry.postings
    .filter(({ account }) => account.split('/')[1] === organisation)
    .reduce((sum, { side, amount }) => sum + (side === 'debit' ? amount : -amount), 0n)
}

function money(ledger: MemoryLedger, path: string): bigint {
  return balanceOf(booksOf(ledger), path, MONEY)
}

/** Every payment is sent and confirmed. */
async function payAll(ledger: MemoryLedger): Promise<void> {
  for (const { id, debtor, creditor, fen, status } of paymentsOf(ledger)) {
    if (status !== 'open') continue
    const body = { payment: id, reference: 'B-1', fen: String(fen) }
    await acceptAll(ledger, debtor, [signedBy(financeOf(debtor), 'SendRemittance', body)])
    await acceptAll(ledger, creditor, [signedBy(financeOf(creditor), 'ConfirmRemittance', body)])
  }
}

describe.each(['gross', 'bilateral', 'multilateral'] as const)('netted %s', (netting) => {
  test('a cycle comes to nothing on its clearing accounts, and the money is at the banks', async () => {
    const ledger = await instructedLedger({ netting })
    await payAll(ledger)
    for (const pair of PAIRS) {
      const [one = '', other = ''] = pair.split(':')
      for (const [left, right] of [
        [one, other],
        [other, one],
      ] as const) {
        expect(money(ledger, `3001/${left}/${right}/${CYCLE}`)).toBe(0n)
        expect(money(ledger, `1221/${left}/${right}/${CYCLE}`)).toBe(0n)
      }
    }
    const banks = ORGANISATIONS.map((organisation) => money(ledger, `1002/${organisation}`))
    expect(banks.reduce((sum, balance) => sum + balance, 0n)).toBe(0n)
    expect(banks.some((balance) => balance > 0n)).toBe(true)
    expect(paymentsOf(ledger).every(({ status }) => status === 'settled')).toBe(true)
    expect(contradictions(ledger)).toEqual([])
  })

  test('every settlement entry balances in the books of each organisation', async () => {
    const ledger = await instructedLedger({ netting })
    await payAll(ledger)
    const types = ['SettleCycle', 'SendRemittance', 'ConfirmRemittance']
    const entries = ledger.entries().filter(({ type }) => types.includes(type))
    expect(entries.length).toBeGreaterThan(2)
    for (const entry of entries) {
      for (const organisation of ORGANISATIONS) expect(effectOn(entry, organisation)).toBe(0n)
    }
  })

  test('what is paid is what was owed, less than a fen a claim short', async () => {
    const ledger = await instructedLedger({ netting })
    for (const organisation of ORGANISATIONS) {
      const owed = positionsOf(ledger)
        .filter(({ parties }) => parties.includes(organisation))
        .map((one) =>
          one.organisation === organisation ? one : { toGet: one.toPay, toPay: one.toGet },
        )
        .reduce((sum, { toGet, toPay }) => sum + toGet - toPay, 0n)
      const paid = paymentsOf(ledger).reduce(
        (sum, { debtor, creditor, fen }) =>
          sum + (creditor === organisation ? fen : 0n) - (debtor === organisation ? fen : 0n),
        0n,
      )
      const short = owed - paid * 10_000n
      expect(short === money(ledger, `6711/${organisation}`)).toBe(true)
      expect(short > -40_000n && short < 40_000n).toBe(true)
    }
  })
})

describe('closing', () => {
  test('comes to the same however its deltas were compacted before', async () => {
    const ledger = await tradedLedger()
    await rollCycle(ledger)
    const plain = closingBody(ledger, 'bank:mall')
    const open = ledger.openDeltas().filter(({ account }) => account.endsWith(CYCLE))
    for (const account of open) {
      if (account.deltas.length > 1) await acceptAll(ledger, 'bank', [compact(account)])
    }
    const compacted = closingBody(ledger, 'bank:mall')
    expect({ ...compacted, deltas: [], counterDeltas: [] }).toEqual({
      ...plain,
      deltas: [],
      counterDeltas: [],
    })
    const closing = signedBy(financeOf('bank', 'mall'), 'ClosePosition', compacted)
    expect(verdict(await submitOne(ledger, 'mall', closing))).toBe('accepted')
  })

  test('a delta that is left out on one side or on both is told from what was signed', async () => {
    const ledger = await tradedLedger()
    await trade(ledger)
    const body = closingBody(ledger, 'bank:mall')
    const named = body['deltas'] as string[]
    for (const missing of named) {
      const deltas = named.filter((name) => name !== missing)
      const short = signedBy(financeOf('bank', 'mall'), 'ClosePosition', { ...body, deltas })
      expect(verdict(await submitOne(ledger.clone(), 'bank', short))).toBe('POSITION_DIFFERS')
    }
    expect(named.length).toBeGreaterThan(0)
  })

  test('nothing enters a cycle that is closed, and what comes later falls into the next', async () => {
    const ledger = await tradedLedger()
    const before = closingBody(ledger, 'bank:mall')
    await trade(ledger)
    expect(closingBody(ledger, 'bank:mall')).toEqual(before)
    expect(closingBody(ledger, 'bank:mall', currentCycle(ledger))['toGet']).not.toBe('0')
  })

  test('charges fees by tiers and a fixed part, to who bears them, in the open cycle', async () => {
    const tiers = [
      { upToFen: '40', rate: { numerator: '1', denominator: '100' } },
      { rate: { numerator: '1', denominator: '200' } },
    ]
    const fees = [{ receiver: 'bank', bearer: 'creditor', fixedFen: '2', tiers }]
    const ledger = await tradedLedger({ fees })
    await closeAll(ledger)
    // The mall owes the bank 151 points at 10000/3 and the airline 200; the bank owes the mall 101.
    expect(positionsOf(ledger).map((one) => [one.parties, one.toGet, one.toPay])).toEqual([
      [['airline', 'bank'], 0n, 0n],
      [['airline', 'mall'], 666_666n, 0n],
      [['bank', 'mall'], 503_333n, 336_666n],
    ])
    // 400,000 at 1 %, the rest at 0.5 %: of 666,666 and of 336,666, each with 2 fen more.
    expect(money(ledger, '6051/airline')).toBe(20_000n + 4_000n + 1_333n)
    expect(money(ledger, '6051/mall')).toBe(20_000n + 3_366n)
    expect(money(ledger, '6051/bank')).toBe(-48_699n)
    expect(money(ledger, `3001/bank/airline/${currentCycle(ledger)}`)).toBe(25_333n)
    expect(contradictions(ledger)).toEqual([])
  })
})

test('a pair that is late is left out, and settled later by itself', async () => {
  const ledger = await tradedLedger()
  for (const pair of ['airline:mall', 'airline:bank']) {
    const body = closingBody(ledger, pair)
    await acceptAll(ledger, 'bank', [
      signedBy(financeOf(...pair.split(':')), 'ClosePosition', body),
    ])
  }
  const closed = ['airline:mall', 'airline:bank']
  expect(verdict(await submitOne(ledger, 'bank', settle(CYCLE, closed)))).toBe('PAIR_LEFT_OUT')
  await rollCycle(ledger, '2026-12-01')
  await rollCycle(ledger, '2026-12-02')
  await acceptAll(ledger, 'bank', [settle(CYCLE, closed)])
  const body = closingBody(ledger, 'bank:mall')
  await acceptAll(ledger, 'bank', [signedBy(financeOf('mall', 'bank'), 'ClosePosition', body)])
  await acceptAll(ledger, 'bank', [settle(CYCLE, ['bank:mall'])])
  await payAll(ledger)
  expect(paymentsOf(ledger).map(({ debtor, fen }) => [debtor, fen])).toEqual([
    ['mall', 66n],
    ['mall', 16n],
  ])
})

test('what is not paid is carried over, what is in transit is not, and nothing is lost', async () => {
  const ledger = await instructedLedger({ netting: 'bilateral' })
  const [payment] = paymentsOf(ledger).filter(({ creditor }) => creditor === 'airline')
  const { id = '' } = payment ?? {}
  const act = async (type: string, organisation: string, body: object): Promise<void> => {
    const signed = signedBy(financeOf(organisation), type, { payment: id, ...body })
    await acceptAll(ledger, organisation, [signed])
  }
  await act('SendRemittance', 'mall', { reference: 'B-1', fen: '40' })
  await act('ConfirmRemittance', 'airline', { reference: 'B-1', fen: '30' })
  for (const date of ['2026-12-01', '2026-12-02', '2026-12-03']) await rollCycle(ledger, date)
  await acceptAll(ledger, 'mall', [signed('CarryOverPayment', ANN, { payment: id })])
  const carried = (): unknown => paymentsOf(ledger).find((one) => one.id === id)
  expect(carried()).toMatchObject({ status: 'open', fen: 40n, carriedFen: 26n })
  const now = currentCycle(ledger)
  expect(money(ledger, `3001/airline/mall/${now}`)).toBe(260_000n)
  expect(money(ledger, `1221/airline/mall/${CYCLE}`)).toBe(100_000n)
  await act('WithdrawRemittance', 'mall', { reference: 'B-1' })
  await rollCycle(ledger, '2026-12-04')
  await acceptAll(ledger, 'mall', [signed('CarryOverPayment', BOB, { payment: id })])
  expect(carried()).toMatchObject({ status: 'carried', fen: 30n, carriedFen: 36n })
  expect(money(ledger, `1221/airline/mall/${CYCLE}`)).toBe(0n)
  expect(money(ledger, `1002/airline`)).toBe(300_000n)
  expect(contradictions(ledger)).toEqual([])
})

test('a cap on net debit holds whatever is redeemed, refunded and refilled in whatever lane', async () => {
  const capped = await tradedLedger()
  const cap = { organisation: 'mall', microYuan: '300000', validFrom: '2026-12-01' }
  await acceptAll(capped, 'bank', [signedBy(financeOf('bank', 'airline'), 'SetNetDebitCap', cap)])
  await rollCycle(capped, '2026-12-01')
  const bound = `mall:${currentCycle(capped)}:net-debit`
  const act = fc.record({
    kind: fc.constantFrom('owe', 'owed', 'refill', 'back'),
    organisation: fc.constantFrom(...ORGANISATIONS),
    lane: fc.nat(1),
    amount: fc.integer({ min: 1, max: 120 }),
  })
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 40 }), async (acts) => {
      const ledger = capped.clone()
      for (const { kind, organisation, lane, amount } of acts) {
        const made = commandOf(ledger, bound, kind, organisation, String(amount))
        const verdictOf = verdict(await submitOne(ledger, organisation, made, { lane }))
        seen.set(`${kind} ${verdictOf}`, (seen.get(`${kind} ${verdictOf}`) ?? 0) + 1)
        const net = ORGANISATIONS.reduce(
          (sum, other) => sum - money(ledger, `3001/mall/${other}/${currentCycle(ledger)}`),
          0n,
        )
        expect(net <= 300_000n).toBe(true)
      }
      expect(contradictions(ledger)).toEqual([])
    }),
    { numRuns: 25, seed: 7 },
  )
  expect(seen.get('owe accepted')).toBeGreaterThan(20)
  expect(seen.get('owe NET_DEBIT_CAP')).toBeGreaterThan(5)
  expect(seen.get('owe QUOTA_REFILL')).toBeGreaterThan(5)
  expect(seen.get('back accepted')).toBeGreaterThan(2)
})

test('what follows a roll in the same transaction is held against the cap of the new cycle', async () => {
  const ledger = await tradedLedger()
  const cap = { organisation: 'mall', microYuan: '300000', validFrom: '2026-12-01' }
  await acceptAll(ledger, 'bank', [signedBy(financeOf('bank', 'airline'), 'SetNetDebitCap', cap)])
  const roll = signedBy(financeOf('bank', 'mall'), 'RollBusinessDate', {
    from: { date: '2026-11-30', number: 2 },
    to: { date: '2026-12-01', number: 1 },
  })
  const [before, after] = ['10', '11'].map((amount) =>
    redeem(STAR, BOB, amount, { acceptor: 'bank' }),
  )
  const fold = ledger.completeFold()
  const { outcomes } = await ledger.submit('bank', [before, roll, after], { fold })
  expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted', 'QUOTA_REFILL'])
})

/** One act of those that have the mall owe more or less. */
function commandOf(
  ledger: MemoryLedger,
  bound: string,
  kind: string,
  organisation: string,
  amount: string,
): object {
  if (kind === 'owe') return redeem(STAR, BOB, amount, { acceptor: 'bank' })
  if (kind === 'owed') return redeem(HUI, BOB, amount)
  if (kind === 'refill') {
    const body = { asset: bound, needed: '1', amount: `${amount}000` }
    return signed('RefillQuota', organisation, body)
  }
  const standing = ledger.published.findLast(({ entry }) => entry.type === 'RedeemPoints')
  const body = { entry: JSON.parse(standing?.text ?? '{}') as object, reason: 'returned' }
  return signedBy(['bank:finance-1', 'mall:finance-1'], 'ReverseEntry', body)
}

test('fifty members settle in one run, by fewer payments than there are members', async () => {
  const ledger = await stockedLedger()
  const others = Array.from({ length: 47 }, (_, at) => `member-${String(at)}`)
  for (const organisation of others) {
    await acceptAll(ledger, organisation, openingCommands(organisation), { isAdmin: true })
  }
  const members = [...ORGANISATIONS, ...others].sort()
  const accounts = members.map((organisation) => ({ organisation, commitment: 'a'.repeat(64) }))
  const terms = settlementTerms(NETTED, { accounts })
  await acceptAll(ledger, 'bank', [signedBy(financeOf(...members), 'DefineSettlement', terms)])
  const pairs = members.flatMap((one, at) =>
    members.slice(at + 1).map((other) => `${one}:${other}`),
  )
  await acceptAll(
    ledger,
    'bank',
    pairs.map((pair, at) => adjustment(ledger, pair, at)).slice(0, 999),
  )
  await rollCycle(ledger)
  for (let at = 0; at < pairs.length; at += 500) {
    const closings = pairs.slice(at, at + 500).map((pair) => {
      const signers = financeOf(...pair.split(':'))
      return signedBy(signers, 'ClosePosition', closingBody(ledger, pair))
    })
    await acceptAll(ledger, 'bank', closings)
  }
  await acceptAll(ledger, 'bank', [settle(CYCLE, pairs)])
  const payments = paymentsOf(ledger)
  expect(payments.length).toBeGreaterThan(20)
  expect(payments.length).toBeLessThan(members.length)
  await payAll(ledger)
  expect(paymentsOf(ledger).every(({ status }) => status === 'settled')).toBe(true)
  expect(contradictions(ledger)).toEqual([])
}, 60_000)

/** Something that one of a pair owes the other, as a correction of the first entry that there was. */
function adjustment(ledger: MemoryLedger, pair: string, at: number): SignedCommand {
  const [debtor = '', creditor = ''] = at % 3 === 0 ? pair.split(':').toReversed() : pair.split(':')
  const [first] = ledger.published
  const corrects = {
    actor: first?.entry.actor,
    commandId: first?.entry.commandId,
    entryHash: first?.hash,
  }
  const microYuan = String(7_919 * (at + 1))
  const body = { debtor, creditor, microYuan, corrects, period: '2026-11-30', reason: 'a test' }
  const people = [`${debtor}:finance-1`, `${debtor}:finance-2`, `${creditor}:finance-1`]
  return signedBy(people, 'PostAdjustment', body)
}
