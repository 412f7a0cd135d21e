import { readFileSync } from 'node:fs'
import type { ConnectionProfile } from '../../gateway/index.ts'
import type { Party } from '../consortium-file.ts'
import { materialOf } from './material.ts'
import type { PeerNode, Topology } from './topology.ts'
import { peersOf } from './topology.ts'

/** How an organisation's gateway reaches its first peer, as its client and its administrator. */
export function profileOf(topology: Topology, party: Party): ConnectionProfile {
  const [peer] = peersOf(topology, party.id)
  if (peer === undefined) throw new Error(`${party.id} has no peer`)
  return profileAt(topology, peer)
}

/** The same for any peer of the organisation. */
export function profileAt(topology: Topology, peer: PeerNode): ConnectionProfile {
  const material = materialOf(topology, peer.owner)
  const identity = (name: 'Admin' | 'User1'): ConnectionProfile['client'] => {
    const { certificate, key } = material.user(name)
    return {
      certificate: readFileSync(certificate, 'utf8'),
      privateKey: readFileSync(key, 'utf8'),
    }
  }
  return {
    channel: topology.consortium.channel,
    chaincode: topology.consortium.chaincode,
    organisation: peer.owner.id,
    peerAddress: `${peer.address}:${String(peer.port)}`,
    tlsRootCertificate: readFileSync(material.tlsRoot, 'utf8'),
    client: identity('User1'),
    admin: identity('Admin'),
    endorsers: topology.peers
      .filter((other) => other.owner.id !== peer.owner.id)
      .map((other) => ({
        organisation: other.owner.id,
        address: `${other.address}:${String(other.port)}`,
        tlsRootCertificate: readFileSync(materialOf(topology, other.owner).tlsRoot, 'utf8'),
      })),
  }
}
