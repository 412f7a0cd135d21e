import { Type } from 'typebox'
import type { GatewayApp } from '../gateway-app.ts'
import type { TrialBalance } from '../projection/trial-balance.ts'
import { trialBalance } from '../projection/trial-balance.ts'
import type { ReadServices } from '../read-services.ts'
import { CycleText } from '../schemas/cycle.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { Amount, readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const turnover = { asset: Type.String(), debit: Amount, credit: Amount }

const balance = Type.String({ description: 'on the normal side of the account' })

const trialBalanceFields = {
  businessDate: Type.Union([Type.String(), Type.Null()]),
  rows: Type.Array(
    Type.Object({ code: Type.String(), name: Type.String(), ...turnover, balance }),
    { description: 'the general ledger, as the chain keeps it' },
  ),
  detail: Type.Array(
    Type.Object({
      organisation: Type.String(),
      counterparty: Type.String(),
      cycle: Type.String(),
      ...turnover,
      balance: Type.String({
        description: 'what the organisation has to get from its counterparty; below zero: to pay',
      }),
    }),
    { description: 'clearing 3001, as the entries make it' },
  ),
  totals: Type.Array(Type.Object(turnover)),
  balanced: Type.Boolean({ description: 'debit equals credit in every asset' }),
  generalEqualsDetail: Type.Boolean({
    description: 'the general ledger equals what the entries come to',
  }),
}

const Query = Type.Object(
  {
    ...ReadQuery.properties,
    cycle: Type.Optional(CycleText),
  },
  { additionalProperties: false },
)

/** GET /trial-balance: the trial balance 试算平衡表 with the clearing detail. */
export function readTrialBalance(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/trial-balance',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Draw up the trial balance',
        tags: ['books'],
        querystring: Query,
        response: readResponses(trialBalanceFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { projection } = services
        const answer = trialBalanceAnswer(trialBalance(projection.books))
        const { cycle } = request.query
        return {
          ...answer,
          detail: answer.detail.filter((row) => cycle === undefined || row.cycle === cycle),
          businessDate: projection.ledger()?.cycle.date ?? null,
        }
      }),
  )
}

function trialBalanceAnswer({ rows, detail, totals, ...checks }: TrialBalance) {
  return {
    ...checks,
    rows: rows.map((row) => ({ ...row, ...turnoverText(row), balance: String(row.balance) })),
    detail: detail.map((row) => ({ ...row, ...turnoverText(row), balance: String(row.balance) })),
    totals: totals.map((row) => ({ ...row, ...turnoverText(row) })),
  }
}

function turnoverText({ debit, credit }: { readonly debit: bigint; readonly credit: bigint }) {
  return { debit: String(debit), credit: String(credit) }
}
