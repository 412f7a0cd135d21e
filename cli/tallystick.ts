import { Command } from 'commander'
import { addAuditCommand } from './commands/audit.ts'
import { addBreaksCommand } from './commands/breaks.ts'
import { addDayCommand } from './commands/day.ts'
import { addExportLinesCommand } from './commands/export-lines.ts'
import { addImportCommand } from './commands/import.ts'
import { addGiftLinkCommands } from './commands/gift-link.ts'
import { addImportCouponsCommand } from './commands/import-coupons.ts'
import { addReconcileCommand } from './commands/reconcile.ts'
import { addSettleCommand } from './commands/settle.ts'
import { addSignCommand } from './commands/sign.ts'
import { addStatementCommands } from './commands/statement.ts'
import { addTransferCommand } from './commands/transfer.ts'
import { GatewayFailure } from './gateway-failure.ts'
import { PlainError } from './plain-error.ts'

const program = new Command('tallystick')
  .description('Plays tills and wallets against the gateways of a consortium.')
  .showHelpAfterError()
addDayCommand(program)
addImportCommand(program)
addImportCouponsCommand(program)
addTransferCommand(program)
addSignCommand(program)
addGiftLinkCommands(program)
addAuditCommand(program)
addSettleCommand(program)
addReconcileCommand(program)
addBreaksCommand(program)
addStatementCommands(program)
addExportLinesCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = 1
  if (error instanceof PlainError) console.error(error.message)
  else if (error instanceof GatewayFailure) console.error(explain(error))
  else throw error
}

/** What a gateway's failure means for whoever sits at the terminal. */
function explain({ code, message }: GatewayFailure): string {
  if (code === 'NO_CONNECTION') {
    return `${message}\nStart the ledger with \`npm start\` (and the same --data), then run this again.`
  }
  if (code === 'UNAUTHENTICATED') {
    return `${message}\nThe tokens in gateways.json are not those of the running gateways; check --data.`
  }
  return message
}
