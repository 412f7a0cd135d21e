import { Type } from 'typebox'
import {
  AccountIdText,
  holdingAccount,
  holdingPath,
  LedgerError,
  PointsAssetIdText,
} from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { EntryJson } from '../projection/published-entry.ts'
import { entryJsonOf } from '../projection/published-entry.ts'
import type { StatementLine, StatementPosition } from '../projection/queries/entry-queries.ts'
import type { ReadServices } from '../read-services.ts'
import type { CursorKind } from '../schemas/cursor.ts'
import { pageOf } from '../schemas/page.ts'
import { pageFields } from '../schemas/read-query.ts'
import { Amount, BlockNumber, listResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const StatementItem = Type.Object({
  entryHash: Type.String(),
  type: Type.String(),
  businessDate: Type.String(),
  cycle: Type.String(),
  blockNumber: BlockNumber,
  transactionId: Type.String(),
  asset: Type.String(),
  side: Type.Union([Type.Literal('debit'), Type.Literal('credit')]),
  amount: Amount,
  balance: Type.String({ description: 'what the account held in the asset after it' }),
  counterparties: Type.Array(Type.String(), {
    description: 'where it came from or went to: accounts of members, or codes of the chart',
  }),
  references: Type.Record(Type.String(), Type.String()),
})

/** A position is the entry's number and the posting's place in it. */
const CURSOR: CursorKind = { list: 'statement', key: /^[0-9]{1,15}\.[0-9]{1,3}$/ }

const NEWEST: StatementPosition = { seq: Number.MAX_SAFE_INTEGER, line: 0 }

/** GET /accounts/{id}/statement: every posting to an account, with the balance after it. */
export function listStatement(app: GatewayApp, services: ReadServices): void {
  const { projection } = services
  app.get(
    '/accounts/:id/statement',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List what was posted to an account, newest first',
        tags: ['accounts'],
        params: Type.Object({ id: AccountIdText }, { additionalProperties: false }),
        querystring: Type.Object(
          { ...pageFields, asset: Type.Optional(PointsAssetIdText) },
          { additionalProperties: false },
        ),
        response: listResponses(StatementItem),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { id } = request.params
        const { asset } = request.query
        if (projection.account(id) === undefined) throw new LedgerError('NOT_FOUND', { id })
        return pageOf(request.query, {
          kind: CURSOR,
          read: (after, limit) =>
            projection.entries.statement(holdingPath(id), asset, positionOf(after), limit),
          keyOf: ({ seq, line }) => `${seq}.${line}`,
          toItem: statementItem,
        })
      }),
  )
}

function positionOf(key: string | undefined): StatementPosition {
  if (key === undefined) return NEWEST
  const [seq, line] = key.split('.').map(Number)
  return { seq: seq ?? 0, line: line ?? 0 }
}

function statementItem(row: StatementLine) {
  const entry = entryJsonOf(row.text)
  const { type, businessDate, cycle, references } = entry
  const { hash: entryHash, transactionId, asset, side, amount, balance } = row
  return {
    entryHash,
    type,
    businessDate,
    cycle,
    blockNumber: String(row.blockNumber),
    transactionId,
    asset,
    side,
    amount,
    balance,
    counterparties: counterpartiesOf(entry, row),
    references,
  }
}

/** Accounts on the other side of the entry, in the same asset. */
function counterpartiesOf({ postings }: EntryJson, { asset, side }: StatementLine): string[] {
  const others = postings.filter((posting) => posting.asset === asset && posting.side !== side)
  return [...new Set(others.map(({ account }) => holdingAccount(account) ?? account))]
}
