import { cryptography } from '../../chaincode/cryptography.ts'
import { deriveWallet, signCommand } from '../../cli/wallet.ts'
import type { Wallet } from '../../cli/wallet.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { submit } from '../../ledger/index.ts'
import type { Measurement } from '../measurement.ts'

const MEMBERS = 500
const BATCHES = 20
const BATCH = 500
const ASSET = 'mall:star:point'

/** What judging a transfer costs, over a Map and without Fabric, and how much of it is verifying. */
export async function benchRules(): Promise<Measurement> {
  const ledger = new RulesOnly()
  await ledger.open()
  const batches = Array.from({ length: BATCHES }, () => ledger.transfers(BATCH))
  const started = performance.now()
  for (const batch of batches) await ledger.submit(batch)
  const elapsedMs = performance.now() - started
  const commands = BATCHES * BATCH
  const total = (elapsedMs * 1_000) / commands
  const verifying = (ledger.verifyMs * 1_000) / commands
  return {
    batch: BATCH,
    commandsPerSecond: Math.round((commands * 1_000) / elapsedMs),
    microsecondsPerCommand: Math.round(total),
    ofItVerifying: Math.round(verifying),
  }
}

class RulesOnly {
  readonly state = new Map<string, string>()
  readonly #wallets: Wallet[] = []
  #count = 0
  #commands = 0
  verifyMs = 0

  async open(): Promise<void> {
    const staff = ['admin', 'till'].map((name) => deriveWallet('bench', `mall:${name}`))
    const [admin, till] = staff
    if (admin === undefined || till === undefined) throw new Error('no staff')
    const roles = { 'mall:admin': ['admin'], 'mall:till': ['issuer'] }
    await this.submit([
      this.#command('OpenLedger', 'mall', { businessDate: '2026-12-01' }),
      this.#command('RegisterOrganisation', 'mall', { name: 'Mall' }),
      ...staff.map(({ actor: id, publicKey }) =>
        this.#command('RegisterActor', 'mall', {
          id,
          publicKey,
          roles: roles[id as keyof typeof roles],
        }),
      ),
      this.#command('DefinePoints', till.actor, POINTS, till),
    ])
    for (let member = 0; member < MEMBERS; member += 1) {
      this.#wallets.push(deriveWallet('bench', `mall:m-${member}`))
    }
    const register = this.#wallets.map(({ actor: id, publicKey }, index) =>
      this.#command(
        'RegisterActor',
        admin.actor,
        { id, publicKey, account: `mall:a-${index}`, roles: [] },
        admin,
      ),
    )
    await this.submit(register)
    const award = this.#wallets.map((_, index) =>
      this.#command(
        'IssuePoints',
        till.actor,
        { ...AWARD, to: `mall:a-${index}`, receipt: `R${index}` },
        till,
      ),
    )
    const quota = { asset: ASSET, needed: POINTS.budget, amount: POINTS.budget }
    const refill = this.#command('RefillQuota', 'mall', quota)
    await this.submit([refill, ...award])
  }

  transfers(count: number): SignedCommand[] {
    return Array.from({ length: count }, (_, index) => {
      const from = index % MEMBERS
      const wallet = this.#wallets[from]
      if (wallet === undefined) throw new Error('no wallet')
      const body = {
        asset: ASSET,
        from: `mall:a-${from}`,
        to: `mall:a-${(from * 7 + 1) % MEMBERS}`,
        amount: '1',
      }
      return this.#command('TransferPoints', wallet.actor, body, wallet)
    })
  }

  /** Throws when a command is refused: then it is not what was to be measured. */
  async submit(commands: SignedCommand[]): Promise<void> {
    this.#count += 1
    const result = await submit(
      { lane: 0, fold: this.#folds(commands), commands },
      { readMany: this.#readMany, sha256: cryptography.sha256, verifyP256: this.#verify },
      {
        channel: 'bench',
        transactionId: this.#count.toString(16).padStart(64, '0'),
        caller: { organisation: 'mall', isAdmin: true },
      },
    )
    const refused = result.outcomes.find(({ status }) => status === 'refused')
    if (refused !== undefined) throw new Error(JSON.stringify(refused))
    for (const { name, value } of result.writes) {
      if (value === undefined) this.state.delete(name)
      else this.state.set(name, value)
    }
  }

  /** Every holding's credit of the transaction before. */
  #folds(commands: readonly SignedCommand[]) {
    const transactions = [(this.#count - 1).toString(16).padStart(64, '0')]
    const accounts = commands.flatMap(({ command }) => {
      const from = command.body['from']
      return typeof from === 'string' ? [from] : []
    })
    return [...new Set(accounts)].map((account) => ({
      account,
      asset: ASSET,
      transactions,
      complete: true,
    }))
  }

  #command(type: string, actor: string, body: object, wallet?: Wallet): SignedCommand {
    const id = `bench-${String((this.#commands += 1)).padStart(8, '0')}`
    const command = { ...ENVELOPE, id, type, actor, body: body as SignedCommand['command']['body'] }
    return wallet === undefined ? signCommand(command) : signCommand(command, wallet)
  }

  readonly #readMany = (keys: readonly string[]): Promise<(string | undefined)[]> =>
    Promise.resolve(keys.map((key) => this.state.get(key)))

  readonly #verify = (publicKey: string, text: string, signature: string): boolean => {
    const started = performance.now()
    const holds = cryptography.verifyP256(publicKey, text, signature)
    this.verifyMs += performance.now() - started
    return holds
  }
}

const ENVELOPE = {
  v: 1,
  channel: 'bench',
  ledgerId: 'bench-ledger',
  notAfter: '2027-12-01',
} as const

const POINTS = {
  asset: ASSET,
  name: 'Star',
  pointsPerYuan: { numerator: '1', denominator: '1' },
  pricePerPoint: { numerator: '10000', denominator: '3' },
  expiresAfterMonths: 12,
  transferable: true,
  budget: '1000000000',
  acceptors: [],
  partners: [],
}

const AWARD = { asset: ASSET, spendFen: '100000', store: 'S', funder: 'mall' }
