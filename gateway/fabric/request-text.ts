import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

const PARAMETERS = { [constants.ZSTD_c_compressionLevel]: 1 }

/** Below it a request is sent as it is, so that people can read it. */
const MIN_COMPRESSED_CHARACTERS = 2_048

/** A request as the chaincode takes it: every peer and orderer keeps it, so a long one is compressed. */
export function encodeRequest(request: object): string {
  const text = JSON.stringify(request)
  if (text.length < MIN_COMPRESSED_CHARACTERS) return text
  return zstdCompressSync(Buffer.from(text), { params: PARAMETERS }).toString('base64')
}

/** The JSON of a request that the chaincode has taken. */
export function decodeRequest(argument: string): string {
  if (argument.startsWith('{')) return argument
  return zstdDecompressSync(Buffer.from(argument, 'base64')).toString('utf8')
}
