import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

/** The external builder's scripts, as they are in the sources. */
export const BUILDER_FOLDER = join(import.meta.dirname, 'builder')

/** Writes what all peers, and all orderers, have in common: core.yaml and orderer.yaml. */
export function writeNodeConfig(folder: string, builderFolder = BUILDER_FOLDER): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const source = join(import.meta.dirname, 'config')
  writeFileSync(join(folder, 'orderer.yaml'), readFileSync(join(source, 'orderer.yaml')))
  const core = parse(readFileSync(join(source, 'core.yaml'), 'utf8')) as {
    readonly chaincode: Record<string, unknown>
  }
  const builder = { name: 'tallystick', path: builderFolder }
  const chaincode = { ...core.chaincode, externalBuilders: [builder] }
  writeFileSync(join(folder, 'core.yaml'), stringify({ ...core, chaincode }))
}
