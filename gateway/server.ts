import { hash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { buildApp } from './app.ts'
import type { BatchPorts } from './batching/batch-runner.ts'
import { Batcher } from './batching/batcher.ts'
import { refillShare } from './batching/refill-share.ts'
import { notingWrites, RecentWrites } from './batching/recent-writes.ts'
import { CommandService } from './commands/command-service.ts'
import type { ConnectionProfile } from './fabric/connection-profile.ts'
import type { PeerGateway } from './forwarding/home-forwarder.ts'
import { HomeForwarder } from './forwarding/home-forwarder.ts'
import type { LedgerRoute } from './ledger-route.ts'
import { keeperOf } from './keeper/gateway-keeper.ts'
import { openLedgerRoute } from './ledger-route.ts'
import { GatewayMetrics } from './metrics/gateway-metrics.ts'
import { observeBlocks, observeEndorse } from './metrics/observed-ledger.ts'
import { ownEnvelope } from './own-commands.ts'
import type { TokenAccess } from './plugins/access.ts'
import { Projection } from './projection/projection.ts'

export interface GatewayOptions {
  readonly profile: ConnectionProfile
  /** File of the projection; it can be deleted and is then made again from the chain. */
  readonly projectionPath: string
  /** File of signed transactions on their way; it must not be deleted while any is. */
  readonly envelopesPath: string
  /** Where it listens; on loopback unless given. */
  readonly host?: string
  /** 0 for any. */
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

/** Starts one organisation's gateway: follows the chain, takes commands, serves reads. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { profile, host = '127.0.0.1', port, tokens, logger } = options
  const { organisation, channel } = profile
  const onFault: OnFault = (error, what = 'a fault') => logger.error({ err: error }, what)
  const { projection, metrics, route, batcher, commands, keeper, forwarders } = assemble(
    options,
    onFault,
  )
  const { follower } = route
  const services = {
    organisation,
    channel,
    projection,
    commands,
    waitForBlock: (blockNumber: bigint) => follower.block(blockNumber),
    isReady: () => follower.caughtUp(),
    lag: () => follower.lag(),
    metrics,
  }
  watch(metrics, { batcher, route, projection })
  const app = await buildApp({ services, tokens, logger })
  route.start()
  keeper.start()
  await app.listen({ host, port })
  const { port: bound } = app.server.address() as AddressInfo
  const lastBlock = (): bigint => projection.checkpoint()?.blockNumber ?? 0n
  return {
    organisation,
    url: `http://${host}:${bound}`,
    connectPeers: (peers) => {
      for (const peer of peers) {
        forwarders.set(peer.organisation, new HomeForwarder(peer, lastBlock, onFault))
      }
    },
    ready: () => follower.whenCaughtUp(),
    close: async () => {
      await app.close()
      await Promise.all([keeper.stop(), batcher.stop()])
      await route.close()
      projection.close()
      metrics.close()
    },
  }
}

type OnFault = (error: unknown, what?: string) => void

/** Makes the parts of a gateway and lets them know of each other; nothing runs yet. */
function assemble({ profile, projectionPath, envelopesPath }: GatewayOptions, onFault: OnFault) {
  const { organisation, channel } = profile
  const projection = Projection.open(projectionPath)
  const metrics = new GatewayMetrics(organisation)
  const writes = new RecentWrites(organisation)
  const forwarders = new Map<string, HomeForwarder>()
  const envelope = () => ownEnvelope(channel, projection)
  const sink = notingWrites(observeBlocks(projection, metrics), writes)
  const route = openLedgerRoute({ profile, envelopesPath, projection: sink, envelope, onFault })
  const { follower, endorsersHave } = route
  const batcher = new Batcher({
    ...batchPorts(organisation, projection),
    endorse: observeEndorse(route.endorse, metrics),
    endorsersHave,
    envelope,
    onFault,
    movedSince: (momentMs) => writes.since(momentMs),
    observer: metrics,
  })
  const commands = new CommandService({
    organisation,
    sha256,
    outcome: (actor, id) => projection.outcome(actor, id),
    account: (id) => projection.account(id),
    submit: (shaped, origin) => batcher.submit(shaped, origin),
    isCaughtUp: () => follower.caughtUp(),
    forwarder: (home) => {
      const forwarder = forwarders.get(home)
      return forwarder && (({ rule: _rule, ...signed }) => forwarder.forward(signed))
    },
  })
  const keeper = keeperOf({ organisation, projection, batcher, follower, envelope, onFault })
  return { projection, metrics, route, batcher, commands, keeper, forwarders }
}

/** What is looked up rather than told. */
function watch(
  metrics: GatewayMetrics,
  parts: {
    readonly batcher: Batcher
    readonly route: LedgerRoute
    readonly projection: Projection
  },
): void {
  const { batcher, route, projection } = parts
  const { follower } = route
  metrics.gauge('tallystick_queue_length', 'Commands that wait for a batch', () => batcher.waiting)
  metrics.gauge('tallystick_open_envelopes', 'Signed transactions without an end yet', () =>
    route.openEnvelopes(),
  )
  metrics.gauge('tallystick_block_number', 'The last block that was applied', () =>
    Number(projection.checkpoint()?.blockNumber ?? -1n),
  )
  metrics.gauge('tallystick_block_lag', 'Blocks that the peer was last known to have more', () =>
    Number(follower.lag()),
  )
}

function sha256(text: string): string {
  return hash('sha256', text)
}

/** As many of a holding's credits as one debit folds. */
const MAX_CREDITS = 5_000

function batchPorts(
  organisation: string,
  projection: Projection,
): Pick<BatchPorts, 'organisation' | 'sha256' | 'openCredits' | 'refillShare'> {
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
    refillShare: (bound) => refillShare(bound, projection),
  }
}
