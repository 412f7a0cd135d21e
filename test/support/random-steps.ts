import * as fc from 'fast-check'
import { ANN, BOB, FIXED, FLASH, MEMBERS } from './opened-ledger.ts'
import { HUI, ORGANISATIONS, STAR } from './world.ts'

/** A member gives points away or pays an order. */
export interface SpendStep {
  readonly kind: 'transfer' | 'redeem'
  readonly asset: string
  readonly from: string
  readonly to: string
  readonly amount: number
  readonly order: number
  readonly acceptor: string
}

/** Something that was submitted before comes again. */
export interface TamperStep {
  readonly kind: 'replay' | 'reuse-id' | 'forge'
  readonly pick: number
}

/** What somebody tries to do, right or wrong; `pick` chooses among what has happened before. */
export type Step =
  | {
      readonly kind: 'issue'
      readonly asset: string
      readonly member: string
      readonly spendFen: number
      readonly funder: string
      readonly receipt: number
      readonly pendingDays: number
    }
  | SpendStep
  | { readonly kind: 'expire'; readonly asset: string; readonly member: string }
  | { readonly kind: 'reverse'; readonly pick: number; readonly signers: 'right' | 'wrong' }
  | { readonly kind: 'alter-and-reverse'; readonly pick: number }
  | { readonly kind: 'roll'; readonly agreeing: number; readonly days: 0 | 1 | 2 }
  | {
      readonly kind: 'refill'
      readonly asset: string
      readonly organisation: string
      readonly needed: number
      readonly amount: number
    }
  | {
      readonly kind: 'fold'
      readonly asset: string
      readonly member: string
      readonly actor: string
    }
  | {
      readonly kind: 'compact'
      readonly pick: number
      readonly most: number
      readonly extra: 'none' | 'stale'
    }
  | { readonly kind: 'rotate'; readonly member: string; readonly generation: number }
  | {
      readonly kind: 'void'
      readonly pick: number
      readonly by: 'own' | 'other'
      readonly fresh: boolean
    }
  | TamperStep
  | { readonly kind: 'register'; readonly number: number }
  | { readonly kind: 'define'; readonly number: number }
  | { readonly kind: 'malformed'; readonly amount: string }

/** A transaction of a random day: who submits what, in which lane, and which credits are folded. */
export interface Batch {
  readonly organisation: string
  readonly lane: number
  readonly fold: 'complete' | 'none' | 'partial' | 'oldest' | 'repeated' | 'wrong'
  readonly steps: readonly Step[]
}

const asset = fc.constantFrom(STAR, STAR, STAR, HUI, FLASH, HUI, FLASH, FIXED, 'mall:none:point')
const member = fc.constantFrom(...MEMBERS)
const organisation = fc.constantFrom(...ORGANISATIONS)
const pick = fc.nat(1000)
const amount = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 3000 }))

const issueStep = fc.record({
  kind: fc.constant('issue' as const),
  asset,
  member: fc.oneof(
    { weight: 9, arbitrary: member },
    { weight: 1, arbitrary: fc.constant('mall:m-zoe') },
  ),
  spendFen: fc.integer({ min: 1, max: 20_000 }),
  funder: fc.oneof({ weight: 4, arbitrary: fc.constant('submitter') }, organisation),
  receipt: fc.nat(200),
  pendingDays: fc.constantFrom(0, 0, 1, 2, 3, 31),
})

const spendStep = fc.record({
  kind: fc.constantFrom('transfer' as const, 'redeem' as const),
  asset,
  from: member,
  to: member,
  amount,
  order: fc.nat(40),
  acceptor: organisation,
})

const rollStep = fc.record({
  kind: fc.constant('roll' as const),
  agreeing: fc.constantFrom(1, 2, 2, 3),
  days: fc.constantFrom(0 as const, 1 as const, 1 as const, 2 as const),
})

const rareStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('refill' as const),
    asset,
    organisation,
    needed: fc.integer({ min: 1, max: 3000 }),
    amount: fc.integer({ min: 1, max: 5000 }),
  }),
  fc.record({
    kind: fc.constant('rotate' as const),
    member,
    generation: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('void' as const),
    pick,
    by: fc.constantFrom('own' as const, 'own' as const, 'other' as const),
    fresh: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('register' as const), number: fc.nat(3) }),
  fc.record({ kind: fc.constant('define' as const), number: fc.nat(2) }),
  fc.record({
    kind: fc.constant('malformed' as const),
    amount: fc.constantFrom('-1', '0', '01', '1e3', '1.0', ''),
  }),
  fc.record({ kind: fc.constant('alter-and-reverse' as const), pick }),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: issueStep },
  { weight: 10, arbitrary: spendStep },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('expire' as const), asset, member }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('reverse' as const),
      pick,
      signers: fc.constantFrom(
        'right' as const,
        'right' as const,
        'right' as const,
        'wrong' as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('replay' as const, 'reuse-id' as const, 'forge' as const),
      pick,
    }),
  },
  { weight: 3, arbitrary: rollStep },
  { weight: 6, arbitrary: rareStep },
)

const foldStep = fc.record({
  kind: fc.constant('fold' as const),
  asset,
  member,
  actor: fc.constantFrom(ANN, BOB),
})

const compactStep = fc.record({
  kind: fc.constant('compact' as const),
  pick,
  most: fc.integer({ min: 2, max: 6 }),
  extra: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'stale' as const),
})

/** Days of several batches; folds of any quality. */
export function batches(maxBatches: number, maxSteps: number): fc.Arbitrary<Batch[]> {
  const batch = fc.record({
    organisation,
    lane: fc.constantFrom(0, 0, 0, 1),
    fold: fc.constantFrom<Batch['fold'][]>(
      'complete',
      'complete',
      'none',
      'partial',
      'oldest',
      'repeated',
      'wrong',
    ),
    // Not among `steps`: what can be folded or compacted hangs on how commands are cut into batches.
    steps: fc.array(fc.oneof({ weight: 15, arbitrary: step }, foldStep, compactStep), {
      minLength: Math.ceil(maxSteps / 4),
      maxLength: maxSteps,
    }),
  })
  return fc.array(batch, { minLength: Math.ceil(maxBatches / 2), maxLength: maxBatches })
}

/** One sequence of steps, to be cut into batches by the test. */
export function steps(minLength: number, maxLength: number): fc.Arbitrary<Step[]> {
  return fc.array(step, { minLength, maxLength })
}
