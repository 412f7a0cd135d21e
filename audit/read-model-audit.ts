import { Type } from 'typebox'
import type { Static, TSchema } from 'typebox'
import type { Books } from '../ledger/index.ts'
import { lotsText } from '../ledger/index.ts'
import { holdingTexts, turnoverText, turnoverTexts } from './books-audit.ts'
import type { ChainAudit } from './chain-audit.ts'
import type { Finding } from './finding.ts'
import { differences } from './finding.ts'
import { inParallel } from './in-parallel.ts'

/** Reads a resource of the organisation's gateway, in the form that is asked for. */
export type ReadGateway = <Schema extends TSchema>(
  path: string,
  schema: Schema,
) => Promise<Static<Schema>>

const READS_AT_ONCE = 8

const Turnover = { asset: Type.String(), debit: Type.String(), credit: Type.String() }

const TrialBalance = Type.Object({
  asOfBlock: Type.String(),
  rows: Type.Array(Type.Object({ code: Type.String(), ...Turnover })),
  detail: Type.Array(
    Type.Object({
      organisation: Type.String(),
      counterparty: Type.String(),
      cycle: Type.String(),
      ...Turnover,
    }),
  ),
})

const Account = Type.Object({
  holdings: Type.Array(
    Type.Object({
      asset: Type.String(),
      lots: Type.Array(
        Type.Object({
          expires: Type.String(),
          availableFrom: Type.Optional(Type.String()),
          amount: Type.String(),
        }),
      ),
    }),
  ),
})

/** The last block that the gateway has applied, once it has applied one. */
export async function blockOfReadModel(read: ReadGateway, minBlock: number): Promise<number> {
  const path = `/trial-balance?minBlock=${String(minBlock)}`
  const { asOfBlock } = await read(path, Type.Object({ asOfBlock: Type.String() }))
  return Number(asOfBlock)
}

/** Trial balance, clearing and holdings that the gateway shows otherwise than the entries make them. */
export async function auditReadModel(audit: ChainAudit, read: ReadGateway): Promise<Finding[]> {
  const { books } = audit.books().posted
  const sides = ['the gateway shows', 'the entries come to'] as const
  const shown = await shownTurnover(read)
  const holdings = await shownHoldings(accountsOf(audit), read)
  return [
    ...differences('read model, account', sides, shown, ledgerAccounts(books)),
    ...differences('read model, holding', sides, holdings, holdingTexts(books)),
  ]
}

/** Those that the trial balance has: codes, and clearing in detail. */
function ledgerAccounts(books: Books): Map<string, string> {
  const texts = [...turnoverTexts(books)]
  return new Map(
    texts.filter(([key]) => !key.split(' ', 1)[0]?.includes('/') || key.startsWith('3001/')),
  )
}

async function shownTurnover(read: ReadGateway): Promise<Map<string, string>> {
  const { rows, detail } = await read('/trial-balance', TrialBalance)
  return new Map([
    ...rows.map((row): [string, string] => [`${row.code} ${row.asset}`, shownText(row)]),
    ...detail.map((row): [string, string] => {
      const path = `3001/${row.organisation}/${row.counterparty}/${row.cycle}`
      return [`${path} ${row.asset}`, shownText(row)]
    }),
  ])
}

function shownText({ debit, credit }: { readonly debit: string; readonly credit: string }): string {
  return turnoverText({ debit: BigInt(debit), credit: BigInt(credit) })
}

function accountsOf(audit: ChainAudit): string[] {
  return [...audit.records()].flatMap(([name]) =>
    name.startsWith('account/') ? [name.slice('account/'.length)] : [],
  )
}

async function shownHoldings(
  accounts: readonly string[],
  read: ReadGateway,
): Promise<Map<string, string>> {
  const shown = await inParallel(accounts, READS_AT_ONCE, async (account) => {
    const { holdings } = await read(`/accounts/${encodeURIComponent(account)}`, Account)
    return holdings.map(({ asset, lots }): [string, string] => [
      `${account} ${asset}`,
      lotsText(lots.map((lot) => ({ ...lot, amount: BigInt(lot.amount) }))),
    ])
  })
  return new Map(shown.flat().filter(([, text]) => text !== ''))
}
