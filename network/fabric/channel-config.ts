import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Party } from '../consortium-file.ts'
import type { FabricBinaries } from './binaries.ts'
import { endorsementRule } from './endorsement-policy.ts'
import { materialOf } from './material.ts'
import { flags, runCommand } from './run-command.ts'
import type { OrdererNode, Topology } from './topology.ts'

/** The profile in configtx.yaml that makes the channel. */
export const PROFILE = 'Consortium'

/**
 * Fabric takes up to 85 s to replace a leader that is gone; with these it is under ten.
 * forward <= complain <= removal and resend <= view change, or the orderers refuse them.
 */
const FAILOVER = {
  RequestForwardTimeout: '1s',
  RequestComplainTimeout: '3s',
  RequestAutoRemoveTimeout: '3m0s',
  ViewChangeResendInterval: '1s',
  ViewChangeTimeout: '5s',
  LeaderHeartbeatTimeout: '5s',
  LeaderHeartbeatCount: 10,
  CollectTimeout: '1s',
  IncomingMessageBufferSize: 1000,
  RequestPoolSize: 100_000,
}

/** Path of the channel's first block. */
export function genesisBlock(topology: Topology): string {
  return join(topology.folder, 'genesis.block')
}

/** Makes the channel's first block with configtxgen, unless it is there. */
export async function makeGenesisBlock(
  topology: Topology,
  binaries: FabricBinaries,
): Promise<void> {
  const finished = genesisBlock(topology)
  if (existsSync(finished)) return
  const folder = join(topology.folder, 'config')
  writeFileSync(
    join(folder, 'configtx.yaml'),
    stringify(channelConfig(topology), { aliasDuplicateObjects: false }),
  )
  const aside = `${finished}.unfinished`
  const args = flags({
    profile: PROFILE,
    channelID: topology.consortium.channel,
    outputBlock: aside,
    configPath: folder,
  })
  await runCommand(binaries.path('configtxgen'), args)
  renameSync(aside, finished)
}

/** The content of configtx.yaml. */
export function channelConfig(topology: Topology): unknown {
  const { consortium, orderers } = topology
  const runsOrderer = (party: Party): boolean => orderers.some(({ owner }) => owner.id === party.id)
  return {
    Profiles: {
      [PROFILE]: {
        Policies: metaPolicies(),
        Capabilities: { V3_0: true },
        Orderer: {
          ...consensus(topology),
          BatchTimeout: `${String(consortium.ordering.blockTimeoutMs)}ms`,
          BatchSize: {
            MaxMessageCount: consortium.ordering.blockTransactions,
            AbsoluteMaxBytes: consortium.ordering.blockBytes,
            PreferredMaxBytes: consortium.ordering.blockBytes,
          },
          MaxChannels: 0,
          Policies: {
            ...metaPolicies(),
            BlockValidation: { Type: 'ImplicitMeta', Rule: 'ANY Writers' },
          },
          Capabilities: { V2_0: true },
          Organizations: topology.parties
            .filter(runsOrderer)
            .map((party) => organisationConfig(topology, party)),
        },
        Application: {
          Policies: {
            ...metaPolicies(),
            LifecycleEndorsement: { Type: 'ImplicitMeta', Rule: 'MAJORITY Endorsement' },
            // Not ImplicitMeta: that would count a newcomer before its peer can endorse.
            Endorsement: {
              Type: 'Signature',
              Rule: endorsementRule(consortium.organisations.map(({ id }) => id)),
            },
          },
          Capabilities: { V2_5: true },
          Organizations: consortium.organisations.map((party) =>
            organisationConfig(topology, party),
          ),
        },
      },
    },
  }
}

function metaPolicies(): Record<string, unknown> {
  return {
    Readers: { Type: 'ImplicitMeta', Rule: 'ANY Readers' },
    Writers: { Type: 'ImplicitMeta', Rule: 'ANY Writers' },
    Admins: { Type: 'ImplicitMeta', Rule: 'MAJORITY Admins' },
  }
}

/** What makes a party a member, as configtx.yaml has it. */
export function organisationConfig(topology: Topology, party: Party): unknown {
  const { id } = party
  const signature = (...roles: readonly string[]): unknown => ({
    Type: 'Signature',
    Rule: `OR(${roles.map((role) => `'${id}.${role}'`).join(', ')})`,
  })
  const ofParty = ({ owner }: { owner: Party }): boolean => owner.id === id
  const anchor = topology.peers.find(ofParty)
  const endpoints = topology.orderers
    .filter(ofParty)
    .map(({ address, port }) => `${address}:${String(port)}`)
  return {
    Name: id,
    ID: id,
    MSPDir: materialOf(topology, party).mspFolder,
    Policies: {
      Readers: signature('member'),
      Writers: signature('admin', 'client', 'orderer'),
      Admins: signature('admin'),
      Endorsement: signature('peer'),
    },
    ...(endpoints.length > 0 && { OrdererEndpoints: endpoints }),
    ...(anchor && { AnchorPeers: [{ Host: anchor.address, Port: anchor.port }] }),
  }
}

function consensus(topology: Topology): Record<string, unknown> {
  const { ordering, orderers, consortium } = topology
  const tlsOf = (node: OrdererNode): Record<string, unknown> => {
    const { certificate } = materialOf(topology, node.owner).node(node).tls
    return { ClientTLSCert: certificate, ServerTLSCert: certificate }
  }
  if (ordering === 'raft') {
    return {
      OrdererType: 'etcdraft',
      EtcdRaft: {
        Consenters: orderers.map((node) => ({
          Host: node.address,
          Port: node.port,
          ...tlsOf(node),
        })),
        Options: {
          TickInterval: '200ms',
          ElectionTick: 10,
          HeartbeatTick: 1,
          MaxInflightBlocks: 5,
          SnapshotIntervalSize: '16 MB',
        },
      },
    }
  }
  const interval = `${String(consortium.ordering.blockTimeoutMs)}ms`
  return {
    OrdererType: 'BFT',
    ConsenterMapping: orderers.map((node, index) => ({
      ID: index + 1,
      Host: node.address,
      Port: node.port,
      MSPID: node.owner.id,
      Identity: materialOf(topology, node.owner).node(node).certificate,
      ...tlsOf(node),
    })),
    SmartBFT: { ...FAILOVER, RequestBatchMaxInterval: interval },
  }
}
