import { randomUUID } from 'node:crypto'
import type { DemoKeys } from '../demo-keys.ts'
import { meaningOf } from '../gateway-failure.ts'
import type { Gateways } from '../gateways-file.ts'
import { firstGateway } from '../gateways-file.ts'
import { LedgerText } from '../open-ledger.ts'
import { PlainError } from '../plain-error.ts'
import type { DayFiles, MemberRow, ProgrammeRow } from './day-files.ts'
import type { Envelope, Intent } from './intent.ts'
import { tillOf } from './intent.ts'
import { rationalOf, wordsOf } from './basket-words.ts'
import { commandText, deterministicId } from './line-command.ts'
import { codeSteps, rateStep, rushStep, seriesStep } from './set-up-coupons.ts'
import type { Task } from './play.ts'
import { play } from './play.ts'

export interface SetUpOptions {
  readonly gateways: Gateways
  readonly keys: DemoKeys
  readonly patienceMs: number
}

/** A step's commands, by the gateway that is to take each. */
export interface Step {
  readonly gateway: string
  readonly intent: Intent
  /** What the command is about: the last part of the name from which its id is made. */
  readonly subject: string
  readonly signers: readonly string[]
}

/** A gateway that is being restarted is back by then; one that nobody has started is not waited for. */
const RESTART_LIMIT_MS = 5_000

/** An act of set-up done by hand before is as good as the one that was to be done. */
const DONE_ALREADY = new Set(['ORGANISATION_EXISTS', 'ASSET_EXISTS', 'CONTRACT_EXISTS'])

/**
 * Opens the ledger if it is not open and registers organisations, staff, programmes and members.
 * All ids are made from what they register, so that a second run changes nothing. Returns the id of
 * the ledger and the block up to which all this is booked. Throws plain errors.
 */
export async function setUp(
  day: DayFiles,
  notAfter: string,
  options: SetUpOptions,
): Promise<{ envelope: Envelope; minBlock: number }> {
  const organisations = [...options.gateways.keys()]
  const opened = await openLedger(day, notAfter, options)
  const { envelope } = opened
  const stages = [
    // One after the other: each changes the list of organisations.
    ...organisations.map((id) => [organisationStep(id)]),
    organisations.map((id) => staffStep(id, STAFF[0], options.keys)),
    organisations.flatMap((id) =>
      STAFF.slice(1).map((staff) => staffStep(id, staff, options.keys)),
    ),
    [
      ...day.programmes.map(programmeStep),
      ...day.members.map((row) => memberStep(row, options.keys)),
      ...day.series.map(seriesStep),
    ],
    [...day.rates.map(rateStep), ...day.rushes.map(rushStep), ...codeSteps(day, options.keys)],
  ]
  let { minBlock } = opened
  for (const steps of stages) {
    minBlock = await take(steps, envelope, minBlock, options)
  }
  return { envelope, minBlock }
}

async function openLedger(
  { channel, openingDate }: DayFiles,
  notAfter: string,
  options: SetUpOptions,
): Promise<{ envelope: Envelope; minBlock: number }> {
  const gateway = firstGateway(options.gateways)
  const waitMs = Math.min(RESTART_LIMIT_MS, options.patienceMs)
  const ledger = await gateway.readPatiently('/ledger', LedgerText, waitMs)
  if (ledger.channel !== channel) {
    throw new PlainError(`The files are for channel ${channel}, the ledger is ${ledger.channel}.`)
  }
  const minBlock = Number(ledger.asOfBlock)
  if (ledger.ledgerId !== null) {
    return { envelope: { channel, ledgerId: ledger.ledgerId, notAfter }, minBlock }
  }
  const envelope = { channel, ledgerId: randomUUID(), notAfter }
  const actor = gateway.organisation
  const intent = { type: 'OpenLedger', actor, body: { businessDate: openingDate } }
  const step = { gateway: actor, intent, subject: envelope.ledgerId, signers: [] }
  return { envelope, minBlock: await take([step], envelope, minBlock, options) }
}

