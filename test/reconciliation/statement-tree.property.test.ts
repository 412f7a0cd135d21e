import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bucketOf,
  findDifferences,
  holdsInclusion,
  StatementTree,
} from '../../reconciliation/index.ts'
import type { StatementLine } from '../../reconciliation/index.ts'

const KEY = 'only the two know'

const line = fc.record({
  reference: fc.stringMatching(/^[A-Z]{1,3}-[0-9]{1,4}$/),
  asset: fc.constant('CNY'),
  amount: fc.bigInt({ min: -1_000_000n, max: 1_000_000n }),
})
const lines = fc.array(line, { maxLength: 60 })

function textOf({ reference, asset, amount }: StatementLine): string {
  return JSON.stringify([reference, asset, String(amount)])
}

/** What the walk down two trees finds: the lines of the buckets in which they differ. */
async function walked(
  own: StatementTree,
  other: StatementTree,
): Promise<{ readonly buckets: readonly number[]; readonly nodesShown: number }> {
  return await findDifferences(own, other.root, (level, index) => other.childrenOf(level, index))
}

describe('two trees', () => {
  test('of the same lines in any order have the same root, with their sum and number', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const tree = StatementTree.of(all, KEY)
        expect(StatementTree.of(all.toReversed(), KEY).root).toEqual(tree.root)
        expect(tree.root.lines).toBe(all.length)
        expect(tree.root.amount).toBe(all.reduce((sum, { amount }) => sum + amount, 0n))
      }),
    )
  })

  test('differ in just the buckets of the lines that only one of them has', async () => {
    await fc.assert(
      fc.asyncProperty(lines, lines, lines, async (common, ours, theirs) => {
        const [own, other] = [ours, theirs].map((some) => [...common, ...some])
        const { buckets } = await walked(
          StatementTree.of(own ?? [], KEY),
          StatementTree.of(other ?? [], KEY),
        )
        const expected = differing(own ?? [], other ?? [])
        expect([...buckets].sort((a, b) => a - b)).toEqual(expected)
      }),
    )
  })

  test('are compared without showing more than the way to what differs', async () => {
    const many = Array.from({ length: 100_000 }, (_, at): StatementLine => {
      return { reference: `R-${at}`, asset: 'CNY', amount: BigInt(at) }
    })
    const changed = many.map((one, at) => (at % 40_000 === 7 ? { ...one, amount: 0n } : one))
    const [own, other] = [StatementTree.of(many, KEY), StatementTree.of(changed, KEY)]
    const { buckets, nodesShown } = await walked(own, other)
    expect(buckets).toHaveLength(3)
    expect(nodesShown).toBeLessThan(200)
    expect((await walked(own, own)).nodesShown).toBe(0)
  })
})

function textsIn(all: readonly StatementLine[], bucket: number): string {
  return all
    .filter(({ reference }) => bucketOf(reference, KEY) === bucket)
    .map(textOf)
    .sort()
    .join('\n')
}

/** The buckets in which two lists of lines have not the same, counted as often as they stand there. */
function differing(own: readonly StatementLine[], other: readonly StatementLine[]): number[] {
  const buckets = new Set([...own, ...other].map(({ reference }) => bucketOf(reference, KEY)))
  return [...buckets]
    .filter((bucket) => textsIn(own, bucket) !== textsIn(other, bucket))
    .sort((a, b) => a - b)
}

test('one who shows other nodes than those of his root is found out', async () => {
  const own = StatementTree.of([{ reference: 'A-1', asset: 'CNY', amount: 1n }], KEY)
  const other = StatementTree.of([{ reference: 'A-1', asset: 'CNY', amount: 2n }], KEY)
  const lying = findDifferences(own, other.root, (level, index) => own.childrenOf(level, index))
  await expect(lying).rejects.toThrow('is not of that tree')
})

test('a line is proved by its bucket, and nothing else can be proved in its place', () => {
  const some = fc.array(line, { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(some, fc.bigInt({ min: 1n, max: 9n }), (all, more) => {
      const tree = StatementTree.of(all, KEY)
      const proof = tree.prove(bucketOf(all[0]?.reference ?? '', KEY))
      expect(holdsInclusion(proof, tree.root)).toBe(true)
      const [first = '[]', ...rest] = proof.lines
      const [reference, asset, amount = '0'] = JSON.parse(first) as string[]
      const forged = JSON.stringify([reference, asset, String(BigInt(amount) + more)])
      expect(holdsInclusion({ ...proof, lines: [forged, ...rest] }, tree.root)).toBe(false)
      expect(holdsInclusion({ ...proof, lines: rest }, tree.root)).toBe(false)
      expect(holdsInclusion({ ...proof, bucket: proof.bucket ^ 1 }, tree.root)).toBe(false)
    }),
  )
})
