import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AccountBalance, Outcome, SignedCommand } from '../../ledger/index.ts'
import {
  codeOf,
  holdingAccount,
  isOrganisation,
  ledgerKey,
  organisationOf,
  ReplayedBooks,
} from '../../ledger/index.ts'
import { MemoryLedger } from '../support/memory-ledger.ts'
import type { FakeAnswer, FakeBehaviour, Post } from './fake-gateways.ts'

/** The ledger's own rules in memory behind fake gateways: every post is one block. */
export class RulesBehindGateways implements FakeBehaviour {
  readonly #ledger = new MemoryLedger()
  /** Transactions with open credits, by holding. */
  readonly #credits = new Map<string, Set<string>>()
  #block = 0
  #turn: Promise<unknown> = Promise.resolve()

  /** How many entries were ever posted. */
  get entryCount(): number {
    return this.#ledger.published.length
  }

  async answer(post: Post): Promise<readonly FakeAnswer[]> {
    if (post.minBlock > this.#block) throw new Error(`block ${post.minBlock} is not there yet`)
    const turn = this.#turn.then(async () => await this.#submit(post))
    this.#turn = turn.catch(() => undefined)
    return await turn
  }

  read(organisation: string, path: string): unknown {
    const asOfBlock = String(this.#block)
    if (path === '/ledger') {
      const open = this.#ledger.get(ledgerKey)
      const { ledgerId = null, cycle = { date: null, number: null } } = open ?? {}
      const date = { businessDate: cycle.date, cycle: cycle.number }
      return { asOfBlock, channel: 'consortium', organisation, ledgerId, ...date }
    }
    if (path === '/trial-balance') return { asOfBlock, businessDate: '', ...this.#trialBalance() }
    if (path === '/liability') return { asOfBlock, programmes: [] }
    const account = decodeURIComponent(path.replace('/accounts/', ''))
    return { asOfBlock, id: account, holdings: this.#holdings(account) }
  }

  /** One transaction for each organisation that keeps accounts to be debited, as gateways do. */
  async #submit({ organisation, role, commands }: Post): Promise<readonly FakeAnswer[]> {
    this.#block += 1
    const answers = new Map<SignedCommand, FakeAnswer>()
    const byHome = Map.groupBy(commands, ({ command: { body } }) =>
      typeof body['from'] === 'string' && body['from'] !== ''
        ? organisationOf(body['from'])
        : organisation,
    )
    for (const [home, own] of byHome) {
      const isAdmin = role === 'admin' && own.every(({ command }) => isOrganisation(command.actor))
      const options = { isAdmin, fold: this.#foldOf(own) }
      const { outcomes, writes } = await this.#ledger.submit(home, own, options)
      for (const { name, value } of writes) this.#follow(name, value !== undefined)
      await this.#refill(home, outcomes)
      for (const [index, command] of own.entries()) {
        answers.set(command, { ...outcomes[index], blockNumber: String(this.#block) })
      }
    }
    return commands.map((command) => answers.get(command))
  }

  /** As a gateway would: quota for what was refused, so that the next attempt goes through. */
  async #refill(organisation: string, outcomes: readonly Outcome[]): Promise<void> {
    const assets = outcomes.flatMap((outcome) =>
      outcome.status === 'refused' && outcome.code === 'QUOTA_REFILL'
        ? [outcome.detail['asset'] ?? '']
        : [],
    )
    for (const asset of new Set(assets)) {
      const command = {
        v: 1,
        id: `refill-${this.#block}-${asset.replaceAll(':', '.')}`,
        type: 'RefillQuota',
        actor: organisation,
        channel: 'consortium',
        ledgerId: this.#ledger.get(ledgerKey)?.ledgerId,
        notAfter: '2030-01-01',
        body: { asset, needed: '1', amount: '10000000' },
      }
      await this.#ledger.submit(organisation, [{ command, proofs: [] }])
    }
  }

  #foldOf(
    commands: readonly SignedCommand[],
  ): { account: string; asset: string; transactions: string[]; complete: boolean }[] {
    const holdings = new Set(
      commands.map(({ command: { body } }) => `${String(body['from'])}/${String(body['asset'])}`),
    )
    return [...holdings].flatMap((holding) => {
      const transactions = [...(this.#credits.get(holding) ?? [])]
      const [account = '', asset = ''] = holding.split('/')
      return transactions.length === 0 ? [] : [{ account, asset, transactions, complete: true }]
    })
  }

  #follow(name: string, isThere: boolean): void {
    const [kind, account, asset, transaction = ''] = name.split('/')
    if (kind !== 'credit') return
    const open = this.#credits.get(`${account}/${asset}`) ?? new Set()
    this.#credits.set(`${account}/${asset}`, open)
    if (isThere) open.add(transaction)
    else open.delete(transaction)
  }

  #balances(): readonly AccountBalance[] {
    const books = new ReplayedBooks()
    for (const entry of this.#ledger.entries()) books.apply(entry)
    return books.balances()
  }

  #trialBalance(): object {
    const sums = new Map<string, { debit: bigint; credit: bigint }>()
    for (const { account, asset, debit, credit } of this.#balances()) {
      const key = `${codeOf(account)} ${asset}`
      const before = sums.get(key) ?? { debit: 0n, credit: 0n }
      sums.set(key, { debit: before.debit + debit, credit: before.credit + credit })
    }
    const rows = [...sums].map(([key, { debit, credit }]) => {
      const [code, asset] = key.split(' ')
      const balance = String(debit - credit)
      return { code, name: '', asset, debit: String(debit), credit: String(credit), balance }
    })
    return { rows, totals: [], balanced: true, generalEqualsDetail: true }
  }

  #holdings(account: string): object[] {
    return this.#balances().flatMap(({ account: path, asset, debit, credit }) => {
      if (holdingAccount(path) !== account) return []
      return [{ asset, available: String(credit - debit), pending: '0' }]
    })
  }
}

/** Writes the gateways.json that `npm start` would leave. */
export function writeGatewaysFile(dataDir: string, gateways: readonly object[]): void {
  writeFileSync(join(dataDir, 'gateways.json'), JSON.stringify({ channel: 'consortium', gateways }))
}
