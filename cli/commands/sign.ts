import { createPrivateKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { Command as LedgerCommand } from '../../ledger/index.ts'
import { addDays, organisationOf } from '../../ledger/index.ts'
import { openDemoKeys } from '../demo-keys.ts'
import { gatewayOf, openGateways } from '../gateways-file.ts'
import { parseJson } from '../json-file.ts'
import { NOT_AFTER_DAYS, readOpenLedger } from '../open-ledger.ts'
import { PlainError, readOrExplain } from '../plain-error.ts'
import type { Wallet } from '../wallet.ts'
import { openWallet, signCommand } from '../wallet.ts'

interface SignFlags {
  readonly data: string
  readonly type: string
  readonly actor: string
  readonly with: readonly string[]
  readonly key?: string
  readonly body?: string
  readonly id?: string
}

/** `sign`: prints a signed command, ready to be posted to a gateway. */
export function addSignCommand(program: Command): void {
  program
    .command('sign')
    .description('sign a command and print it, to be posted with any HTTP client')
    .requiredOption('--type <type>', 'type of the command, such as TransferPoints')
    .requiredOption('--actor <person>', 'who gives it, such as mall:m-cyya5xnagj or mall:till')
    .option('--with <person...>', 'who signs besides, where it takes more than one', [])
    .option('--key <file>', "the actor's P-256 private key (PEM); otherwise the demo keys sign")
    .option('--body <json>', 'what it asks, as JSON; otherwise it is read from the standard input')
    .option('--id <id>', 'command id of an earlier attempt, to repeat it; otherwise a new one')
    .option('--data <dir>', 'folder where `npm start` keeps its data', '.tallystick')
    .action(async (flags: SignFlags) => {
      console.log(JSON.stringify(await signed(flags)))
    })
}

async function signed(flags: SignFlags): Promise<unknown> {
  const { data, type, actor, id = randomUUID() } = flags
  const body = bodyOf(flags.body ?? (await pipedBody()))
  const gateway = gatewayOf(openGateways(data), organisationOf(actor))
  const { channel, ledgerId, businessDate } = await readOpenLedger(gateway)
  const notAfter = addDays(businessDate, NOT_AFTER_DAYS)
  const command: LedgerCommand<object> = {
    v: 1,
    id,
    type,
    actor,
    channel,
    ledgerId,
    notAfter,
    body,
  }
  return signCommand(command, ...walletsOf(flags))
}

async function pipedBody(): Promise<string> {
  if (!process.stdin.isTTY) return await text(process.stdin)
  throw new PlainError('Give the body with --body, or send it to the standard input.')
}

function bodyOf(json: string): object {
  const body = parseJson(json)
  if (typeof body === 'object' && body !== null) return body
  throw new PlainError('The body is not a JSON object.')
}

function walletsOf({ data, actor, with: others, key }: SignFlags): Wallet[] {
  if (key === undefined)
    return [actor, ...others].map((person) => openDemoKeys(data).walletOf(person))
  if (others.length > 0) throw new PlainError('With --key one person signs; leave out --with.')
  return [walletIn(key, actor)]
}

function walletIn(file: string, actor: string): Wallet {
  const remedy = 'Give a file with a P-256 private key in PEM.'
  const pem = readOrExplain(file, remedy, () => readFileSync(file, 'utf8'))
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return openWallet(actor, key)
  } catch {
    // A file that holds no key at all is told of in the same words.
  }
  throw new PlainError(`${file} holds no such key. ${remedy}`)
}
