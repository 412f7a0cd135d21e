import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Transaction } from '@hyperledger/fabric-gateway'
import { GatewayError } from '@hyperledger/fabric-gateway'
import { resign } from '../embedded/transaction-editing.ts'
import type { Committed } from './block-watch.ts'
import { BlockWatch } from './block-watch.ts'
import { WIDEN } from './probe-calls.ts'
import type {
  HistoricProposal,
  HistoricQuery,
  HistoricSubmission,
  Member,
  Step,
} from './probe-history.ts'
import { MEMBERS } from './probe-history.ts'
import type { ProbeSite, SiteClient } from './probe-site.ts'
import { connectTo } from './probe-site.ts'
import { INVENTED_ID, REFUSED_BY_ORDERERS, tamper } from './tampering.ts'

const LONG_ANSWER = 60

/** What came of a history. */
export interface ProbeOutcome {
  /** For every answer and validation code a line, in the order of the history; then the state. */
  readonly lines: readonly string[]
  /** For each step the number of transactions in each of its blocks. */
  readonly cuts: readonly (readonly number[])[]
}

/** Has a history happen at an empty ledger. Throws when peers differ or the order was not kept. */
export async function happen(site: ProbeSite, steps: readonly Step[]): Promise<ProbeOutcome> {
  const run = await ProbeRun.open(site)
  try {
    const lines: string[] = []
    const cuts: number[][] = []
    for (const step of steps) {
      const { seen, blocks } = await run.step(step)
      lines.push(...seen.map((line) => `step ${step.at}: ${line}`))
      cuts.push(blocks)
    }
    return { lines: [...lines, ...(await run.state())], cuts }
  } finally {
    run.close()
  }
}

