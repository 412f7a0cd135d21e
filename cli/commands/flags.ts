import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'

/** Flags of every command. */
export interface CommonFlags {
  readonly data: string
  readonly json?: boolean
  /** How long a passing failure is tried again, in milliseconds. */
  readonly patience: number
}

/** Flags of the commands that play files. */
export interface PlayFlags extends CommonFlags {
  readonly results?: string
}

/** Adds the flags that every command has. */
export function addCommonFlags(command: Command): Command {
  return command
    .option('--data <dir>', 'folder where `npm start` keeps its data', '.tallystick')
    .option('--json', 'print one JSON object instead of text')
    .addOption(
      new Option('--patience <seconds>', 'how long to try again when a gateway is away')
        .argParser(secondsAsMs)
        .default(60_000, '60'),
    )
}

function secondsAsMs(text: string): number {
  if (/^[0-9]{1,5}$/.test(text)) return Number(text) * 1_000
  throw new InvalidArgumentError('give whole seconds')
}

/** Adds the flags of commands that play files. */
export function addPlayFlags(command: Command): Command {
  return addCommonFlags(command).option(
    '--results <file>',
    'write one JSON line for each line of the files: what became of it',
  )
}
