import { resolve } from 'node:path'
import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import type { OrderingType } from '../../consortium-file.ts'
import { CONSORTIUM_FILE, readConsortium } from '../../consortium-file.ts'
import { findBinaries } from '../binaries.ts'
import { makeOwnChaincode } from './own-chaincode.ts'
import { renderOrganisation } from './render-organisation.ts'
import type { KeySource } from './runbook.ts'

interface RenderFlags {
  readonly org: string
  readonly out: string
  readonly prefix: string
  readonly keys: KeySource
  readonly consortium: string
  readonly orderer?: OrderingType
}

interface ChaincodeFlags {
  readonly folder: string
  readonly sequence: number
}

/** Adds `render` and `own-chaincode` to the program. */
export function addRenderCommands(program: Command): void {
  program
    .command('render')
    .description('write what one organisation needs to run its own nodes on its own hosts')
    .requiredOption('--org <name>', 'its MSP id or name; the operator too')
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--prefix <dir>', 'where they will lie on the hosts', '/opt/tallystick')
    .addOption(
      new Option('--keys <source>', 'who makes its keys')
        .choices(['own-ca', 'cryptogen'])
        .default('own-ca'),
    )
    .option('--consortium <file>', 'the agreed file', CONSORTIUM_FILE)
    .addOption(new Option('--orderer <type>', 'how blocks are agreed on').choices(['bft', 'raft']))
    .action(render)
  program
    .command('own-chaincode')
    .description('build and package the chaincode in a rendered folder; its steps call this')
    .requiredOption('--folder <dir>', 'the rendered folder, in its place on the host')
    .requiredOption('--sequence <number>', 'of the chaincode definition', parseSequence)
    .action(ownChaincode)
}

async function render(options: RenderFlags): Promise<void> {
  const consortium = readConsortium(options.consortium)
  const { party } = await renderOrganisation({
    settings: {
      organisation: options.org,
      prefix: resolve(options.prefix),
      ordering: options.orderer ?? consortium.ordering.type,
      basePort: consortium.basePort,
      consortium,
    },
    out: options.out,
    keys: options.keys,
    findBinaries: async () => await findBinaries((line) => console.log(line)),
  })
  console.log(`Wrote the files of ${party.id}. Next: ${options.out}/RUNBOOK.md`)
}

async function ownChaincode({ folder, sequence }: ChaincodeFlags): Promise<void> {
  const { version, packageId } = await makeOwnChaincode(folder, sequence)
  console.log(`version  ${version}\npackage  ${packageId}`)
}

function parseSequence(text: string): number {
  const sequence = Number(text)
  if (Number.isInteger(sequence) && sequence >= 1) return sequence
  throw new InvalidArgumentError('a sequence is a whole number from 1')
}
