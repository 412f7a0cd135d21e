/** What the generator believes a member holds, so that most lines it writes will be accepted. */
export interface ExpectedHoldings {
  add(member: string, asset: string, lot: ExpectedLot): void
  /** Takes spendable points; throws when there are too few. */
  take(member: string, asset: string, points: bigint, date: string): void
  /** Takes up to so many from what is spendable and as many from what is pending: whichever it was. */
  drop(member: string, asset: string, points: bigint, date: string): void
  /** Points of the state on the date; a lot that is past its date is never pending. */
  sum(member: string, asset: string, state: LotState, date: string): bigint
}

export type LotState = 'spendable' | 'expired' | 'pending'

export interface ExpectedLot {
  points: bigint
  /** The last day of the lot where the trading day can see it; '' when it lies far ahead. */
  readonly lastDay: string
  readonly availableFrom: string
}

/** Empty holdings for everybody. */
export function expectedHoldings(): ExpectedHoldings {
  const holdings = new Map<string, ExpectedLot[]>()
  const lotsOf = (member: string, asset: string): ExpectedLot[] =>
    holdings.get(`${member} ${asset}`) ?? []
  return {
    add: (member, asset, lot) => {
      holdings.set(`${member} ${asset}`, [...lotsOf(member, asset), { ...lot }])
    },
    take: (member, asset, points, date) => {
      let left = points
      for (const lot of lotsOf(member, asset)) {
        if (stateOf(lot, date) !== 'spendable') continue
        const part = lot.points < left ? lot.points : left
        lot.points -= part
        left -= part
      }
      if (left > 0n) throw new RangeError(`${member} does not hold ${points} of ${asset}`)
    },
    drop: (member, asset, points, date) => {
      for (const state of ['spendable', 'pending'] as const) {
        let left = points
        for (const lot of lotsOf(member, asset)) {
          if (stateOf(lot, date) !== state) continue
          const part = lot.points < left ? lot.points : left
          lot.points -= part
          left -= part
        }
      }
    },
    sum: (member, asset, state, date) =>
      lotsOf(member, asset)
        .filter((lot) => stateOf(lot, date) === state)
        .reduce((total, lot) => total + lot.points, 0n),
  }
}

function stateOf(lot: ExpectedLot, date: string): LotState {
  if (lot.lastDay !== '' && lot.lastDay < date) return 'expired'
  return lot.availableFrom > date ? 'pending' : 'spendable'
}
