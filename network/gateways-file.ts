import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TokenAccess } from '../gateway/index.ts'
import { tokenDigest } from '../gateway/index.ts'

/** Bearer tokens of one gateway, by what they open. `gateway` is for the other gateways. */
export interface GatewayTokens {
  readonly admin: string
  readonly client: string
  readonly auditor: string
  readonly gateway: string
}

export interface GatewayAddress {
  readonly organisation: string
  readonly url: string
  readonly tokens: GatewayTokens
}

/** Where the gateways of a network are, for the tools on this machine. */
export interface GatewaysFile {
  readonly channel: string
  readonly gateways: readonly GatewayAddress[]
}

const FILE_NAME = 'gateways.json'

/** The file as an earlier start left it; undefined when this is the first. */
export function readGatewaysFile(dataDir: string): GatewaysFile | undefined {
  const path = join(dataDir, FILE_NAME)
  if (!existsSync(path)) return undefined
  return JSON.parse(readFileSync(path, 'utf8')) as GatewaysFile
}

/** Readable by its owner only, since the tokens stand in it; replaced in one step. */
export function writeGatewaysFile(dataDir: string, file: GatewaysFile): void {
  const path = join(dataDir, FILE_NAME)
  writeFileSync(`${path}.new`, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function newTokens(): GatewayTokens {
  return { admin: newToken(), client: newToken(), auditor: newToken(), gateway: newToken() }
}

/** What a gateway has to know of its tokens. */
export function tokenAccess(tokens: GatewayTokens): TokenAccess {
  return new Map([
    [tokenDigest(tokens.admin), 'admin'],
    [tokenDigest(tokens.client), 'write'],
    [tokenDigest(tokens.gateway), 'gateway'],
    [tokenDigest(tokens.auditor), 'read'],
  ])
}

function newToken(): string {
  return randomBytes(24).toString('base64url')
}
