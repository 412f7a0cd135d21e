import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildBundle } from '../../../chaincode/bundle.ts'
import type { Bundle } from '../chaincode-node.ts'
import { chaincodeProcess, keepBundle } from '../chaincode-node.ts'
import { packageChaincode } from '../chaincode-package.ts'
import { NetworkFailure } from '../network-failure.ts'
import { environmentFile } from './environment-file.ts'
import { ownHost, readHostSettings } from './own-host.ts'

export interface OwnChaincode {
  /** The bundle's sha256: every organisation must have the same. */
  readonly version: string
  readonly packageId: string
}

/**
 * Builds the chaincode on a party's own host, packages it for its peers, and writes the
 * environment of the server and of the steps that install and approve it: env/chaincode-N.env and
 * env/definition-N.env. Throws NOT_UP, UNFIT_ORGANISATION.
 */
export async function makeOwnChaincode(
  folder: string,
  sequence: number,
  given?: Bundle,
): Promise<OwnChaincode> {
  const { topology, party, member } = ownHost(readHostSettings(folder))
  if (member === undefined) {
    throw new NetworkFailure('UNFIT_ORGANISATION', `${party.id} runs no chaincode.`)
  }
  const bundle = given ?? (await buildBundle(join(folder, 'build')))
  keepBundle(topology, bundle)
  const definition = { sequence, version: bundle.sha256 }
  const made = packageChaincode(topology, party, definition)
  const { env, verified } = chaincodeProcess(topology, party, definition, made)
  if (verified === undefined) throw new Error('chaincode is always verified')
  const write = (name: string, content: Readonly<Record<string, string>>): void => {
    const path = join(folder, 'env', `${name}-${String(sequence)}.env`)
    writeFileSync(path, environmentFile(content), { mode: 0o600 })
  }
  mkdirSync(join(folder, 'env'), { recursive: true })
  write('chaincode', { ...env, CHAINCODE_FILE: verified.path, CHAINCODE_SHA256: verified.sha256 })
  write('definition', { VERSION: bundle.sha256, PACKAGE_ID: made.id, PACKAGE: made.path })
  return { version: bundle.sha256, packageId: made.id }
}
