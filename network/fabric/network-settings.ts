import { resolve, join } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Consortium, OrderingType, Party } from '../consortium-file.ts'
import { ConsortiumShape, PartyShape } from '../consortium-file.ts'
import { networkFiles, readJson, writeJson } from './network-files.ts'
import type { Topology } from './topology.ts'
import { topologyOf } from './topology.ts'

const SettingsShape = Type.Object({
  ordering: Type.Union([Type.Literal('bft'), Type.Literal('raft')]),
  basePort: Type.Integer(),
  made: ConsortiumShape,
  added: Type.Array(PartyShape),
})

/** What a network was made with. It never changes, but for organisations that are added. */
export interface NetworkSettings {
  readonly ordering: OrderingType
  readonly basePort: number
  /** The consortium's file when the network was made. */
  readonly made: Consortium
  /** Organisations that have joined since. */
  readonly added: readonly Party[]
}

/** Where a data folder keeps its network. */
export function networkFolder(dataDir: string): string {
  return join(resolve(dataDir), 'fabric')
}

/** The settings of the network in a data folder, undefined when there is none. */
export function readSettings(dataDir: string): NetworkSettings | undefined {
  const found = readJson(networkFiles(networkFolder(dataDir)).settings)
  return found === undefined ? undefined : Value.Parse(SettingsShape, found)
}

/** Keeps the settings of a network; its folder has to be there. */
export function writeSettings(dataDir: string, settings: NetworkSettings): void {
  writeJson(networkFiles(networkFolder(dataDir)).settings, settings)
}

/** The network that the settings describe. */
export function settledTopology(dataDir: string, settings: NetworkSettings): Topology {
  const { made, added, ordering, basePort } = settings
  const organisations = [...made.organisations, ...added]
  return topologyOf({
    consortium: { ...made, organisations },
    ordering,
    basePort,
    folder: networkFolder(dataDir),
  })
}
