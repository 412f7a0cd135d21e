import type { Command } from 'commander'
import { organisationOf } from '../../ledger/index.ts'
import { gatewayOf, openGateways } from '../gateways-file.ts'
import { newGiftLink, openGiftLink, signGiftClaim } from '../gift-link.ts'
import { readOpenLedger } from '../open-ledger.ts'

/** `gift-link new` and `gift-link sign`: what the sender and the receiver of a gift's link do. */
export function addGiftLinkCommands(program: Command): void {
  const links = program.command('gift-link').description('make the link of a gift, or claim by it')
  links
    .command('new')
    .description('make a secret for a link; the ledger gets only the public key')
    .action(() => {
      const { secret, wallet } = newGiftLink()
      console.log(JSON.stringify({ secret, linkKey: wallet.publicKey }))
    })
  links
    .command('sign')
    .description("sign a claim by the link's key, for one account alone")
    .requiredOption('--secret <secret>', 'what stands behind the # of the link')
    .requiredOption('--gift <id>', 'id of the gift')
    .requiredOption('--to <account>', 'account that is to have it')
    .option('--data <dir>', 'folder where `npm start` keeps its data', '.tallystick')
    .action(async (flags: SignFlags) => {
      const { secret, gift, to, data } = flags
      const gateway = gatewayOf(openGateways(data), organisationOf(gift))
      const ledger = await readOpenLedger(gateway)
      console.log(signGiftClaim(openGiftLink(secret), ledger, gift, to))
    })
}

interface SignFlags {
  readonly secret: string
  readonly gift: string
  readonly to: string
  readonly data: string
}