/** Takes steps that do not depend on one another; returns the block in which the last is booked. */
async function take(
  steps: readonly Step[],
  envelope: Envelope,
  minBlock: number,
  { gateways, keys, patienceMs }: SetUpOptions,
): Promise<number> {
  const tasks = steps.map((step): Task & { readonly step: Step } => {
    const { gateway, intent, subject, signers } = step
    const id = deterministicId(`set-up/${intent.type}/${subject}`)
    const toText = (): string => commandText(intent, id, envelope, signers, keys)
    return { gateway, keys: [], toText, step }
  })
  const played = await play(tasks, { gateways, role: 'admin', minBlock, patienceMs })
  if (played.stopReason !== undefined) throw new PlainError(played.stopReason)
  for (const [{ step }, { status, code = '' }] of played.answers) {
    if (status === 'refused' && !DONE_ALREADY.has(code)) throw refusedStep(step, code)
  }
  return played.lastBlock
}

const FOREIGN_KEYS = new Set([
  'COMMAND_ID_REUSED',
  'PROOF_INVALID',
  'ACTOR_EXISTS',
  'ACCOUNT_EXISTS',
])

function refusedStep({ intent, subject }: Step, code: string): PlainError {
  const what = `${intent.type} of ${subject} was refused with ${code}: ${meaningOf(code)}`
  if (!FOREIGN_KEYS.has(code)) return new PlainError(what)
  return new PlainError(
    `${what} It was registered otherwise before: the demo keys under --data, or the files, are not those of this ledger. Start over with \`npm start -- --reset\`, or use the --data that was used then.`,
  )
}

const STAFF = [
  { name: 'admin', roles: ['admin'] },
  { name: 'till', roles: ['issuer', 'cashier'] },
  { name: 'finance-1', roles: ['finance'] },
  { name: 'finance-2', roles: ['finance'] },
] as const

function organisationStep(id: string): Step {
  const name = id.charAt(0).toUpperCase() + id.slice(1)
  const intent = { type: 'RegisterOrganisation', actor: id, body: { name } }
  return { gateway: id, intent, subject: id, signers: [] }
}

/** The first staff member is entered by the organisation itself, the others by him. */
function staffStep(
  organisation: string,
  { name, roles }: (typeof STAFF)[number],
  keys: DemoKeys,
): Step {
  const id = `${organisation}:${name}`
  const admin = `${organisation}:${STAFF[0].name}`
  const isFirst = id === admin
  const body = { id, publicKey: keys.walletOf(id).publicKey, roles }
  const intent = { type: 'RegisterActor', actor: isFirst ? organisation : admin, body }
  return { gateway: organisation, intent, subject: id, signers: isFirst ? [] : [admin] }
}

function memberStep({ member, home }: MemberRow, keys: DemoKeys): Step {
  const admin = `${home}:${STAFF[0].name}`
  const { publicKey } = keys.walletOf(member)
  const body = { id: member, publicKey, account: keys.accountOf(member), roles: [] }
  const intent = { type: 'RegisterActor', actor: admin, body }
  return { gateway: home, intent, subject: member, signers: [admin] }
}

function programmeStep(row: ProgrammeRow): Step {
  const { issuer, asset, name, expires_after_months: months } = row
  const body = {
    asset,
    name,
    pointsPerYuan: rationalOf(row.points_per_yuan),
    pricePerPoint: rationalOf(row.price_micro_yuan_per_point),
    expiresAfterMonths: months === '' ? null : Number(months),
    transferable: row.transferable === 'yes',
    budget: row.budget,
    acceptors: wordsOf(row.acceptors),
    partners: wordsOf(row.partners),
  }
  const actor = tillOf(issuer)
  const intent = { type: 'DefinePoints', actor, body }
  return { gateway: issuer, intent, subject: asset, signers: [actor] }
}
