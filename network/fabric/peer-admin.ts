import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { FabricBinaries } from './binaries.ts'
import { materialOf } from './material.ts'
import { isCommandFailure } from './network-failure.ts'
import { adminEnvironment } from './peer-node.ts'
import { flags, runCommand } from './run-command.ts'
import type { OrdererNode, PeerNode, Topology } from './topology.ts'

const Approvals = Type.Record(Type.String(), Type.Boolean())
const CommittedShape = Type.Object({
  sequence: Type.Integer(),
  version: Type.String(),
  approvals: Approvals,
})
const InstalledShape = Type.Object({
  installed_chaincodes: Type.Optional(Type.Array(Type.Object({ package_id: Type.String() }))),
})
const ReadinessShape = Type.Object({ approvals: Approvals })

/** What the organisations agreed to run. The version is the sha256 of the bundle. */
export type Definition = Omit<CommittedDefinition, 'approvals'>

/** With the organisations that approved it, sooner or later. */
export type CommittedDefinition = Type.Static<typeof CommittedShape>

/** The commands of Fabric's `peer`, each as the administrator of the peer's organisation. */
export interface PeerAdmin {
  readonly join: (peer: PeerNode, block: string) => Promise<void>
  readonly committed: (peer: PeerNode) => Promise<CommittedDefinition | undefined>
  readonly install: (peer: PeerNode, packageId: string, path: string) => Promise<void>
  /** Whether each organisation has approved. */
  readonly approvals: (
    peer: PeerNode,
    definition: Definition,
  ) => Promise<Readonly<Record<string, boolean>>>
  readonly approve: (
    peer: PeerNode,
    orderer: OrdererNode,
    definition: Definition,
    packageId: string,
  ) => Promise<void>
  readonly commit: (
    peers: readonly PeerNode[],
    orderer: OrdererNode,
    definition: Definition,
  ) => Promise<void>
  /** Asks the chaincode that this peer runs for a look-up, and no other peer's. */
  readonly ask: (peer: PeerNode, name: string, argument: string) => Promise<void>
}

/** Every function throws COMMAND_FAILED when the peer or an orderer refuses. */
export function peerAdmin(topology: Topology, binaries: FabricBinaries): PeerAdmin {
  const { channel, chaincode } = topology.consortium
  const peer = async (node: PeerNode, ...args: readonly string[]): Promise<string> =>
    await runCommand(binaries.path('peer'), args, { env: adminEnvironment(topology, node) })
  const lifecycle = async (node: PeerNode, ...args: readonly string[]): Promise<string> =>
    await peer(node, 'lifecycle', 'chaincode', ...args)
  const of = ({ sequence, version }: Definition): string[] =>
    flags({ channelID: channel, name: chaincode, version, sequence: String(sequence) })
  const by = (orderer: OrdererNode): string[] => [
    '--tls',
    ...flags({
      orderer: `localhost:${String(orderer.port)}`,
      cafile: materialOf(topology, orderer.owner).tlsRoot,
    }),
  ]
  const at = (nodes: readonly PeerNode[]): string[] =>
    nodes.flatMap((node) =>
      flags({
        peerAddresses: `localhost:${String(node.port)}`,
        tlsRootCertFiles: materialOf(topology, node.owner).tlsRoot,
      }),
    )
  return {
    join: async (node, block) => {
      const joined = (await peer(node, 'channel', 'list')).split('\n')
      if (!joined.includes(channel)) await peer(node, 'channel', 'join', '--blockpath', block)
    },
    committed: async (node) => {
      const args = ['querycommitted', '--channelID', channel, '--name', chaincode]
      try {
        const text = await lifecycle(node, ...args, '--output', 'json')
        const { sequence, version, approvals } = Value.Parse(CommittedShape, JSON.parse(text))
        return { sequence, version, approvals }
      } catch (error) {
        if (isCommandFailure(error) && /is not defined/.test(error.message)) return undefined
        throw error
      }
    },
    install: async (node, packageId, path) => {
      const text = await lifecycle(node, 'queryinstalled', '--output', 'json')
      const installed = Value.Parse(InstalledShape, JSON.parse(text)).installed_chaincodes ?? []
      if (installed.some(({ package_id }) => package_id === packageId)) return
      await lifecycle(node, 'install', path)
    },
    approvals: async (node, definition) => {
      const args = ['checkcommitreadiness', ...of(definition), '--output', 'json']
      return Value.Parse(ReadinessShape, JSON.parse(await lifecycle(node, ...args))).approvals
    },
    approve: async (node, orderer, definition, packageId) => {
      const args = ['approveformyorg', ...by(orderer), ...of(definition)]
      await lifecycle(node, ...args, '--package-id', packageId, ...at([node]))
    },
    commit: async (nodes, orderer, definition) => {
      const [first] = nodes
      if (first === undefined) throw new Error('a definition is committed at no peer')
      await lifecycle(first, 'commit', ...by(orderer), ...of(definition), ...at(nodes))
    },
    ask: async (node, name, argument) => {
      const ctor = JSON.stringify({ Args: [name, argument] })
      await peer(
        node,
        'chaincode',
        'query',
        ...flags({ channelID: channel, name: chaincode, ctor }),
      )
    },
  }
}
