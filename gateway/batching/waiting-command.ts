import type { HoldingReference, ShapedCommand } from '../../ledger/index.ts'
import type { CommandAnswer } from '../commands/command-answer.ts'
import type { SubmitterIdentity } from '../fabric/fabric-connection.ts'

/** The client name of what the gateway's own keeper sends. */
export const KEEPER = 'keeper'

/** A command that waits for its transaction. */
export interface WaitingCommand {
  readonly shaped: ShapedCommand
  readonly identity: SubmitterIdentity
  /** Who sent it, for taking turns: a connection, another gateway, or KEEPER. */
  readonly client: string
  /** Keys by which it would invalidate, or be invalidated by, another transaction in flight. */
  readonly keys: readonly string[]
  readonly debits: readonly HoldingReference[]
  /** The size of its text. */
  readonly bytes: number
  /** When it came, a time of `performance.now()`. */
  readonly arrivedMs: number
  readonly resolve: (answer: CommandAnswer) => void
  readonly reject: (error: Error) => void
}

/**
 * On which way a batch goes; each has transactions of its own in flight. `express` is for those who
 * have little waiting while others flood; `alone` for suspects, one command at a time; `keeper`
 * for what is merely due.
 */
export type Track = 'express' | 'ordinary' | 'alone' | 'keeper'
