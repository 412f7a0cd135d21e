import type { SignedCommand } from '../ledger/index.ts'
import { LedgerError } from '../ledger/index.ts'
import type { BatchPorts } from './batching/batch-runner.ts'
import type { BlockSink } from './fabric/block-follower.ts'
import { BlockFollower, DUPLICATE } from './fabric/block-follower.ts'
import type { ConnectionProfile } from './fabric/connection-profile.ts'
import { EndorserBlocks, endorsersOf } from './fabric/endorser-blocks.ts'
import { EnvelopeStore } from './fabric/envelope-store.ts'
import type { SubmitterIdentity } from './fabric/fabric-connection.ts'
import { connectToFabric } from './fabric/fabric-connection.ts'
import { SentTransactions } from './fabric/sent-transactions.ts'
import type { BatchRoute, EndorsedBatch } from './fabric/submit-batch.ts'
import { endorseBatch, submitKept } from './fabric/submit-batch.ts'
import { fenceWith } from './fencing.ts'
import type { OwnEnvelope } from './own-commands.ts'

export interface LedgerRouteOptions {
  readonly profile: ConnectionProfile
  readonly envelopesPath: string
  readonly projection: BlockSink
  readonly envelope: () => OwnEnvelope
  readonly onFault: (error: unknown, what?: string) => void
}

/** The way to the ledger and back: what is sent there, and the blocks that come of it. */
export interface LedgerRoute extends Pick<BatchPorts, 'endorse' | 'endorsersHave'> {
  readonly follower: BlockFollower
  /** How many signed transactions have not come to an end. */
  readonly openEnvelopes: () => number
  /** Follows the chain, and takes up what an earlier run left open. Does not wait for the ledger. */
  readonly start: () => void
  readonly close: () => Promise<void>
}

/** A fence that has not come by then is made anew. */
const FENCE_COMMIT_MS = 15_000

/** Opens the route without calling the peer. Throws when the file of envelopes cannot be used. */
export function openLedgerRoute(options: LedgerRouteOptions): LedgerRoute {
  const { profile, projection, envelope, onFault } = options
  const { organisation, chaincode } = profile
  const envelopes = new EnvelopeStore(options.envelopesPath)
  const connection = connectToFabric(profile)
  const follower = new BlockFollower({
    network: connection.network,
    height: connection.height,
    chaincode,
    sink: settling(projection, envelopes),
    onFault: (error) => onFault(error, 'the block stream broke'),
  })
  const others = endorsersOf(profile)
  const endorsers = new EndorserBlocks(others.endorsers, (error) =>
    onFault(error, 'an endorser cannot be watched'),
  )
  const routeOf = (identity: SubmitterIdentity, send: BatchRoute['send']): BatchRoute => {
    const submitter = connection.submitters[identity]
    if (submitter === undefined) throw new LedgerError('FORBIDDEN', { needs: 'admin identity' })
    return { submitter, identity, follower, send }
  }
  const endorseFences = async (fences: readonly SignedCommand[]): Promise<EndorsedBatch> =>
    await endorseBatch(
      { lane: 0, fold: [], commands: [...fences] },
      routeOf('client', async (kept) => await sent.commitUnkept(kept, FENCE_COMMIT_MS)),
    )
  const sent = new SentTransactions({
    follower,
    envelopes,
    submit: submitKept(connection, onFault),
    fence: fenceWith({ organisation, envelope, endorse: endorseFences }),
    onFault: (error) => onFault(error, 'a fence failed'),
  })
  return {
    follower,
    openEnvelopes: () => envelopes.open,
    endorse: async (request, identity) =>
      await endorseBatch(
        request,
        routeOf(identity, async (kept) => await sent.commit(kept)),
      ),
    endorsersHave: async (blockNumber) => await endorsers.have(blockNumber),
    start: () => {
      follower.start()
      endorsers.start()
      void sent.resume().catch(onFault)
    },
    close: async () => {
      await sent.stop()
      await Promise.all([follower.stop(), endorsers.stop()])
      connection.close()
      others.close()
      envelopes.close()
    },
  }
}

/** A block settles the envelopes that it holds once the projection has it. */
function settling(projection: BlockSink, envelopes: EnvelopeStore): BlockSink {
  return {
    checkpoint: () => projection.checkpoint(),
    apply: (block) => {
      projection.apply(block)
      for (const { id, validationCode } of block.transactions) {
        if (validationCode !== DUPLICATE) envelopes.settle(id)
      }
    },
    reset: () => projection.reset(),
  }
}
