import { zstdDecompressSync } from 'node:zlib'
import { LedgerError } from '../ledger/index.ts'

/** What a request may come to: more than any that a peer would take. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024

/**
 * The JSON of a request: as it is, or compressed by zstd and in base64, which makes the transaction
 * that keeps it a third as long. Throws SUBMIT_MALFORMED.
 */
export function requestText(argument: string): string {
  if (argument.startsWith('{')) return argument
  try {
    const bytes = Buffer.from(argument, 'base64')
    return zstdDecompressSync(bytes, { maxOutputLength: MAX_REQUEST_BYTES }).toString('utf8')
  } catch {
    throw new LedgerError('SUBMIT_MALFORMED', { problem: 'neither JSON nor zstd in base64' })
  }
}