/** The same history with the steps taken apart that came into more than one block. */
export function asCut(steps: readonly Step[], cuts: ProbeOutcome['cuts']): Step[] {
  return steps.flatMap((step, index) => {
    const blocks = cuts[index] ?? []
    if (blocks.length < 2) return [step]
    const ends = blocks.map((_, part) => sum(blocks.slice(0, part + 1)))
    const blockOf = step.submitted.map((_, position) => {
      const before = step.submitted.slice(0, position).filter(isOrdered).length
      const found = ends.findIndex((end) => before < end)
      return found < 0 ? blocks.length - 1 : found
    })
    return blocks.map((_, part) => ({
      at: step.at,
      endorsed: part === 0 ? step.endorsed : [],
      queries: part === 0 ? step.queries : [],
      submitted: step.submitted.filter((_, position) => blockOf[position] === part),
    }))
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

class ProbeRun {
  readonly #site: ProbeSite
  readonly #clients: ReadonlyMap<Member, SiteClient>
  readonly #strangers: ReadonlyMap<Member, SiteClient>
  readonly #endorsed = new Map<number, Transaction>()
  readonly #refused = new Map<number, string>()
  #watches: readonly BlockWatch[] = []

  private constructor(site: ProbeSite) {
    this.#site = site
    const connected = (member: Member, identity?: ProbeSite['stranger']): SiteClient => {
      const profile = site.profiles.find(({ organisation }) => organisation === member)
      if (profile === undefined) throw new Error(`no profile of ${member}`)
      return connectTo(profile, identity)
    }
    this.#clients = new Map(MEMBERS.map((member) => [member, connected(member)]))
    this.#strangers = new Map(MEMBERS.map((member) => [member, connected(member, site.stranger)]))
  }

  /** Writes what every history begins with, and watches all peers from then on. */
  static async open(site: ProbeSite): Promise<ProbeRun> {
    const run = new ProbeRun(site)
    const [name, ...args] = WIDEN
    site.expectBlockOf(1)
    const commit = await run.#client('bank').contract.submitAsync(name, { arguments: args })
    const { blockNumber } = await commit.getStatus()
    const clients = [...run.#clients.values()]
    run.#watches = await Promise.all(
      clients.map(async (client) => await BlockWatch.open(client, blockNumber)),
    )
    await run.#committed(1)
    return run
  }

  /** What was answered, in the order of the step, and how many transactions each block got. */
  async step(step: Step): Promise<{ seen: string[]; blocks: number[] }> {
    const [ofStrangers, ofMembers] = [true, false].map((byStranger) =>
      step.endorsed.filter((proposal) => proposal.byStranger === byStranger),
    )
    const answers = await Promise.all([
      ...(ofMembers ?? []).map(async (proposal) => await this.#endorse(proposal)),
      ...step.queries.map(async (query) => await this.#ask(query)),
    ])
    // A Fabric gateway drops its connections to peers that refuse somebody, whoever else uses them.
    for (const proposal of ofStrangers ?? []) answers.push(await this.#endorse(proposal))
    this.#site.expectBlockOf(step.submitted.filter(isOrdered).length)
    const refusals: (string | undefined)[] = []
    for (const submission of step.submitted) refusals.push(await this.#submit(submission))
    const sent = step.submitted.filter((_, index) => refusals[index] === undefined)
    const committed = await this.#committed(sent.length)
    const wanted = sent.map((submission) => this.#txIdOf(submission))
    if (
      !isDeepStrictEqual(
        wanted,
        committed.map(({ txId }) => txId),
      )
    ) {
      throw new Error(`step ${step.at}: ordered other than submitted, ${JSON.stringify(committed)}`)
    }
    const codes = committed.map(({ code }) => code)
    const verdicts = step.submitted.map(({ proposal, tampering }, index) => {
      const verdict = refusals[index] ?? codes.shift()
      return `#${proposal.id} submitted, ${tampering}: ${verdict ?? ''}`
    })
    return { seen: [...answers, ...verdicts], blocks: sizes(committed) }
  }

  /** All keys and values, as each member's peer has them. */
  async state(): Promise<string[]> {
    const states = MEMBERS.map(async (member) => {
      const { contract } = this.#client(member)
      const simple = textOf(await contract.evaluateTransaction('Dump', '', ''))
      const composite = textOf(await contract.evaluateTransaction('ListComposite', 'pair', '[]'))
      const pairs = JSON.parse(simple) as [string, string][]
      return [
        ...pairs.map(([key, value]) => `${member} has ${key}: ${short(value)}`),
        ...(JSON.parse(composite) as string[][]).map((key) => `${member} has ${key.join('+')}`),
      ]
    })
    return (await Promise.all(states)).flat()
  }

  close(): void {
    for (const watch of this.#watches) watch.close()
    for (const client of [...this.#clients.values(), ...this.#strangers.values()]) client.close()
  }

  #client(member: Member): SiteClient {
    const client = this.#clients.get(member)
    if (client === undefined) throw new Error(`${member} is no member`)
    return client
  }

  async #endorse(proposal: HistoricProposal): Promise<string> {
    const { id, client, call, endorsers, byStranger } = proposal
    const [name, ...args] = call
    const what = `#${id} ${byStranger ? 'a stranger as ' : ''}${client}: ${name}(${args.join()})`
    const by = endorsers.length === 0 ? 'a majority' : endorsers.join('+')
    const connected = byStranger ? this.#strangers.get(client) : this.#client(client)
    const options = {
      arguments: args,
      ...(endorsers.length > 0 && { endorsingOrganizations: [...endorsers] }),
    }
    try {
      const transaction = await connected?.contract.newProposal(name, options).endorse()
      if (transaction === undefined) throw new Error('not connected')
      this.#endorsed.set(id, transaction)
      return `${what} by ${by}: ${short(textOf(transaction.getResult()))}`
    } catch (error) {
      const refused = `${what} by ${by}: ${refusalOf(error)}`
      this.#refused.set(id, refused)
      return refused
    }
  }

  async #ask({ client, call: [name, ...args] }: HistoricQuery): Promise<string> {
    const what = `${client} asks ${name}(${args.join()})`
    try {
      const answer = await this.#client(client).contract.evaluateTransaction(name, ...args)
      return `${what}: ${short(textOf(answer))}`
    } catch (error) {
      return `${what}: ${refusalOf(error)}`
    }
  }

  /** Why it was refused; undefined when it was taken. */
  async #submit({ proposal, tampering }: HistoricSubmission): Promise<string | undefined> {
    const transaction = this.#transaction(proposal)
    const { gateway, profile } = this.#client(proposal.client)
    try {
      if (tampering === 'none') await transaction.submit()
      else {
        const clients = new Map(
          this.#site.profiles.map(({ organisation, client }) => [organisation, client]),
        )
        const forgers = { clients, stranger: this.#site.stranger }
        const { bytes, signer } = tamper(transaction, tampering, forgers)
        const key = signer === 'client' ? profile.client.privateKey : forgers.stranger.privateKey
        const forged =
          signer === 'garbage'
            ? gateway.newSignedTransaction(bytes, Buffer.alloc(70, 1))
            : resign({ gateway }, bytes, key)
        await forged.submit()
      }
      return undefined
    } catch (error) {
      return refusalOf(error)
    }
  }

  #transaction({ id }: HistoricProposal): Transaction {
    const transaction = this.#endorsed.get(id)
    if (transaction === undefined) throw new Error(`not endorsed: ${this.#refused.get(id) ?? id}`)
    return transaction
  }

  #txIdOf({ proposal, tampering }: HistoricSubmission): string {
    return tampering === 'inventedId' ? INVENTED_ID : this.#transaction(proposal).getTransactionId()
  }

  /** Waits for so many more transactions at all peers; none shows a block before its state. */
  async #committed(transactions: number): Promise<Committed[]> {
    const all = await Promise.all(
      this.#watches.map(async (watch) => await watch.take(transactions)),
    )
    const [committed = [], ...others] = all
    if (!others.every((other) => isDeepStrictEqual(other, committed))) {
      throw new Error(`peers differ: ${JSON.stringify(all)}`)
    }
    return committed
  }
}

function isOrdered({ tampering }: HistoricSubmission): boolean {
  return !REFUSED_BY_ORDERERS.has(tampering)
}

/** How many transactions each block has. */
function sizes(committed: readonly Committed[]): number[] {
  const byBlock = Map.groupBy(committed, ({ blockNumber }) => blockNumber)
  return [...byBlock.values()].map(({ length }) => length)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

/** An answer, or for a long one its digest. */
function short(text: string): string {
  if (text.length <= LONG_ANSWER) return `“${text}”`
  return `sha256 ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}

/**
 * The parts of a refusal that a client acts on. Left out is why an orderer forbids, that a peer was
 * asked through another, and which of two peers that differ was asked second.
 */
function refusalOf(error: unknown): string {
  if (!(error instanceof GatewayError)) throw error
  const reasons = error.details.map(({ mspId, message }) =>
    message === MISMATCH ? message : `${mspId}: ${message.replace(BY_WAY_OF_ANOTHER, '')}`,
  )
  const message = error.message.replace(/, info=.*/, '')
  return [`refused with ${message}`, ...new Set(reasons.sort())].join('; ')
}

const MISMATCH = 'ProposalResponsePayloads do not match'
const BY_WAY_OF_ANOTHER = 'rpc error: code = Unknown desc = '
