import { isDeepStrictEqual } from 'node:util'
import { seededRandom } from '../../data/seeded-random.ts'
import {
  booksOf,
  comparableBooks,
  contradictions,
  replayedBooksOf,
  strayContents,
} from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { verdict } from '../support/opened-ledger.ts'
import { modelLedger } from './model-world.ts'
import type { Play } from './model-steps.ts'
import { playsOf } from './model-steps.ts'

/** What a run came to. */
export interface ModelRun {
  readonly commands: number
  readonly episodes: number
  /** How often which type of command came to what. */
  readonly verdicts: ReadonlyMap<string, number>
  /** What was wrong, with the seed of the episode; empty when no invariant was violated. */
  readonly violations: readonly string[]
}

/** How many transactions there are between two looks at all the books. */
const LOOK_EVERY = 12

/**
 * Tries random commands of every type, with lots, expiry and rolls of the business date between
 * them, on one ledger after the other, and looks whether its books contradict themselves. Ends with
 * the first episode in which something is wrong.
 */
export async function runModel(options: {
  readonly commands: number
  readonly seed: number
  readonly onEpisode?: (commands: number) => void
}): Promise<ModelRun> {
  const opened = await modelLedger()
  const verdicts = new Map<string, number>()
  const violations: string[] = []
  let [commands, episodes] = [0, 0]
  while (commands < options.commands && violations.length === 0) {
    const seed = options.seed + episodes
    const ledger = opened.clone()
    for (const found of await playEpisode(ledger, seed, (told) => {
      commands += 1
      verdicts.set(told, (verdicts.get(told) ?? 0) + 1)
    })) {
      violations.push(`seed ${String(seed)}: ${found}`)
    }
    episodes += 1
    options.onEpisode?.(commands)
  }
  return { commands, episodes, verdicts, violations }
}

async function playEpisode(
  ledger: MemoryLedger,
  seed: number,
  note: (told: string) => void,
): Promise<string[]> {
  let transactions = 0
  for (const play of mixed(playsOf(ledger, seed), seed)) {
    const { commands, outcomes } = await play()
    for (const [at, outcome] of outcomes.entries()) {
      note(`${commands[at]?.command.type ?? ''} ${verdict(outcome)}`)
    }
    transactions += 1
    if (transactions % LOOK_EVERY !== 0) continue
    const found = contradictions(ledger)
    if (found.length > 0) return found
  }
  return allContradictions(ledger)
}

/** Everything in which the books of a ledger contradict themselves or its entries. */
export function allContradictions(ledger: MemoryLedger): string[] {
  const found = [...contradictions(ledger), ...strayContents(ledger)]
  const replayed = comparableBooks(replayedBooksOf(ledger))
  const isReplayed = isDeepStrictEqual(comparableBooks(booksOf(ledger)), replayed)
  return isReplayed ? found : [...found, 'the entries replayed do not come to the books']
}

/** All plays, each list in its order, taking turns at random. */
export function* mixed(lists: readonly Play[][], seed: number): Generator<Play> {
  const random = seededRandom(seed)
  const left = lists.map((list) => [...list])
  for (let open = left.filter((list) => list.length > 0); open.length > 0;) {
    const next = random.pick(open).shift()
    if (next !== undefined) yield next
    open = left.filter((list) => list.length > 0)
  }
}
