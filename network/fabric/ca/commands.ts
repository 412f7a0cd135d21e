import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import type { Party } from '../../consortium-file.ts'
import { findBinaries } from '../binaries.ts'
import { existingTopology } from '../fabric-network.ts'
import { NetworkFailure } from '../network-failure.ts'
import type { Topology } from '../topology.ts'
import type { IdentityType } from './authority-client.ts'
import { enrolUser, openRegistry } from './enrol-parties.ts'
import { fetchRevocationList, publishRevocationList, revokeUser } from './revocation.ts'

interface PartyFlags {
  readonly data: string
  readonly org: string
}

interface UserFlags extends PartyFlags {
  readonly name: string
}

interface RegisterFlags extends UserFlags {
  readonly type: IdentityType
}

const REASONS = ['unspecified', 'keycompromise', 'affiliationchange', 'superseded'] as const

/** Adds `ca` with its commands to the program. */
export function addAuthorityCommands(program: Command): void {
  const ca = program.command('ca').description('users of an organisation, with ca: fabric-ca')
  const command = (name: string, description: string): Command =>
    ca
      .command(name)
      .description(description)
      .requiredOption('--org <name>', 'MSP id')
      .option('--data <dir>', 'where everything is kept', '.tallystick')
  const userCommand = (name: string, description: string): Command =>
    command(name, description).requiredOption('--name <user>', 'without @ and domain', parseUser)
  userCommand('register', 'let a user enrol; prints the secret for it')
    .addOption(
      new Option('--type <type>', 'what the user is')
        .choices(['client', 'admin'])
        .default('client'),
    )
    .action(register)
  userCommand('enrol', 'make the key and the certificates of a registered user')
    .requiredOption('--secret <secret>', 'as register printed it')
    .action(enrol)
  userCommand('revoke', 'revoke all certificates of a user; peers learn of it by: ca crl')
    .addOption(new Option('--reason <reason>', 'why').choices(REASONS).default('unspecified'))
    .action(revoke)
  command('crl', 'put the list of revoked certificates into the channel').action(crl)
}

async function register({ name, type, ...flags }: RegisterFlags): Promise<void> {
  const { topology, party } = partyOf(flags)
  const { client, registrar } = await openRegistry(topology, party, 'ca')
  const secret = randomBytes(18).toString('base64url')
  await client.register(registrar, `${name}@${party.domain}`, type, secret)
  console.log(secret)
}

async function enrol({ name, secret, ...flags }: UserFlags & { secret: string }): Promise<void> {
  const { topology, party } = partyOf(flags)
  const { mspFolder } = await enrolUser(topology, party, name, secret)
  console.log(mspFolder)
}

async function revoke({ name, reason, ...flags }: UserFlags & { reason: string }): Promise<void> {
  const { topology, party } = partyOf(flags)
  await revokeUser(topology, party, name, reason)
  console.log(`Revoked. Next: npm run network -- ca crl --org ${party.id}`)
}

async function crl(flags: PartyFlags): Promise<void> {
  const { topology, party } = partyOf(flags)
  const path = await fetchRevocationList(topology, party)
  const binaries = await findBinaries((line) => console.log(line))
  await publishRevocationList(topology, binaries, party, path)
  console.log(`In the channel: ${path}`)
}

function partyOf({ data, org }: PartyFlags): { topology: Topology; party: Party } {
  const topology = existingTopology(data)
  if (topology.consortium.ca !== 'fabric-ca') {
    const problem =
      'This network was made with cryptogen. For CA servers: ca: fabric-ca in the file.'
    throw new NetworkFailure('OTHER_NETWORK', problem)
  }
  const party = topology.parties.find(({ id }) => id === org)
  if (party !== undefined) return { topology, party }
  const known = topology.parties.map(({ id }) => id).join(', ')
  throw new NetworkFailure('UNFIT_ORGANISATION', `There is no ${org}; there are ${known}.`)
}

function parseUser(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/.test(text)) return text
  throw new InvalidArgumentError('letters, digits, dots, hyphens and underscores')
}
