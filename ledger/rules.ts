import { compact } from './commands/compact.ts'
import { definePoints } from './commands/define-points.ts'
import { expirePoints } from './commands/expire-points.ts'
import { foldCredits } from './commands/fold-credits.ts'
import { issuePoints } from './commands/issue-points.ts'
import { openLedger } from './commands/open-ledger.ts'
import { redeemPoints } from './commands/redeem-points.ts'
import { refillQuota } from './commands/refill-quota.ts'
import { registerActor } from './commands/register-actor.ts'
import { registerOrganisation } from './commands/register-organisation.ts'
import { reverseEntry } from './commands/reverse-entry.ts'
import { rollBusinessDate } from './commands/roll-business-date.ts'
import { rotateKey } from './commands/rotate-key.ts'
import { transferPoints } from './commands/transfer-points.ts'
import { voidCommand } from './commands/void-command.ts'
import type { CommandRule } from './rule.ts'

/** Every type of command that the ledger knows. */
const ALL = [
  openLedger,
  registerOrganisation,
  registerActor,
  rotateKey,
  definePoints,
  refillQuota,
  issuePoints,
  transferPoints,
  redeemPoints,
  expirePoints,
  foldCredits,
  compact,
  reverseEntry,
  voidCommand,
  rollBusinessDate,
]

// The body of a command is checked against its own rule's schema before the rule sees it, so a rule
// may stand here for bodies in general.
export const RULES: ReadonlyMap<string, CommandRule> = new Map(
  ALL.map((rule): [string, CommandRule] => [rule.type, rule as unknown as CommandRule]),
)
