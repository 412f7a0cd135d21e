import * as fc from 'fast-check'
import type { Simulation, SubmitOptions } from '../support/memory-ledger.ts'
import type { AgreementTerms, SignedCommand } from '../../ledger/index.ts'
import { addDays, organisationOf } from '../../ledger/index.ts'
import {
  draft,
  executeAgreement,
  moneyLine,
  pointsLine,
  signAgreement,
  terms,
  withdraw,
} from '../support/agreement-world.ts'
import { today } from '../support/books.ts'
import { exchange, HUI_TO_STAR, STAR_TO_HUI } from '../support/exchange-world.ts'
import { MEMBERS } from '../support/opened-ledger.ts'
import { couponCommand, couponDays } from '../support/random-coupons.ts'
import { RandomDay } from '../support/random-day.ts'
import { commandOf, expiries, orderDays, rolls } from '../support/random-orders.ts'
import { batches } from '../support/random-steps.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { RandomTrades, tradeBatches } from '../support/random-trades.ts'
import { declineRequest, payRequest, requestPayment } from '../support/request-world.ts'
import { returnPurchase } from '../support/return-world.ts'
import { basket } from '../support/trade-world.ts'
import { HUI, STAR } from '../support/world.ts'

/** One transaction that was tried. */
export type Tried = Pick<Simulation, 'outcomes'> & { readonly commands: readonly SignedCommand[] }

/** Tries the next transaction of one kind of life on the ledger. */
export type Play = () => Promise<Tried>

const NOTHING: Tried = { outcomes: [], commands: [] }

const deal = fc.record({
  kind: fc.constantFrom(
    'exchange' as const,
    'agree' as const,
    'agree' as const,
    'withdraw' as const,
    'execute' as const,
    'execute' as const,
    'request' as const,
    'decline' as const,
    'return' as const,
  ),
  members: fc.shuffledSubarray([...MEMBERS], { minLength: 2, maxLength: 2 }),
  asset: fc.constantFrom(STAR, HUI),
  amount: fc.integer({ min: 1, max: 200 }),
  days: fc.nat(1),
})

type Deal = typeof deal extends fc.Arbitrary<infer Value> ? Value : never

/**
 * Everything that is tried in one episode, so many times as much as usual: by kind of life, what
 * follows what.
 */
export function playsOf(ledger: MemoryLedger, seed: number, times = 1): Play[][] {
  const sample = <T>(arbitrary: fc.Arbitrary<T>): T[] =>
    fc.sample(arbitrary, { seed, numRuns: times })
  const day = new RandomDay(ledger)
  const trades = new RandomTrades(ledger)
  const deals = new Deals(ledger)
  return [
    sample(batches(10, 10)).flatMap((all) =>
      all.map(({ steps, ...batch }) => {
        // Everybody else here signs with the keys that people had at the start.
        const kept = steps.filter(({ kind }) => kind !== 'rotate')
        return async () => (kept.length === 0 ? NOTHING : await day.play({ ...batch, steps: kept }))
      }),
    ),
    sample(tradeBatches(30, 8)).flatMap((all) =>
      all.map((batch) => async () => await trades.play(batch)),
    ),
    sample(orderDays(16, 8)).flatMap((all) =>
      all.map((steps) => async () => {
        const commands = steps.flatMap((step) =>
          step.kind === 'roll'
            ? [...rolls(step.days, ledger), ...expiries()]
            : [commandOf(step, ledger)],
        )
        return await submitted(ledger, 'mall', commands, { fold: ledger.completeFold() })
      }),
    ),
    sample(couponDays(16, 10)).flatMap((all) =>
      all.map(({ organisation, lane, steps }) => async () => {
        const commands = steps.map((step) => couponCommand(step, ledger))
        return await submitted(ledger, organisation, commands, { lane })
      }),
    ),
    sample(fc.array(deal, { minLength: 6, maxLength: 14 })).flatMap((all) =>
      all.map((one) => async () => {
        const commands = deals.commandsOf(one)
        return await submitted(ledger, 'mall', commands, { fold: ledger.completeFold() })
      }),
    ),
  ]
}

async function submitted(
  ledger: MemoryLedger,
  organisation: string,
  commands: readonly SignedCommand[],
  options: SubmitOptions,
): Promise<Tried> {
  if (commands.length === 0) return NOTHING
  const { outcomes } = await ledger.submit(organisation, commands, options)
  return { outcomes, commands }
}

/** What members settle between them: exchanges, agreements, requests, and goods that come back. */
class Deals {
  readonly #ledger: MemoryLedger
  /** Agreements that all have signed before their first day. */
  readonly #waiting: { readonly id: string; readonly agreed: AgreementTerms }[] = []
  #made = 0

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger
  }

  commandsOf(one: Deal): SignedCommand[] {
    const { kind, members, asset, amount } = one
    const [from = '', to = ''] = members
    this.#made += 1
    // Contracts are at home with who makes them.
    const maker = kind === 'request' || kind === 'decline' ? to : from
    const id = `${organisationOf(maker)}:deal-${String(this.#made)}`
    const asked = basket({ [asset]: amount })
    switch (kind) {
      case 'exchange':
        return [
          exchange(
            this.#ledger,
            [asset === STAR ? STAR_TO_HUI : HUI_TO_STAR],
            from,
            BigInt(amount),
          ),
        ]
      case 'request':
        return [requestPayment(id, to, from, asked), payRequest(id, from, to, asked)]
      case 'decline':
        return [requestPayment(id, to, from, asked), declineRequest(id, from)]
      case 'return':
        return this.#returned(amount)
      case 'execute':
        return this.#waiting
          .splice(0, 1)
          .map((waiting) => executeAgreement(waiting.id, to, waiting.agreed))
      default:
        return this.#agreed(one, id)
    }
  }

  #agreed({ kind, members, asset, amount, days }: Deal, id: string): SignedCommand[] {
    const [from = '', to = ''] = members
    const date = addDays(today(this.#ledger), days)
    const lines = [pointsLine(from, to, asset, amount), moneyLine('mall', 'airline', 1_000)]
    const agreed = terms(lines, {
      notAfter: addDays(date, 9),
      ...(days > 0 && { notBefore: date }),
    })
    const drafted = [draft(id, from, agreed), signAgreement(id, from, agreed)]
    if (kind === 'withdraw') return [...drafted, withdraw(id, from)]
    if (days > 0) this.#waiting.push({ id, agreed })
    return [...drafted, signAgreement(id, 'mall:finance-1', agreed)]
  }

  #returned(pick: number): SignedCommand[] {
    const awards = this.#ledger.published.filter(({ entry }) => entry.type === 'IssuePoints')
    const award = awards[pick % Math.max(awards.length, 1)]
    if (award === undefined) return []
    const { funder = '', spendFen = '1' } = award.entry.references
    const returned = String(1n + BigInt(spendFen) / 3n)
    return [returnPurchase(JSON.parse(award.text) as object, returned, `${funder}:till`)]
  }
}
