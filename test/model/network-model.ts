import { decodeBlock } from '../../gateway/fabric/decode-block.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { canonicalEntry, isLedgerErrorCode, organisationOf } from '../../ledger/index.ts'
import { connectPeer } from '../../network/fabric/peer-connection.ts'
import type { Simulation, SubmitOptions } from '../support/memory-ledger.ts'
import { MemoryLedger } from '../support/memory-ledger.ts'
import type { TestNetwork } from '../support/test-network.ts'
import { ORGANISATIONS } from '../support/world.ts'
import type { ModelRun } from './model-run.ts'
import { allContradictions, mixed } from './model-run.ts'
import { playsOf } from './model-steps.ts'
import { modelLedger } from './model-world.ts'

/** Fewer than what one episode of the model comes to. */
const COMMANDS_PER_EPISODE = 150
/** Commands that are sent at once, by the gateways of all organisations. */
const SENT_AT_ONCE = 250
/** Behind it most of what the model trades is past its date. */
const LAST_DATE = '2026-12-08'

/** Named by what the ledger of the model has done, or seen to by the gateways themselves. */
const LEFT_OUT = new Set(['RefillQuota', 'FoldCredits', 'Compact'])

/**
 * A ledger that the random commands are made for: what happens on it is about what happens on the
 * network. Its calendar goes no further than there is something to do.
 */
class Shadow extends MemoryLedger {
  override async submit(
    organisation: string,
    commands: readonly unknown[],
    options: SubmitOptions = {},
  ): Promise<Simulation> {
    const kept = (commands as SignedCommand[]).filter(({ command }) => {
      const { to } = command.body as { readonly to?: unknown }
      return command.type !== 'RollBusinessDate' || dateOf(to) <= LAST_DATE
    })
    if (kept.length === 0) return { outcomes: [], writes: [], published: [], reads: [] }
    return await super.submit(organisation, kept, options)
  }
}

/** The date of a cycle; none is after it when it is malformed. */
function dateOf(cycle: unknown): string {
  const { date } = cycle as { readonly date?: unknown }
  return typeof date === 'string' ? date : ''
}

/**
 * Sends random commands of every type to a network, every person's by the gateway of his own
 * organisation, and looks at the end whether what its blocks have made of them contradicts itself.
 */
export async function runModelOn(
  net: TestNetwork,
  options: {
    readonly commands: number
    readonly seed: number
    readonly onProgress?: (commands: number) => void
  },
): Promise<ModelRun> {
  const shadow = new Shadow(await modelLedger())
  for (const command of shadow.submitted as SignedCommand[]) await send(net, [command])
  const verdicts = new Map<string, number>()
  let [made, told] = [shadow.submitted.length, 0]
  const waiting: SignedCommand[][] = []
  const sendOn = async (): Promise<void> => {
    for (const commands of turnsOf(waiting.splice(0))) {
      for (const verdict of await send(net, commands)) {
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
        told += 1
      }
    }
    options.onProgress?.(told)
  }
  const times = Math.ceil(options.commands / COMMANDS_PER_EPISODE)
  for (const play of mixed(playsOf(shadow, options.seed, times), options.seed)) {
    await play()
    waiting.push(shadow.submitted.slice(made) as SignedCommand[])
    made = shadow.submitted.length
    if (waiting.flat().length >= SENT_AT_ONCE) await sendOn()
    if (told >= options.commands) break
  }
  await sendOn()
  const found = allContradictions(await ledgerOnChain(net))
  return { commands: told, episodes: 1, verdicts, violations: [...found, ...(await strays(net))] }
}

/**
 * What is sent at once: of each play what one organisation's people do before it is another's turn,
 * because that hangs on it. What different plays do meets by chance.
 */
function turnsOf(plays: readonly SignedCommand[][]): SignedCommand[][] {
  const turns: SignedCommand[][] = []
  for (const commands of plays) {
    let turn = -1
    let last = ''
    for (const signed of commands) {
      const organisation = organisationOf(signed.command.actor)
      if (organisation !== last) turn += 1
      last = organisation
      ;(turns[turn] ??= []).push(signed)
    }
  }
  return turns
}

/** Sends commands to all gateways at once; those of one organisation's people go in their order. */
async function send(net: TestNetwork, commands: readonly SignedCommand[]): Promise<string[]> {
  const kept = commands.filter(({ command }) => !LEFT_OUT.has(command.type))
  const answers = ORGANISATIONS.map(async (organisation) => {
    const own = kept.filter(({ command }) => organisationOf(command.actor) === organisation)
    if (own.length === 0) return []
    const given = await net.postMany(organisation, own, 'admin')
    return given.map((answer, at) => `${own[at]?.command.type ?? ''} ${verdictOf(answer)}`)
  })
  return (await Promise.all(answers)).flat()
}

function verdictOf({ status, code }: Record<string, unknown>): string {
  if (status === 'accepted') return status
  const name = String(code)
  // A gateway that has a fault is no refusal of the ledger.
  return isLedgerErrorCode(name) ? name : `gateway ${name}`
}

/** The state and the entries that the blocks of one peer come to. */
async function ledgerOnChain(net: TestNetwork): Promise<MemoryLedger> {
  const profile = net.profile('mall')
  const height = await lastBlock(net)
  const { network, close } = connectPeer(profile)
  const chain = new MemoryLedger()
  const blocks = await network.getBlockEvents({ startBlock: 0n })
  try {
    for await (const block of blocks) {
      const { number, transactions } = decodeBlock(block, profile.chaincode)
      for (const { validationCode, writes, entries } of transactions) {
        if (validationCode !== 'VALID') continue
        const published = entries.map((one, index) => {
          return { ...one, index, text: canonicalEntry(one.entry) }
        })
        chain.commit({ writes, published, outcomes: [] })
      }
      if (number >= height) break
    }
  } finally {
    blocks.close()
    close()
  }
  return chain
}

async function lastBlock(net: TestNetwork): Promise<bigint> {
  const { body } = await net.get('mall', '/trial-balance')
  return BigInt(String(body['asOfBlock']))
}

/** Gateways whose books do not balance, or are others than the first one's. */
async function strays(net: TestNetwork): Promise<string[]> {
  const minBlock = String(await lastBlock(net))
  const books = await Promise.all(
    ORGANISATIONS.map(async (organisation) => {
      const { body } = await net.get(organisation, `/trial-balance?minBlock=${minBlock}`)
      return body
    }),
  )
  const [first] = books
  return books.flatMap(({ balanced, generalEqualsDetail, rows }, at) => {
    const isRight = balanced === true && generalEqualsDetail === true
    const isSame = JSON.stringify(rows) === JSON.stringify(first?.['rows'])
    return isRight && isSame ? [] : [`the books at the gateway of ${ORGANISATIONS[at] ?? ''}`]
  })
}
