import { actorKey, isOrganisation, splitKey } from '../../ledger/index.ts'
import type { WaitingCommand } from './waiting-command.ts'

/** More than one person's doing: then it is no hostility, but another gateway that had its reasons. */
const MAX_ACCUSED = 20

/** Who made a batch invalid, as far as that can be told, and the commands that go with them. */
export interface Accusation {
  readonly suspects: ReadonlySet<string>
  readonly commands: ReadonlySet<WaitingCommand>
}

/** Kinds of keys that others than the command's actor can move without his help. */
const NOBODYS = new Set(['receipt', 'reversal', 'delta'])

/**
 * Finds the commands of a batch of which another gateway's transaction has moved a key. Behind them
 * come those of the batch that share a key with them, so that their order is kept. Undefined when
 * there are none, or so many that it is nobody's fault.
 */
export function accuse(
  batch: readonly WaitingCommand[],
  moved: ReadonlySet<string>,
): Accusation | undefined {
  const suspects = new Set<string>()
  const commands = new Set<WaitingCommand>()
  const keys = new Set<string>()
  if (moved.size === 0) return undefined
  for (const command of batch) {
    const key = lookedAt(command).find((name) => moved.has(name))
    if (key === undefined && !command.keys.some((name) => keys.has(name))) continue
    if (key !== undefined) suspects.add(suspectOf(command, key))
    commands.add(command)
    for (const name of command.keys) keys.add(name)
  }
  return suspects.size === 0 || suspects.size > MAX_ACCUSED ? undefined : { suspects, commands }
}

function lookedAt({ keys, shaped }: WaitingCommand): string[] {
  return [...keys, ...shaped.proofs.map(({ actor }) => actorKey(actor).name)]
}

/** An organisation works for many, and must not stand in a line of one command. */
function suspectOf({ shaped: { command } }: WaitingCommand, key: string): string {
  return NOBODYS.has(splitKey(key).kind) || isOrganisation(command.actor) ? key : command.actor
}
