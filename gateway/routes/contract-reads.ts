import type { TProperties } from 'typebox'
import { Type } from 'typebox'
import type { ContractKind } from '../../ledger/index.ts'
import { LedgerError } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { StoredContract } from '../projection/queries/contract-queries.ts'
import type { ReadServices } from '../read-services.ts'
import { contractFields } from '../schemas/contract.ts'
import { idCursor } from '../schemas/cursor.ts'
import { pageOf } from '../schemas/page.ts'
import { pageFields, ReadQuery } from '../schemas/read-query.ts'
import { listResponses, readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

const ID = '^[A-Za-z0-9:.-]{1,100}$'

/** One kind of contract as the API shows it. */
export interface ContractReads {
  /** The list's path; one is read behind it by id. */
  readonly path: string
  readonly kind: ContractKind
  readonly tag: string
  readonly summary: string
  /** What its record says besides what all contracts do. */
  readonly fields: TProperties
}

const ListQuery = Type.Object(
  {
    ...pageFields,
    party: Type.Optional(
      Type.String({
        pattern: ID,
        description: 'only those of an account, a person or an organisation',
        examples: ['mall:a-8d3h5j7k9m'],
      }),
    ),
    status: Type.Optional(Type.String({ pattern: '^[a-z-]{1,20}$', examples: ['open'] })),
  },
  { additionalProperties: false },
)

/** GET {path}: the contracts of a kind by id, of all or of one party, of any status or of one. */
export function listContracts(
  app: GatewayApp,
  services: ReadServices,
  { path, kind, tag, summary, fields }: ContractReads,
): void {
  const { contracts } = services.projection
  app.get(
    path,
    {
      config: { access: 'read' },
      schema: {
        summary,
        tags: [tag],
        querystring: ListQuery,
        response: listResponses(Type.Object(answerFields(fields))),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { party, status } = request.query
        return pageOf(request.query, {
          kind: idCursor(path.slice(1)),
          read: (after = '', limit) => contracts.list(kind, { after, limit }, { party, status }),
          keyOf: ({ id }) => id,
          toItem: contractAnswer,
        })
      }),
  )
}

/** GET {path}/{id}: one contract of a kind. */
export function readContract(
  app: GatewayApp,
  services: ReadServices,
  { path, kind, tag, summary, fields }: ContractReads,
): void {
  const { contracts } = services.projection
  app.get(
    `${path}/:id`,
    {
      config: { access: 'read' },
      schema: {
        summary,
        tags: [tag],
        params: Type.Object({ id: Type.String({ pattern: ID }) }, { additionalProperties: false }),
        querystring: ReadQuery,
        response: readResponses(answerFields(fields)),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { id } = request.params
        const contract = contracts.read(kind, id)
        if (contract === undefined) throw new LedgerError('NOT_FOUND', { id })
        return contractAnswer(contract)
      }),
  )
}

function answerFields(fields: TProperties): TProperties {
  return { id: Type.String(), ...contractFields, ...fields }
}

/** A contract as the chain has it, with its id. */
function contractAnswer({ id, value }: StoredContract): Record<string, unknown> {
  const stored: unknown = JSON.parse(value)
  return { ...(stored as Record<string, unknown>), id }
}
