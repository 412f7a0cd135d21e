import type { DemoKeys } from '../demo-keys.ts'

/** What every command of a play has in common. */
export interface Envelope {
  readonly channel: string
  readonly ledgerId: string
  readonly notAfter: string
}

/** Who gives a command of which type, and what it asks. */
export interface Intent {
  readonly type: string
  readonly actor: string
  readonly body: object
}

/** What a line's command needs beside its fields. */
export interface LineContext {
  readonly organisation: string
  readonly keys: DemoKeys
  /** The ledger that signatures inside a command are for. */
  readonly ledger: Pick<Envelope, 'channel' | 'ledgerId'>
}

/** The staff member that an organisation's tills sign as. */
export function tillOf(organisation: string): string {
  return `${organisation}:till`
}
