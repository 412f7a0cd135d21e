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

type Organisation = (typeof ORGANISATIONS)[number]

/** Signed commands, as JSON texts, by the organisation whose gateway takes them. */
export type Load = Readonly<Record<Organisation, readonly string[]>>

/** An open ledger with a programme of points and members of all organisations who hold some. */
export class BenchWorld {
  readonly #gateways: readonly GatewayAddress[]
  readonly #members: Readonly<Record<Organisation, readonly string[]>>
  readonly #everybody: readonly string[]
  #references = 0
  readonly #random: SeededRandom

  private constructor(gateways: readonly GatewayAddress[], members: number, random: SeededRandom) {
    this.#gateways = gateways
    this.#random = random
    this.#members = byOrganisation((organisation, place) =>
      Array.from({ length: Math.ceil((members - place) / ORGANISATIONS.length) }, (_, index) =>
        memberId(organisation, index),
      ),
    )
    this.#everybody = Object.values(this.#members).flat()
  }

  /** Opens the ledger over HTTP and gives every member his funds. Throws when one is refused. */
  static async open(
    gateways: readonly GatewayAddress[],
    members: number,
    random: SeededRandom,
  ): Promise<BenchWorld> {
    const world = new BenchWorld(gateways, members, random)
    const opening = signed('OpenLedger', 'bank', { businessDate: OPENING_DATE })
    await world.#must('bank', [opening], 'admin')
    for (const organisation of ORGANISATIONS) {
      await world.#must(organisation, openingCommands(organisation), 'admin')
    }
    await world.#must('mall', [definePoints(STAR, { budget: BUDGET })])
    for (const organisation of ORGANISATIONS) {
      await world.#must(organisation, world.#members[organisation].map(registerMember))
    }
    await world.#must(
      'mall',
      world.#everybody.map((member) => award(member, `fund:${member}`, FUNDING_FEN)),
    )
    return world
  }

  /** Points from anybody to anybody, all equally often, sent by the payer's gateway. */
  transfers(count: number): Load {
    return this.#transfers(count, (members) => this.#random.pick(members))
  }

  /** The same by Zipf's law: the k-th member k times less often than the first. */
  zipfTransfers(count: number): Load {
    const pickers = new Map<readonly string[], () => string>()
    return this.#transfers(count, (members) => {
      const known = pickers.get(members)
      const picker = known ?? weightedPicker(this.#random, members, zipfWeights(members.length))
      if (known === undefined) pickers.set(members, picker)
      return picker()
    })
  }

  #transfers(count: number, pick: (members: readonly string[]) => string): Load {
    return this.#spread(count, (organisation) => {
      const from = pick(this.#members[organisation])
      let to = pick(this.#everybody)
      while (to === from) to = pick(this.#everybody)
      const body = { asset: STAR, from: accountOf(from), to: accountOf(to), amount: '1' }
      return signed('TransferPoints', from, body)
    })
  }

  /** Points spent at one merchant, by members of all organisations. */
  redemptions(count: number): Load {
    return this.#spread(count, (organisation) => {
      const member = this.#random.pick(this.#members[organisation])
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

  async #must(
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

function memberId(organisation: string, index: number): string {
  return `${organisation}:m-${String(index).padStart(10, '0')}`
}

function textsOf(commands: readonly SignedCommand[]): string[] {
  return commands.map((command) => JSON.stringify(command))
}
