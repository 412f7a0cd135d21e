import type { Command } from 'commander'

/** A command that has not been booked so many days after the business date never will be. */
export const NOT_AFTER_DAYS = 30

/** Flags of every command. */
export interface CommonFlags {
  readonly data: string
  readonly json?: boolean
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
}

/** Adds the flags of commands that play files. */
export function addPlayFlags(command: Command): Command {
  return addCommonFlags(command).option(
    '--results <file>',
    'write one JSON line for each line of the files: what became of it',
  )
}
