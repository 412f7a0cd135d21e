import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Lines of a file that one leaf covers. */
export const LINES_PER_LEAF = 1_024

const NEWLINE = 0x0a
const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)

/** A file's tree: its root commits to every byte. */
export interface FileTree {
  readonly lines: number
  readonly leaves: number
  readonly root: string
}

/**
 * The Merkle tree hash (RFC 6962, section 2.1) over a file in pieces of 1,024 lines, with SHA-256.
 * The last line may lack its line end.
 */
export async function fileTree(path: string): Promise<FileTree> {
  const tree = new MerkleTree()
  let [lines, inLeaf] = [0, 0]
  let rest: Buffer[] = []
  let isInLine = false
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = chunk as Buffer
    let start = 0
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
      lines += 1
      inLeaf += 1
      if (inLeaf < LINES_PER_LEAF) continue
      tree.add([...rest, bytes.subarray(start, at + 1)])
      ;[rest, inLeaf, start] = [[], 0, at + 1]
    }
    if (start < bytes.length) rest.push(bytes.subarray(start))
    isInLine = bytes.at(-1) !== NEWLINE
  }
  if (isInLine) lines += 1
  if (rest.length > 0) tree.add(rest)
  return { lines, leaves: tree.leaves, root: tree.root() }
}

/** The tree over texts, one a leaf. */
export function textsTree(texts: readonly string[]): string {
  const tree = new MerkleTree()
  for (const text of texts) tree.add([Buffer.from(text, 'utf8')])
  return tree.root()
}

/** Keeps the roots of complete subtrees only, so that memory grows with the tree's height. */
class MerkleTree {
  leaves = 0
  readonly #subtrees: { readonly size: number; readonly hash: Buffer }[] = []

  add(parts: readonly Buffer[]): void {
    this.leaves += 1
    let subtree = { size: 1, hash: digest([LEAF, ...parts]) }
    for (let last = this.#subtrees.at(-1); last?.size === subtree.size;) {
      this.#subtrees.pop()
      subtree = { size: 2 * subtree.size, hash: digest([NODE, last.hash, subtree.hash]) }
      last = this.#subtrees.at(-1)
    }
    this.#subtrees.push(subtree)
  }

  root(): string {
    const [first, ...others] = this.#subtrees.toReversed()
    if (first === undefined) return hash('sha256', '')
    const root = others.reduce((right, left) => digest([NODE, left.hash, right]), first.hash)
    return root.toString('hex')
  }
}

function digest(parts: readonly Buffer[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer')
}
