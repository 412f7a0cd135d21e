import { hash, randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import { Type } from 'typebox'
import { addDays, cycleName, positionId } from '../../ledger/index.ts'
import type { DemoKeys } from '../demo-keys.ts'
import { GatewayFailure } from '../gateway-failure.ts'
import type { Gateways } from '../gateways-file.ts'
import { firstGateway } from '../gateways-file.ts'
import type { OpenLedger } from '../open-ledger.ts'
import { NOT_AFTER_DAYS, readOpenLedger } from '../open-ledger.ts'
import { PlainError } from '../plain-error.ts'
import { signCommand } from '../wallet.ts'

const Positions = Type.Object({
  cycle: Type.String(),
  isOpen: Type.Boolean(),
  status: Type.String(),
  pairs: Type.Array(
    Type.Object({ debtor: Type.String(), creditor: Type.String(), status: Type.String() }),
  ),
  nets: Type.Array(Type.Object({ organisation: Type.String(), netFen: Type.String() })),
})

const Closing = Type.Object({
  compactions: Type.Array(Type.Object({})),
  body: Type.Object({}),
})

const Payments = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      settlement: Type.String(),
      cycle: Type.String(),
      debtor: Type.String(),
      creditor: Type.String(),
      fen: Type.String(),
      remittances: Type.Array(Type.Object({ fen: Type.String() })),
    }),
  ),
})

type Payment = Static<typeof Payments>['items'][number]

export interface SettleOptions {
  readonly gateways: Gateways
  readonly keys: DemoKeys
  /** Terms by which it is settled; those of a demo are signed when there are none of that id. */
  readonly settlement: string
  /** The cycle; the open one, which is then rolled on from, unless given. */
  readonly cycle: string | undefined
  /** Whether debtors send and creditors confirm. */
  readonly pay: boolean
  readonly report: (line: string) => void
}

/** What the settlement of a cycle has come to. */
export interface SettledCycle {
  readonly cycle: string
  readonly status: string
  readonly nets: readonly { readonly organisation: string; readonly netFen: string }[]
  readonly payments: readonly Payment[]
}

/**
 * Takes a cycle from open to settled, with the demo keys of everybody's finance staff: what is done
 * already is not done again, so it may be run once more after a failure. Throws plain errors and
 * GatewayFailure.
 */
export async function settleCycle(options: SettleOptions): Promise<SettledCycle> {
  const ledger = await readOpenLedger(firstGateway(options.gateways))
  return await new SettlementRun(options, ledger).settle()
}

class SettlementRun {
  readonly #options: SettleOptions
  /** As it was at the beginning: rolling on to another cycle leaves the date as it is. */
  readonly #ledger: OpenLedger
  #minBlock: number

  constructor(options: SettleOptions, ledger: OpenLedger) {
    this.#options = options
    this.#ledger = ledger
    this.#minBlock = ledger.minBlock
  }

  async settle(): Promise<SettledCycle> {
    const { gateways, report, pay } = this.#options
    await this.#agree()
    const cycle = this.#options.cycle ?? (await this.#roll())
    const organisations = [...gateways.keys()].sort()
    const pairs = organisations.flatMap((one, at) =>
      organisations.slice(at + 1).map((other): [string, string] => [one, other]),
    )
    for (const [at, pair] of pairs.entries()) {
      report(`Closing positions: ${String(at + 1)} of ${String(pairs.length)}`)
      await this.#close(cycle, pair)
    }
    report('Netting, and instructing payments …')
    await this.#instruct(
      cycle,
      pairs.map((pair) => positionId(...pair, cycle)),
    )
    if (pay) for (const payment of await this.#payments(cycle)) await this.#pay(payment)
    const { status, nets } = await this.#positions(cycle)
    return { cycle, status, nets, payments: await this.#payments(cycle) }
  }

  /** Makes sure that there are terms. */
  async #agree(): Promise<void> {
    const { settlement, gateways } = this.#options
    const gateway = firstGateway(gateways)
    const isKnown = await gateway
      .read(`/settlements/${encodeURIComponent(settlement)}`, Type.Object({}))
      .then(() => true)
      .catch((error: unknown) => {
        if (error instanceof GatewayFailure && error.code === 'NOT_FOUND') return false
        throw error
      })
    if (isKnown) return
    this.#options.report(`Agreeing on terms ${settlement}: multilateral, without fees …`)
    const organisations = [...gateways.keys()]
    const { businessDate: date } = this.#ledger
    const accounts = organisations.map((organisation) => ({
      organisation,
      commitment: hash('sha256', `a demo's account of ${organisation}`),
    }))
    const terms = { settlement, netting: 'multilateral', fees: [], accounts }
    const days = { closeWithinDays: 1, payWithinDays: 1, graceDays: 1 }
    const validity = { validFrom: date, validUntil: addDays(date, 3_650) }
    await this.#act(organisations, 'DefineSettlement', { ...terms, ...days, ...validity })
  }

