import type { Context } from 'fabric-contract-api'
import fabric from 'fabric-contract-api'
import { STOCK_CONTRACT } from './stock-contract-name.ts'

const { Contract, Param, Returns, Transaction } = fabric

/**
 * What the ledger is compared with: one transfer in one transaction, two balances read and written,
 * unsigned by any member, as Fabric's token samples do it.
 */
export class StockContract extends Contract {
  constructor() {
    super(STOCK_CONTRACT)
  }

  /** Makes accounts FIRST to FIRST + COUNT - 1, each with the same balance. */
  async Open({ stub }: Context, first: string, count: string, balance: string): Promise<string> {
    for (let index = 0; index < Number(count); index += 1) {
      await stub.putState(accountKey(Number(first) + index), Buffer.from(balance))
    }
    return count
  }

  /** Moves an amount between two accounts. Throws when the payer has less. */
  async Transfer({ stub }: Context, from: string, to: string, amount: string): Promise<string> {
    const balanceOf = async (account: string): Promise<number> => {
      const stored = await stub.getState(accountKey(Number(account)))
      if (stored.length === 0) throw new Error(`there is no account ${account}`)
      return Number(Buffer.from(stored).toString('utf8'))
    }
    const payer = await balanceOf(from)
    const payee = await balanceOf(to)
    if (payer < Number(amount)) throw new Error(`${from} has only ${payer}`)
    await stub.putState(accountKey(Number(from)), Buffer.from(String(payer - Number(amount))))
    await stub.putState(accountKey(Number(to)), Buffer.from(String(payee + Number(amount))))
    return amount
  }

  /** The sum of the balances of accounts 0 to COUNT - 1. */
  async Total({ stub }: Context, first: string, count: string): Promise<string> {
    let total = 0
    for (let index = 0; index < Number(count); index += 1) {
      total += Number(
        Buffer.from(await stub.getState(accountKey(Number(first) + index))).toString('utf8'),
      )
    }
    return String(total)
  }
}

/** Of a kind from which gateways read nothing, since they follow these transactions too. */
function accountKey(index: number): string {
  return `receipt/stock/${String(index)}`
}

const TRANSACTIONS = {
  Open: ['first', 'count', 'balance'],
  Transfer: ['from', 'to', 'amount'],
  Total: ['first', 'count'],
} as const

for (const [name, parameters] of Object.entries(TRANSACTIONS)) {
  Transaction(name !== 'Total')(StockContract.prototype, name)
  for (const parameter of parameters.toReversed()) {
    Param(parameter, 'string')(StockContract.prototype, name)
  }
  Returns('string')(StockContract.prototype, name)
}
