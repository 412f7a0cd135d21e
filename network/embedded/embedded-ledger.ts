import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Cutting } from './block-cutter.ts'
import type { ContractClass } from './chaincode-host.ts'
import { ChannelLedger, openChannel } from './channel-ledger.ts'
import { EndorsingPeer } from './endorser.ts'
import { startServer } from './grpc-server.ts'
import { openIdentityMaterial } from './identity-material.ts'
import type { IdentityMaterial, KeyPair } from './identity-material.ts'
import { LedgerStore } from './ledger-store.ts'
import { Membership } from './membership.ts'

export interface EmbeddedLedgerOptions {
  readonly channel: string
  /** MSP ids. */
  readonly organisations: readonly string[]
  readonly chaincodes: readonly {
    readonly name: string
    readonly contracts: readonly ContractClass[]
  }[]
  /** Where ledger.sqlite and the certificates and keys lie. */
  readonly dataDir: string
  /** 0 for any free port. */
  readonly port: number
  readonly cutting?: Cutting
}

export interface EmbeddedLedger {
  /** `localhost:PORT`, to be dialled with TLS. */
  readonly address: string
  /** PEM. */
  readonly tlsRootCertificate: string
  /** Certificate and private key of one of an organisation's users; throws when it is unknown. */
  identity(organisation: string, user: 'client' | 'admin'): KeyPair
  /** The number of committed blocks. */
  height(): bigint
  /** Commits what has been accepted, ends all streams and closes the files. */
  close(): Promise<void>
}

const CUTTING: Cutting = { maxTransactions: 100, maxBytes: 8 * 1024 * 1024, timeoutMs: 5 }
const MSP_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/

/**
 * Starts a Fabric network in this process: one peer per organisation and one orderer, for
 * development. Throws when the data does not fit the options, is damaged or is in use.
 */
export async function startEmbeddedLedger(options: EmbeddedLedgerOptions): Promise<EmbeddedLedger> {
  const { channel, organisations, chaincodes, dataDir, port } = options
  checkOrganisations(organisations)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const material = await openIdentityMaterial(dataDir, organisations)
  const caCertificates = new Map(
    [...material.organisations].map(([mspId, { caCertificate }]) => [mspId, caCertificate]),
  )
  const store = new LedgerStore(join(dataDir, 'ledger.sqlite'))
  try {
    openChannel(store, { channel, caCertificates })
    const membership = new Membership(caCertificates)
    const names = new Set(chaincodes.map(({ name }) => name))
    const context = { store, membership, chaincodes: names }
    const ledger = new ChannelLedger(context, options.cutting ?? CUTTING)
    const peers = endorsingPeers(material, options, store)
    const dependencies = { channel, chaincodes: names, ledger, membership, peers }
    const server = await startServer(dependencies, material.tls, port)
    return {
      address: server.address,
      tlsRootCertificate: material.tls.caCertificate,
      identity: (organisation, user) => identityOf(material, organisation, user),
      height: () => BigInt(store.height),
      close: async () => {
        await ledger.stop()
        await server.close()
        await ledger.close()
      },
    }
  } catch (error) {
    store.close()
    throw error
  }
}

function endorsingPeers(
  { organisations }: IdentityMaterial,
  { chaincodes }: EmbeddedLedgerOptions,
  store: LedgerStore,
): [EndorsingPeer, ...EndorsingPeer[]] {
  const [first, ...rest] = [...organisations].map(
    ([mspId, { peer }]) => new EndorsingPeer(mspId, peer, chaincodes, store),
  )
  if (!first) throw new Error('the channel needs an organisation')
  return [first, ...rest]
}

function identityOf(
  { organisations }: IdentityMaterial,
  organisation: string,
  user: 'client' | 'admin',
): KeyPair {
  const found = organisations.get(organisation)
  if (!found) throw new Error(`${organisation} is not an organisation of this ledger`)
  return found[user]
}

/** The ids name folders and certificate subjects. */
function checkOrganisations(organisations: readonly string[]): void {
  const wrong = organisations.find((mspId) => !MSP_ID.test(mspId))
  if (wrong !== undefined) throw new Error(`'${wrong}' cannot be the id of an organisation`)
  if (new Set(organisations).size !== organisations.length) {
    throw new Error('an organisation is named twice')
  }
}
