import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { readAccount } from './accounts.read.ts'
import { listBlocks } from './blocks.list.ts'
import { readBlock } from './blocks.read.ts'
import { listEntries } from './entries.list.ts'
import { readEntry } from './entries.read.ts'
import { readLedger } from './ledger.read.ts'
import { readLiability } from './liability.read.ts'
import { listMembers } from './members.list.ts'
import { readMember } from './members.read.ts'
import { listOrganisations } from './organisations.list.ts'
import { listProgrammes } from './programmes.list.ts'
import { readProgramme } from './programmes.read.ts'
import { listStatement } from './statements.list.ts'
import { readTrialBalance } from './trial-balance.read.ts'

/** All routes that answer from the projection. */
export const READ_ROUTES: readonly ((app: GatewayApp, services: ReadServices) => void)[] = [
  readLedger,
  listOrganisations,
  listProgrammes,
  readProgramme,
  listMembers,
  readMember,
  readAccount,
  listStatement,
  listEntries,
  readEntry,
  readTrialBalance,
  readLiability,
  listBlocks,
  readBlock,
]
