/** The least number of organisations that is more than half of `count`. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1
}

/** The policy that a peer of each of a majority of these endorses, as configtx.yaml has it. */
export function endorsementRule(organisations: readonly string[]): string {
  const peers = organisations.map((id) => `'${id}.peer'`)
  return `OutOf(${String(majorityOf(organisations.length))}, ${peers.join(', ')})`
}

/** The same policy as configtxlator writes it. */
export function endorsementPolicy(organisations: readonly string[]): unknown {
  return {
    type: 1,
    value: {
      identities: organisations.map((id) => ({
        principal: { msp_identifier: id, role: 'PEER' },
        principal_classification: 'ROLE',
      })),
      rule: {
        n_out_of: {
          n: majorityOf(organisations.length),
          rules: organisations.map((_, index) => ({ signed_by: index })),
        },
      },
      version: 0,
    },
  }
}