  /** Leaves the open cycle and answers its name. */
  async #roll(): Promise<string> {
    const { businessDate: date, cycle: number } = this.#ledger
    const body = { from: { date, number }, to: { date, number: number + 1 } }
    await this.#act([...this.#options.gateways.keys()], 'RollBusinessDate', body)
    return cycleName({ date, number })
  }

  /** Every pair closes, also one that has not traded: so that all of them are in one netting. */
  async #close(cycle: string, pair: readonly [string, string]): Promise<void> {
    const { settlement, gateways } = this.#options
    const [organisation, counterparty] = pair
    const query = new URLSearchParams({ settlement, cycle, organisation, counterparty })
    for (;;) {
      query.set('minBlock', String(this.#minBlock))
      const path = `/positions/closing?${query.toString()}`
      const { compactions, body } = await firstGateway(gateways).read(path, Closing)
      if (compactions.length === 0) {
        // It exists when an earlier attempt came this far.
        await this.#act(pair, 'ClosePosition', body, ['CONTRACT_EXISTS'])
        return
      }
      for (const compaction of compactions) await this.#act(pair, 'Compact', compaction)
    }
  }

  async #instruct(cycle: string, positions: readonly string[]): Promise<void> {
    const { settlement, gateways } = this.#options
    const signers = [firstGateway(gateways).organisation]
    for (let left = [...positions]; left.length > 0;) {
      const body = { settlement, cycle, positions: left }
      const settled = await this.#act(signers, 'SettleCycle', body, ['POSITION_SETTLED'])
      if (settled === undefined) return
      left = left.filter((id) => id !== settled['id'])
    }
  }

  /** The debtor sends what it has not sent yet, and the creditor confirms it. */
  async #pay({ id, debtor, creditor, fen, remittances }: Payment): Promise<void> {
    const sent = remittances.reduce((sum, remittance) => sum + BigInt(remittance.fen), 0n)
    const rest = BigInt(fen) - sent
    if (rest === 0n) return
    this.#options.report(`${debtor} pays ${creditor} ${String(rest)} fen …`)
    const reference = `DEMO-${String(remittances.length + 1)}`
    const body = { payment: id, reference, fen: String(rest) }
    await this.#act([debtor], 'SendRemittance', body)
    await this.#act([creditor], 'ConfirmRemittance', body)
  }

  async #positions(cycle: string): Promise<Static<typeof Positions>> {
    const path = `/positions?cycle=${cycle}&minBlock=${String(this.#minBlock)}`
    return await firstGateway(this.#options.gateways).read(path, Positions)
  }

  async #payments(cycle: string): Promise<Payment[]> {
    const path = `/payments?limit=500&minBlock=${String(this.#minBlock)}`
    const { items } = await firstGateway(this.#options.gateways).read(path, Payments)
    const { settlement } = this.#options
    return items.filter((payment) => payment.cycle === cycle && payment.settlement === settlement)
  }

  /**
   * Sends a command that finance of the organisations sign, the first of them as its actor. Answers
   * the detail of a refusal that was to be expected.
   */
  async #act(
    organisations: readonly string[],
    type: string,
    body: object,
    expected: readonly string[] = [],
  ): Promise<Readonly<Record<string, string>> | undefined> {
    const { gateways, keys } = this.#options
    const { businessDate, ledgerId, channel } = this.#ledger
    const [actor = '', ...others] = organisations.map((organisation) => `${organisation}:finance-1`)
    const notAfter = addDays(businessDate, NOT_AFTER_DAYS)
    const id = randomUUID()
    const command = { v: 1 as const, id, type, actor, channel, ledgerId, notAfter, body }
    const signed = signCommand(command, ...[actor, ...others].map((one) => keys.walletOf(one)))
    let refusal: Readonly<Record<string, string>> | undefined
    await firstGateway(gateways).postCommands([JSON.stringify(signed)], {
      role: 'client',
      minBlock: this.#minBlock,
      onAnswer: (_index, { status, code = '', detail = {}, blockNumber = '0' }) => {
        this.#minBlock = Math.max(this.#minBlock, Number(blockNumber))
        if (status === 'accepted') return
        if (!expected.includes(code)) {
          throw new PlainError(`${type} was refused: ${code} ${JSON.stringify(detail)}`)
        }
        refusal = detail
      },
    })
    return refusal
  }
}
