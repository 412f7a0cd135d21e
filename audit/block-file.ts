import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { common } from '@hyperledger/fabric-protos'
import { sha256 } from '../network/embedded/signing.ts'
import type { Finding } from './finding.ts'
import { inBlock } from './finding.ts'

// A copy of a chain is a sequence of frames: length, SHA-256, and as many bytes of one block.
const LENGTH_BYTES = 4
const HASH_BYTES = 32
const HEAD_BYTES = LENGTH_BYTES + HASH_BYTES
/** More than any peer would take. */
const MAX_BLOCK_BYTES = 256 * 1024 * 1024

/** Writes a copy of a chain, block by block. */
export class BlockFileWriter {
  readonly #file: Awaited<ReturnType<typeof open>>

  private constructor(file: Awaited<ReturnType<typeof open>>) {
    this.#file = file
  }

  /** Makes the file, readable by its owner alone. Throws when it is there already. */
  static async create(path: string): Promise<BlockFileWriter> {
    return new BlockFileWriter(await open(path, 'wx', 0o600))
  }

  async add(block: common.Block): Promise<void> {
    const bytes = block.serializeBinary()
    const head = Buffer.alloc(LENGTH_BYTES)
    head.writeUInt32BE(bytes.length)
    await this.#file.writev([head, sha256(bytes), bytes])
  }

  async close(): Promise<void> {
    await this.#file.sync()
    await this.#file.close()
  }
}

/** A block of a copy, or why there is none where one should be. */
export type CopiedBlock =
  | { readonly block: common.Block; readonly finding?: Finding }
  | { readonly block?: undefined; readonly finding: Finding }

/** The blocks of a copy in their order, each with what is wrong with its bytes, if anything is. */
export async function* readBlockFile(path: string): AsyncGenerator<CopiedBlock> {
  let rest = Buffer.alloc(0)
  let number = 0
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer])
    for (let size = frameSize(rest); size !== undefined; size = frameSize(rest)) {
      if (size > HEAD_BYTES + MAX_BLOCK_BYTES) {
        yield { finding: inBlock(number, 'the copy gives it a length that no block has') }
        return
      }
      if (rest.length < size) break
      yield openFrame(rest.subarray(0, size), number)
      rest = rest.subarray(size)
      number += 1
    }
  }
  if (rest.length > 0) yield { finding: inBlock(number, 'the copy ends in the middle of it') }
}

function frameSize(bytes: Buffer): number | undefined {
  return bytes.length < HEAD_BYTES ? undefined : HEAD_BYTES + bytes.readUInt32BE(0)
}

function openFrame(frame: Buffer, number: number): CopiedBlock {
  const bytes = frame.subarray(HEAD_BYTES)
  const isWhole = sha256(bytes).equals(frame.subarray(LENGTH_BYTES, HEAD_BYTES))
  try {
    const block = common.Block.deserializeBinary(bytes)
    // What protobuf reads over, such as a wrong wire type, would change bytes and no block.
    const isAsWritten = Buffer.from(block.serializeBinary()).equals(bytes)
    if (isWhole && isAsWritten) return { block }
    return { block, finding: inBlock(number, 'its bytes are not those of which the copy was made') }
  } catch {
    return { finding: inBlock(number, 'it cannot be read') }
  }
}
