import { createHmac, hash } from 'node:crypto'

/** Levels below the root: 65,536 buckets. */
export const TREE_HEIGHT = 16

/** A line as both of a pair write it: the amount is what the first of them, by name, has to get. */
export interface StatementLine {
  readonly reference: string
  readonly asset: string
  readonly amount: bigint
}

/** What lies below a place in the tree. The hash commits to it, sums and all. */
export interface SumNode {
  readonly hash: string
  readonly lines: number
  readonly amount: bigint
}

/** Answers what lies below the two children of a node: another party's tree, or one's own. */
export type ChildrenOf = (
  level: number,
  index: number,
) => Promise<readonly [SumNode, SumNode]> | readonly [SumNode, SumNode]

/** A bucket with all nodes beside the way to the root: whoever has the root can check it. */
export interface InclusionProof {
  readonly bucket: number
  readonly lines: readonly string[]
  readonly siblings: readonly SumNode[]
}

const NOTHING: SumNode = { hash: hash('sha256', 'empty'), lines: 0, amount: 0n }

/** The bucket of a reference. Without the key, which the pair shares, nobody can tell what is where. */
export function bucketOf(reference: string, key: string): number {
  return createHmac('sha256', key).update(reference).digest().readUInt16BE(0)
}

function lineText({ reference, asset, amount }: StatementLine): string {
  return JSON.stringify([reference, asset, String(amount)])
}

function leafOf(lines: readonly string[]): SumNode {
  const amount = lines.reduce((sum, line) => sum + amountIn(line), 0n)
  const text = `leaf ${String(lines.length)} ${String(amount)} ${lines.join('\n')}`
  return { hash: hash('sha256', text), lines: lines.length, amount }
}

function amountIn(line: string): bigint {
  const [, , amount = '0'] = JSON.parse(line) as string[]
  return BigInt(amount)
}

function parentOf(left: SumNode, right: SumNode): SumNode {
  if (left === NOTHING && right === NOTHING) return NOTHING
  const [lines, amount] = [left.lines + right.lines, left.amount + right.amount]
  const sides = [left, right].map((one) => `${one.hash} ${String(one.lines)} ${String(one.amount)}`)
  return { hash: hash('sha256', `node ${sides.join(' ')}`), lines, amount }
}

/**
 * A Merkle sum tree over the lines of a statement, in 65,536 buckets by a keyed hash of the reference:
 * two who have the same lines have the same root, in whatever order their lines come. Amounts of
 * different assets are kept apart by a tree for each.
 */
export class StatementTree {
  readonly #buckets: ReadonlyMap<number, readonly string[]>
  /** By level, the root's first: the nodes that are not empty. */
  readonly #levels: ReadonlyMap<number, SumNode>[]

  constructor(buckets: ReadonlyMap<number, readonly string[]>) {
    this.#buckets = buckets
    let level = new Map([...buckets].map(([index, lines]) => [index, leafOf(lines)]))
    this.#levels = [level]
    for (let height = 0; height < TREE_HEIGHT; height += 1) {
      const above = new Map<number, SumNode>()
      for (const index of level.keys()) {
        const parent = index >> 1
        if (above.has(parent)) continue
        const [left, right] = [level.get(parent * 2), level.get(parent * 2 + 1)]
        above.set(parent, parentOf(left ?? NOTHING, right ?? NOTHING))
      }
      this.#levels.unshift(above)
      level = above
    }
  }

  static of(lines: Iterable<StatementLine>, key: string): StatementTree {
    const buckets = new Map<number, string[]>()
    for (const line of lines) {
      const bucket = bucketOf(line.reference, key)
      const found = buckets.get(bucket)
      if (found === undefined) buckets.set(bucket, [lineText(line)])
      else found.push(lineText(line))
    }
    for (const texts of buckets.values()) texts.sort()
    return new StatementTree(buckets)
  }

  get root(): SumNode {
    return this.node(0, 0)
  }

  node(level: number, index: number): SumNode {
    return this.#levels[level]?.get(index) ?? NOTHING
  }

  childrenOf(level: number, index: number): readonly [SumNode, SumNode] {
    return [this.node(level + 1, index * 2), this.node(level + 1, index * 2 + 1)]
  }

  /** The lines of a bucket, in order. */
  linesIn(bucket: number): readonly string[] {
    return this.#buckets.get(bucket) ?? []
  }

  /** All buckets that have lines. */
  buckets(): readonly (readonly [number, readonly string[]])[] {
    return [...this.#buckets].sort(([one], [other]) => one - other)
  }

  /** Proves what is in a bucket to whoever has the root. */
  prove(bucket: number): InclusionProof {
    const siblings = Array.from({ length: TREE_HEIGHT }, (_, height) =>
      this.node(TREE_HEIGHT - height, (bucket >> height) ^ 1),
    )
    return { bucket, lines: this.linesIn(bucket), siblings }
  }
}

/** Whether a bucket's lines lie in the tree of that root. */
export function holdsInclusion(
  { bucket, lines, siblings }: InclusionProof,
  root: SumNode,
): boolean {
  if (siblings.length !== TREE_HEIGHT) return false
  const leaf = lines.length === 0 ? NOTHING : leafOf(lines)
  const known = siblings.map((sibling) => (sibling.hash === NOTHING.hash ? NOTHING : sibling))
  const found = known.reduce(
    (node, sibling, height) =>
      ((bucket >> height) & 1) === 0 ? parentOf(node, sibling) : parentOf(sibling, node),
    leaf,
  )
  return found.hash === root.hash && found.lines === root.lines && found.amount === root.amount
}

/** The buckets in which two trees differ, and how many nodes the other had to show for that. */
export interface TreeDifferences {
  readonly buckets: readonly number[]
  readonly nodesShown: number
}

/**
 * Walks down two trees where they differ, and nowhere else. Every pair of children that the other
 * shows must come to the node above it, so that it cannot show another tree than the one of its
 * root. Throws when it does not.
 */
export async function findDifferences(
  own: StatementTree,
  otherRoot: SumNode,
  otherChildren: ChildrenOf,
): Promise<TreeDifferences> {
  const buckets: number[] = []
  let nodesShown = 0
  const walk = async (level: number, index: number, other: SumNode): Promise<void> => {
    if (own.node(level, index).hash === other.hash) return
    if (level === TREE_HEIGHT) {
      buckets.push(index)
      return
    }
    if (other.hash === NOTHING.hash) {
      await walk(level + 1, index * 2, NOTHING)
      await walk(level + 1, index * 2 + 1, NOTHING)
      return
    }
    const shown = await otherChildren(level, index)
    nodesShown += 2
    const [left, right] = shown.map((one) => (one.hash === NOTHING.hash ? NOTHING : one))
    if (left === undefined || right === undefined || parentOf(left, right).hash !== other.hash) {
      throw new Error(
        `what is shown below node ${String(level)}/${String(index)} is not of that tree`,
      )
    }
    await walk(level + 1, index * 2, left)
    await walk(level + 1, index * 2 + 1, right)
  }
  await walk(0, 0, otherRoot)
  return { buckets, nodesShown }
}
