/** Transactions of one gateway that can be in flight, each with quota of its own. */
export const LANES = 64
