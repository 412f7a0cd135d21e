import { deriveWallet } from '../../cli/wallet.ts'
import type { SeededRandom } from '../../data/seeded-random.ts'
import { weightedPicker, zipfWeights } from '../../data/seeded-random.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import {
  accountOf,
  definePoints,
  OPENING_DATE,
  openingCommands,
  ORGANISATIONS,
  registerMember,
  signed,
  STAR,
} from '../../test/support/world.ts'
import { postLines } from './http-load.ts'

/** What each member spends at the start, in fen, for ten points a yuan; and what they come from. */
const FUNDING_FEN = 10_000_000
const BUDGET = '1000000000000000'

const ZIPF_MEMBERS = 1_000
const MEMBERS_AT_ONCE = 6_000

export type Organisation = (typeof ORGANISATIONS)[number]

/** Signed commands, as JSON texts, by the organisation whose gateway takes them. */
export type Load = Readonly<Record<Organisation, readonly string[]>>

/** An open ledger with a programme of points and members of all organisations who hold some. */
export class BenchWorld {
  readonly #gateways: readonly GatewayAddress[]
  /** Who sends, by organisation. */
  readonly #senders: Record<Organisation, string[]> = byOrganisation(() => [])
  readonly #everybody: string[] = []
  #references = 0
  readonly #random: SeededRandom

  private constructor(gateways: readonly GatewayAddress[], random: SeededRandom) {
    this.#gateways = gateways
    this.#random = random
  }

  /** Opens the ledger over HTTP and gives every member his funds. Throws when one is refused. */
  static async open(
    gateways: readonly GatewayAddress[],
    members: number,
    random: SeededRandom,
  ): Promise<BenchWorld> {
    const world = new BenchWorld(gateways, random)
    const opening = signed('OpenLedger', 'bank', { businessDate: OPENING_DATE })
    await world.must('bank', [opening], 'admin')
    for (const organisation of ORGANISATIONS) {
      await world.must(organisation, openingCommands(organisation), 'admin')
    }
    await world.must('mall', [definePoints(STAR, { budget: BUDGET })])
    const added = await world.#add(members, registerMember)
    for (const organisation of ORGANISATIONS)
      world.#senders[organisation].push(...added[organisation])
    return world
  }

  get members(): number {
    return this.#everybody.length
  }

  /** All members, in an order in which organisations take turns. */
  get everybody(): readonly string[] {
    return this.#everybody.toSorted(byNumber)
  }

  /** More members with funds, who receive like the others, and never send. */
  async addReceivers(count: number): Promise<void> {
    for (let left = count; left > 0; left -= MEMBERS_AT_ONCE) {
      await this.#add(Math.min(left, MEMBERS_AT_ONCE), registerReceiver)
    }
  }

  /** Takes members of an organisation from those who send; they go on receiving. */
  setAside(organisation: Organisation, count: number): readonly string[] {
    return this.#senders[organisation].splice(0, count)
  }

  /** One point from a member to anybody. */
  transferFrom(from: string, pick = () => this.#random.pick(this.#everybody)): SignedCommand {
    let to = pick()
    while (to === from) to = pick()
    const body = { asset: STAR, from: accountOf(from), to: accountOf(to), amount: '1' }
    return signed('TransferPoints', from, body)
  }

