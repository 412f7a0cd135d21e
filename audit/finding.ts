/** Something that is not as the rules would have it. */
export interface Finding {
  /** The block, the transaction in it, or what was compared. */
  readonly where: string
  readonly what: string
}

/** A block by its number. */
export function inBlock(number: number, what: string): Finding {
  return { where: `block ${String(number)}`, what }
}

/** A transaction by its block and its place in it. */
export function inTransaction(number: number, index: number, what: string): Finding {
  return { where: `block ${String(number)}, transaction ${String(index)}`, what }
}

/** Keys at which two sides differ, in their order; a side that has nothing says so. */
export function differences(
  subject: string,
  sides: readonly [left: string, right: string],
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): Finding[] {
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort()
  return keys.flatMap((key) => {
    const [one, other] = [left.get(key) ?? 'nothing', right.get(key) ?? 'nothing']
    if (one === other) return []
    return [{ where: `${subject} ${key}`, what: `${sides[0]}: ${one}; ${sides[1]}: ${other}` }]
  })
}
