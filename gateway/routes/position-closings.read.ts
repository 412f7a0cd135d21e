import { Type } from 'typebox'
import {
  clearingPath,
  MAX_CLOSED_DELTAS,
  MAX_COMPACTED_DELTAS,
  SETTLEMENT_ASSET,
} from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { Projection } from '../projection/projection.ts'
import type { ReadServices } from '../read-services.ts'
import { CycleText } from '../schemas/cycle.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { Amount, readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const DeltaNames = Type.Array(Type.String())

const closingFields = {
  isReady: Type.Boolean({ description: 'false: send the compactions first, then ask again' }),
  compactions: Type.Array(
    Type.Object({ account: Type.String(), asset: Type.String(), deltas: DeltaNames }),
    { description: 'bodies of Compact commands, which anyone may sign' },
  ),
  body: Type.Object(
    {
      settlement: Type.String(),
      cycle: Type.String(),
      organisation: Type.String(),
      counterparty: Type.String(),
      deltas: DeltaNames,
      counterDeltas: DeltaNames,
      toGet: Amount,
      toPay: Amount,
    },
    { description: 'of a ClosePosition, for finance of both to sign' },
  ),
}

const Query = Type.Object(
  {
    ...ReadQuery.properties,
    settlement: Type.String({ pattern: '^[A-Za-z0-9:.-]{1,100}$', examples: ['bank:netted'] }),
    cycle: CycleText,
    organisation: Type.String({ pattern: '^[A-Za-z0-9-]{1,32}$', examples: ['bank'] }),
    counterparty: Type.String({ pattern: '^[A-Za-z0-9-]{1,32}$', examples: ['mall'] }),
  },
  { additionalProperties: false },
)

/** GET /positions/closing: what a pair has to sign to close its position, from this gateway's entries. */
export function readPositionClosing(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/positions/closing',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Draw up the closing of a position',
        tags: ['settlement'],
        querystring: Query,
        response: readResponses(closingFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { settlement, cycle, organisation, counterparty } = request.query
        const own = clearingPath(organisation, counterparty, cycle)
        const other = clearingPath(counterparty, organisation, cycle)
        const { projection } = services
        const compactions = [own, other].flatMap((path) => compactionsOf(path, projection))
        // By the entries, not by the deltas, which the ledger adds up itself.
        const { debit, credit } = projection.books.account(own) ?? { debit: 0n, credit: 0n }
        return {
          isReady: compactions.length === 0,
          compactions,
          body: {
            settlement,
            cycle,
            organisation,
            counterparty,
            deltas: projection.deltas.names(own, SETTLEMENT_ASSET, MAX_CLOSED_DELTAS),
            counterDeltas: projection.deltas.names(other, SETTLEMENT_ASSET, MAX_CLOSED_DELTAS),
            toGet: String(debit),
            toPay: String(credit),
          },
        }
      }),
  )
}

/** Compactions by which an account comes to have few enough deltas; one is good for 500. */
function compactionsOf(
  account: string,
  { deltas }: Projection,
): { account: string; asset: string; deltas: string[] }[] {
  const names = deltas.names(account, SETTLEMENT_ASSET, MAX_CLOSED_DELTAS * MAX_COMPACTED_DELTAS)
  if (names.length <= MAX_CLOSED_DELTAS) return []
  const count = Math.ceil(names.length / MAX_COMPACTED_DELTAS)
  return Array.from({ length: count }, (_, at) => ({
    account,
    asset: SETTLEMENT_ASSET,
    deltas: names.slice(at * MAX_COMPACTED_DELTAS, (at + 1) * MAX_COMPACTED_DELTAS),
  })).filter((one) => one.deltas.length > 1)
}
