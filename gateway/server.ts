import { hash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import type { Transaction } from '@hyperledger/fabric-gateway'
import type { SignedCommand } from '../ledger/index.ts'
import { LedgerError } from '../ledger/index.ts'
import { buildApp } from './app.ts'
import type { BatchPorts } from './batching/batch-runner.ts'
import { Batcher } from './batching/batcher.ts'
import { CommandService } from './commands/command-service.ts'
import type { BlockSink } from './fabric/block-follower.ts'
import { BlockFollower } from './fabric/block-follower.ts'
import type { ConnectionProfile } from './fabric/connection-profile.ts'
import { EnvelopeStore } from './fabric/envelope-store.ts'
import type { FabricConnection } from './fabric/fabric-connection.ts'
import { connectToFabric } from './fabric/fabric-connection.ts'
import { resumeEnvelopes } from './fabric/resume-envelopes.ts'
import { endorseBatch } from './fabric/submit-batch.ts'
import type { PeerGateway } from './forwarding/home-forwarder.ts'
import { HomeForwarder } from './forwarding/home-forwarder.ts'
import { fenceWith, ownEnvelope } from './own-commands.ts'
import type { TokenAccess } from './plugins/access.ts'
import { Projection } from './projection/projection.ts'

export interface GatewayOptions {
  readonly profile: ConnectionProfile
  /** File of the projection; it can be deleted and is then made again from the chain. */
  readonly projectionPath: string
  /** File of signed transactions on their way; it must not be deleted while any is. */
  readonly envelopesPath: string
  /** Loopback port; 0 for any. */
  readonly port: number
  readonly tokens: TokenAccess
  readonly logger: FastifyBaseLogger
}

export interface Gateway {
  readonly organisation: string
  readonly url: string
  /** Tells the gateway where the others are, once their addresses are known. */
  readonly connectPeers: (peers: readonly PeerGateway[]) => void
  /** Resolves once the projection follows the chain. */
  readonly ready: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Quota that a lane takes from a programme's pool at once: a 1,024th of the budget. */
const REFILLS_PER_BUDGET = 1_024n

/** A transaction that has not come by then has its commands fenced. */
const FENCE_AFTER_MS = 30_000

/** Starts one organisation's gateway: follows the chain, takes commands, serves reads. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { profile, port } = options
  const { organisation, channel, chaincode } = profile
  const projection = Projection.open(options.projectionPath)
  const envelopes = new EnvelopeStore(options.envelopesPath)
  const connection = connectToFabric(profile)
  const lastBlock = (): bigint => projection.checkpoint()?.blockNumber ?? 0n
  const forwarders = new Map<string, HomeForwarder>()
  const follower = new BlockFollower({
    network: connection.network,
    chaincode,
    sink: sinkOf(projection, envelopes),
    onFault: (error) => onFault(error, 'the block stream broke'),
  })
  const envelope = () => ownEnvelope(channel, projection)
  const endorse = endorseWith({ connection, follower, envelopes })
  const onFault = (error: unknown, what = 'a fault'): void => app.log.error({ err: error }, what)
  const ports = batchPorts(organisation, projection)
  const batcher = new Batcher({ ...ports, endorse, envelope, onFault })
  const commands = new CommandService({
    organisation,
    sha256,
    outcome: (actor, id) => projection.outcome(actor, id),
    account: (id) => projection.account(id),
    submit: (shaped, identity, bytes) => batcher.submit(shaped, identity, bytes),
    isCaughtUp: () => follower.caughtUp(),
    forwarder: (home) => {
      const forwarder = forwarders.get(home)
      return forwarder && (({ rule: _rule, ...signed }) => forwarder.forward(signed))
    },
  })
  const services = {
    organisation,
    channel,
    projection,
    commands,
    waitForBlock: (blockNumber: bigint) => follower.block(blockNumber),
    isReady: () => follower.caughtUp(),
  }
  const app = await buildApp({ services, tokens: options.tokens, logger: options.logger })
  const fence = fenceWith(organisation, envelope, (shaped) => batcher.submit(shaped, 'client', 0))
  follower.start()
  const resume = { connection, follower, envelopes, fence, waitMs: FENCE_AFTER_MS, onFault }
  void resumeEnvelopes(resume).catch(onFault)
  await app.listen({ host: '127.0.0.1', port })
  const { port: bound } = app.server.address() as AddressInfo
  return {
    organisation,
    url: `http://127.0.0.1:${bound}`,
    connectPeers: (peers) => {
      for (const peer of peers) {
        forwarders.set(peer.organisation, new HomeForwarder(peer, lastBlock, onFault))
      }
    },
    ready: () => follower.whenCaughtUp(),
    close: async () => {
      await app.close()
      await batcher.stop()
      await follower.stop()
      connection.close()
      projection.close()
      envelopes.close()
    },
  }
}

/** A block settles the envelopes that it holds once the projection has it. */
function sinkOf(projection: Projection, envelopes: EnvelopeStore): BlockSink {
  return {
    checkpoint: () => projection.checkpoint(),
    apply: (block) => {
      projection.apply(block)
      for (const { id } of block.transactions) envelopes.settle(id)
    },
    reset: () => projection.reset(),
  }
}

function sha256(text: string): string {
  return hash('sha256', text)
}

/** As many of a holding's credits as one debit folds. */
const MAX_CREDITS = 5_000

function batchPorts(
  organisation: string,
  projection: Projection,
): Omit<BatchPorts, 'endorse' | 'envelope' | 'onFault'> {
  return {
    organisation,
    sha256,
    openCredits: (account, asset) => {
      const transactions = projection.openCredits(account, asset, MAX_CREDITS + 1)
      return {
        transactions: transactions.slice(0, MAX_CREDITS),
        complete: transactions.length <= MAX_CREDITS,
      }
    },
    refillShare: (asset) => (projection.programme(asset)?.budget ?? 0n) / REFILLS_PER_BUDGET,
  }
}

interface Route {
  readonly connection: FabricConnection
  readonly follower: BlockFollower
  readonly envelopes: EnvelopeStore
}

function endorseWith({ connection, follower, envelopes }: Route): BatchPorts['endorse'] {
  return async (request, identity) => {
    const submitter = connection.submitters[identity]
    if (submitter === undefined) throw new LedgerError('FORBIDDEN', { needs: 'admin identity' })
    const keep = (transaction: Transaction): void => {
      const commands = (request.commands as SignedCommand[]).map(({ command: { actor, id } }) => {
        return { actor, id }
      })
      const transactionId = transaction.getTransactionId()
      envelopes.keep({ transactionId, identity, bytes: transaction.getBytes(), commands })
    }
    return await endorseBatch(request, { submitter, follower, keep })
  }
}
