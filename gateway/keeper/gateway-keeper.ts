import { shapeCommand } from '../../ledger/index.ts'
import type { Batcher } from '../batching/batcher.ts'
import { KEEPER } from '../batching/waiting-command.ts'
import type { BlockFollower } from '../fabric/block-follower.ts'
import type { OwnEnvelope } from '../own-commands.ts'
import { ownCommand } from '../own-commands.ts'
import type { Projection } from '../projection/projection.ts'
import type { DueCommand } from './due-work.ts'
import { AuctionWork } from './auction-work.ts'
import { DueWork } from './due-work.ts'
import { Keeper } from './keeper.ts'

export interface KeptGateway {
  readonly organisation: string
  readonly projection: Pick<
    Projection,
    'contracts' | 'coupons' | 'deltas' | 'due' | 'registry' | 'account' | 'ledger'
  >
  readonly batcher: Pick<Batcher, 'submit' | 'waiting'>
  readonly follower: Pick<BlockFollower, 'caughtUp'>
  readonly envelope: () => OwnEnvelope
  readonly onFault: (error: unknown, what: string) => void
}

/** The keeper of one organisation's accounts, over its gateway's projection and batcher. */
export function keeperOf(gateway: KeptGateway): Keeper {
  const { organisation, projection, batcher, follower, onFault } = gateway
  const { contracts, coupons, deltas, due, registry } = projection
  const submit = async (command: DueCommand): Promise<unknown> => {
    const signed = ownCommand(command.type, command.body, gateway)
    const shape = shapeCommand(signed)
    if (!shape.ok) throw new Error(`a command that is due is malformed: ${command.type}`)
    const bytes = JSON.stringify(signed).length
    return await batcher.submit(shape.shaped, { identity: 'client', client: KEEPER, bytes })
  }
  const organisations = (): string[] => registry.organisationIds()
  const work = new DueWork(organisation, {
    contracts,
    coupons,
    deltas,
    due,
    account: (id) => projection.account(id),
    ledger: () => projection.ledger(),
    organisations,
  })
  const today = (): string | undefined => projection.ledger()?.cycle.date
  const auctions = new AuctionWork(organisation, {
    contracts,
    organisations,
    today,
    now: secondsNow,
  })
  return new Keeper({
    work: { next: () => [...work.next(), ...auctions.next()] },
    isCaughtUp: () => follower.caughtUp(),
    isBusy: () => batcher.waiting > 0,
    submit,
    onFault: (error) => onFault(error, 'the keeper failed'),
  })
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1000)
}