  async #add(
    count: number,
    register: (member: string) => SignedCommand,
  ): Promise<Record<Organisation, readonly string[]>> {
    const first = this.#everybody.length
    const added = byOrganisation((organisation, place) =>
      Array.from({ length: Math.ceil((count - place) / ORGANISATIONS.length) }, (_, index) =>
        memberId(organisation, first + index),
      ),
    )
    const all = Object.values(added).flat()
    await Promise.all(
      ORGANISATIONS.map(async (organisation) => {
        await this.must(organisation, added[organisation].map(register))
      }),
    )
    await this.must(
      'mall',
      all.map((member) => award(member, `fund:${member}`, FUNDING_FEN)),
    )
    this.#everybody.push(...all)
    return added
  }

  /** Points from anybody to anybody, all equally often, sent by the payer's gateway. */
  transfers(count: number): Load {
    return this.#spread(count, (organisation) => this.transferOf(organisation))
  }

  /** One point from any member of an organisation to anybody. */
  transferOf(organisation: string): SignedCommand {
    return this.transferFrom(this.#random.pick(this.#senders[organisation as Organisation]))
  }

  /**
   * The same among a thousand by Zipf's law: the k-th member of an organisation k times less often
   * than its first.
   */
  zipfTransfers(count: number): Load {
    const pickers = byOrganisation((organisation, place) => {
      const own = Math.ceil((ZIPF_MEMBERS - place) / ORGANISATIONS.length)
      const members = this.#senders[organisation].slice(0, own)
      return weightedPicker(this.#random, members, zipfWeights(members.length))
    })
    const anybody = (): string => pickers[this.#random.pick(ORGANISATIONS)]()
    return this.#spread(count, (organisation) =>
      this.transferFrom(pickers[organisation](), anybody),
    )
  }

  /** Points spent at one merchant, by members of all organisations. */
  redemptions(count: number): Load {
    return this.#spread(count, (organisation) => {
      const member = this.#random.pick(this.#senders[organisation])
      const body = {
        asset: STAR,
        from: accountOf(member),
        amount: '1',
        acceptor: 'airline',
        store: 'A-1',
        order: this.#nextReference(),
      }
      return signed('RedeemPoints', member, body)
    })
  }

  /** Points issued from the budget of one programme, by its issuer. */
  issues(count: number): Load {
    const commands = Array.from({ length: count }, () =>
      award(this.#random.pick(this.#everybody), this.#nextReference(), 100),
    )
    return { bank: [], airline: [], mall: textsOf(commands) }
  }

  #nextReference(): string {
    this.#references += 1
    return `bench-${String(this.#references)}`
  }

  #spread(count: number, make: (organisation: Organisation) => SignedCommand): Load {
    return byOrganisation((organisation, place) => {
      const own = Math.ceil((count - place) / ORGANISATIONS.length)
      return textsOf(Array.from({ length: own }, () => make(organisation)))
    })
  }

  /** Sends commands to an organisation's gateway. Throws when one is not accepted. */
  async must(
    organisation: string,
    commands: readonly SignedCommand[],
    role: 'admin' | 'client' = 'client',
  ): Promise<void> {
    const gateway = this.#gateways.find((each) => each.organisation === organisation)
    if (gateway === undefined) throw new Error(`no gateway of ${organisation}`)
    const { url, tokens } = gateway
    await postLines({ url, token: tokens[role] }, textsOf(commands), (answer) => {
      if (answer.status !== 'accepted') throw new Error(`set-up: ${JSON.stringify(answer)}`)
    })
  }
}

function byNumber(left: string, right: string): number {
  const [a, b] = [left, right].map((id) => id.slice(id.indexOf(':')))
  return (a ?? '').localeCompare(b ?? '')
}

function award(member: string, receipt: string, spendFen: number): SignedCommand {
  return signed('IssuePoints', 'mall:till', {
    asset: STAR,
    to: accountOf(member),
    spendFen: String(spendFen),
    receipt,
    store: 'M-1',
    funder: 'mall',
  })
}

function byOrganisation<Value>(
  make: (organisation: Organisation, place: number) => Value,
): Record<Organisation, Value> {
  return Object.fromEntries(
    ORGANISATIONS.map((organisation, place) => [organisation, make(organisation, place)]),
  ) as Record<Organisation, Value>
}

/** Without keeping his wallet: there may be a hundred thousand. */
function registerReceiver(id: string): SignedCommand {
  const [organisation = ''] = id.split(':')
  const { publicKey } = deriveWallet('bench', id)
  const body = { id, publicKey, account: accountOf(id), roles: [] }
  return signed('RegisterActor', `${organisation}:admin`, body)
}

function memberId(organisation: string, index: number): string {
  return `${organisation}:m-${String(index).padStart(10, '0')}`
}

export function textsOf(commands: readonly SignedCommand[]): string[] {
  return commands.map((command) => JSON.stringify(command))
}
