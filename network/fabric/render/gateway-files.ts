import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayConfigShape } from '../../../gateway/serve-config.ts'
import type { Organisation } from '../../consortium-file.ts'
import { rolesOf } from '../../consortium-file.ts'
import type { UserName } from '../material.ts'
import { materialOf } from '../material.ts'
import { readJson, writeJson } from '../network-files.ts'
import { listenAddress, ownGatewayPort, peersOf, serviceAddress } from '../topology.ts'
import type { OwnHost } from './own-host.ts'

const KeptShape = Type.Pick(GatewayConfigShape, ['tokens', 'others'])

/**
 * Writes the configuration of a member's gateway, its tokens, and for each other gateway a file
 * that tells it how to reach this one. Tokens that were made before, and the others, stay.
 */
export function writeGatewayFiles(out: string, host: OwnHost, member: Organisation): void {
  const write = (name: string, content: unknown): void => {
    writeJson(join(out, name), content)
  }
  const { organisations } = host.topology.consortium
  const before = readJson(join(out, 'gateway.json'))
  const { tokens, others } = Value.Check(KeptShape, before)
    ? before
    : { tokens: peopleTokens(write), others: [] }
  const address = serviceAddress(host.topology, member, 'gateway')
  const port = ownGatewayPort(host.topology, member.id)
  for (const { id } of organisations) {
    const name = `gateway-for-${id}.json`
    if (id === member.id || existsSync(join(out, name))) continue
    const token = newToken()
    tokens.push({ sha256: digest(token), access: 'gateway' })
    write(name, { organisation: member.id, url: `http://${address}:${String(port)}`, token })
  }
  const connection = connectionOf(host, member)
  write('connection.json', { ...connection, roles: rolesOf(member) })
  write('gateway.json', {
    ...connection,
    projection: 'data/gateway/projection.sqlite',
    envelopes: 'data/gateway/envelopes.sqlite',
    listen: { host: listenAddress(address), port },
    tokens,
    others,
    logLevel: 'info',
  })
}

type Tokens = Type.Static<typeof KeptShape>['tokens']

function peopleTokens(write: (name: string, content: unknown) => void): Tokens {
  const people = { admin: newToken(), client: newToken(), auditor: newToken() }
  write('gateway-tokens.json', people)
  return [
    { sha256: digest(people.admin), access: 'admin' },
    { sha256: digest(people.client), access: 'write' },
    { sha256: digest(people.auditor), access: 'read' },
  ]
}

/** How the gateway, or another client, reaches the member's first peer. Paths are relative. */
function connectionOf({ topology }: OwnHost, member: Organisation): object {
  const { channel, chaincode } = topology.consortium
  const [peer] = peersOf(topology, member.id)
  if (peer === undefined) throw new Error(`${member.id} has no peer`)
  const { tlsRoot, user } = materialOf(topology, member)
  const local = (path: string): string => relative(topology.folder, path)
  const identity = (name: UserName): object => {
    const { certificate, key } = user(name)
    return { certificate: local(certificate), privateKey: local(key) }
  }
  return {
    organisation: member.id,
    channel,
    chaincode,
    peer: {
      address: `${peer.address}:${String(peer.port)}`,
      tlsRootCertificate: local(tlsRoot),
    },
    client: identity('User1'),
    admin: identity('Admin'),
  }
}

function newToken(): string {
  return randomBytes(24).toString('base64url')
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
