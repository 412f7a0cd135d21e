import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgreementTerms, SignedCommand } from '../../ledger/index.ts'
import { addDays } from '../../ledger/index.ts'
import { agreementKey } from '../../ledger/keys.ts'
import {
  attest,
  couponLine,
  draft,
  executeAgreement,
  moneyLine,
  ORACLE,
  pointsLine,
  signAgreement,
  terms,
  withdraw,
} from '../support/agreement-world.ts'
import {
  booksOf,
  comparableBooks,
  contradictions,
  replayedBooksOf,
  today,
} from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { FLASH, MEMBERS, redeem, rollTo, transfer, verdict } from '../support/opened-ledger.ts'
import { tradeLedger } from '../support/trade-world.ts'
import { HUI, ORGANISATIONS, STAR } from '../support/world.ts'

const member = fc.constantFrom(...MEMBERS)
const organisation = fc.constantFrom(...ORGANISATIONS)
const SIGNERS = [...MEMBERS, ...ORGANISATIONS.map((name) => `${name}:finance-1`)]

const line = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(member, member, fc.constantFrom(STAR, HUI, FLASH), fc.integer({ min: 1, max: 150 }))
      .map(([from, to, asset, amount]) => pointsLine(from, to, asset, amount)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(member, member, fc.constantFrom('A-1', 'B-1', 'C-1', 'A-2'))
      .map(([from, to, serial]) => couponLine(from, to, serial)),
  },
  fc
    .tuple(organisation, organisation, fc.integer({ min: 1, max: 9_999_999 }))
    .map(([debtor, creditor, amount]) => moneyLine(debtor, creditor, amount)),
)

const agreed: fc.Arbitrary<AgreementTerms> = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
    days: fc.integer({ min: 1, max: 3 }),
    waits: fc.constantFrom(undefined, undefined, undefined, '2026-12-01'),
    attested: fc.constantFrom(false, false, false, true),
    after: fc.constantFrom(undefined, undefined, 0),
  })
  .map(({ lines, days, waits, attested, after }) =>
    terms(lines, {
      notAfter: addDays('2026-11-30', days),
      ...(waits !== undefined && { notBefore: waits }),
      ...(attested && { oracle: ORACLE }),
      ...(after !== undefined && { after: nameOf(after) }),
    }),
  )

const step = fc.record({
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('sign' as const) },
    { weight: 4, arbitrary: fc.constant('execute' as const) },
    fc.constantFrom('withdraw' as const, 'roll' as const, 'transfer' as const, 'redeem' as const),
  ),
  agreement: fc.nat(2),
  signer: fc.constantFrom(...SIGNERS),
  attests: fc.boolean(),
  submitter: organisation,
  amount: fc.integer({ min: 1, max: 200 }),
})

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function nameOf(agreement: number): string {
  return `mall:agreed-${agreement}`
}

function made(one: Step, drafts: readonly AgreementTerms[]): SignedCommand | undefined {
  const { kind, signer, attests, amount } = one
  const agreement = one.agreement % Math.max(drafts.length, 1)
  const agreed = drafts[agreement]
  const id = nameOf(agreement)
  if (agreed === undefined) return undefined
  const signature = attests && agreed.oracle !== undefined ? attest(id) : undefined
  const holder = MEMBERS.find((name) => name === signer) ?? MEMBERS[0]
  switch (kind) {
    case 'sign':
      return signAgreement(id, signer, agreed, signature)
    case 'execute':
      return executeAgreement(id, signer, agreed, signature)
    case 'withdraw':
      return withdraw(id, signer)
    case 'transfer':
      return transfer(STAR, holder, MEMBERS[amount % 3] ?? holder, String(amount))
    case 'redeem':
      return redeem(HUI, holder, String(amount))
    default:
      return undefined
  }
}

/** Whatever is executed was signed by all who lose by it, once, and within its days. */
function expectJust(
  ledger: MemoryLedger,
  drafts: readonly AgreementTerms[],
  seen: Set<string>,
): void {
  const executed = ledger.entries().filter(({ references }) => references['agreement'])
  const names = executed.map(({ references }) => references['agreement'])
  expect(new Set(names).size).toBe(names.length)
  for (const [at, { notBefore = '', notAfter, lines, after }] of drafts.entries()) {
    const record = ledger.get(agreementKey(nameOf(at)))
    const entry = executed.find(({ references }) => references['agreement'] === nameOf(at))
    expect(record?.status === 'executed').toBe(entry !== undefined)
    if (entry === undefined || record === undefined) continue
    const needed = lines.map((one) => (one.kind === 'money' ? one.debtor : one.from))
    expect([...record.signed].sort()).toEqual([...new Set(needed)].sort())
    expect(notBefore <= entry.businessDate && entry.businessDate <= notAfter).toBe(true)
    expect(entry.postings).toHaveLength(lines.length * 2)
    // What it comes after has been executed before it.
    const isAfter = after === undefined || names.slice(0, names.indexOf(nameOf(at))).includes(after)
    expect(isAfter).toBe(true)
    if (after !== undefined) seen.add('executed after another')
  }
}

test('an agreement takes effect at most once, as a whole, and only as all have signed it', async () => {
  const stocked = await tradeLedger()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(agreed, { minLength: 1, maxLength: 3 }),
      fc.array(step, { minLength: 20, maxLength: 60 }),
      async (drafted, steps) => {
        const ledger = stocked.clone()
        const drafts: AgreementTerms[] = []
        for (const terms of drafted) {
          const command = draft(nameOf(drafts.length), 'mall:m-ann', terms)
          const { outcomes } = await ledger.submit('mall', [command])
          // What Ann is no party to, or what is no agreement, is not drafted.
          if (verdict(outcomes[0]) === 'accepted') drafts.push(terms)
        }
        for (const one of steps) {
          if (one.kind === 'roll') await rollTo(ledger, addDays(today(ledger), 1))
          const command = made(one, drafts)
          if (command === undefined) continue
          const fold = ledger.completeFold()
          const { outcomes, published } = await ledger.submit(one.submitter, [command], { fold })
          const executed = published.length > 0 ? ' executed' : ''
          seen.add(`${one.kind} ${verdict(outcomes[0])}${executed}`)
          expect(contradictions(ledger)).toEqual([])
        }
        expectJust(ledger, drafts, seen)
        expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
      },
    ),
    { seed: 71, numRuns: 120 },
  )
  for (const code of ['accepted', 'accepted executed', 'ALREADY_SIGNED', 'AGREEMENT_CLOSED']) {
    expect(seen).toContain(`sign ${code}`)
  }
  for (const code of ['accepted executed', 'SIGNATURES_MISSING', 'CONDITION_UNMET']) {
    expect(seen).toContain(`execute ${code}`)
  }
  expect(seen).toContain('withdraw accepted')
  expect(seen).toContain('executed after another')
})
