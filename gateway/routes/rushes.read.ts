import { Type } from 'typebox'
import { amountOfOne, ContractIdText, LedgerError, rushKey } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { contractFields } from '../schemas/contract.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { rushFields } from '../schemas/rush.ts'
import { readAsOf } from './read-as-of.ts'

const fields = {
  id: Type.String(),
  ...contractFields,
  ...rushFields,
  left: Type.String({ description: 'how many coupons are left', examples: ['17'] }),
}

/** GET /rushes/{id}: a rush, and how many coupons are left in it. */
export function readRush(app: GatewayApp, services: ReadServices): void {
  const { contracts, registry } = services.projection
  app.get(
    '/rushes/:id',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read a rush',
        tags: ['coupons'],
        params: Type.Object({ id: ContractIdText }, { additionalProperties: false }),
        querystring: ReadQuery,
        response: readResponses(fields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { id } = request.params
        const stored = contracts.read('rush', id)
        const rush = stored && rushKey(id).codec.decode(stored.value)
        const series = rush && registry.series(rush.series)
        if (rush === undefined || series === undefined) throw new LedgerError('NOT_FOUND', { id })
        const left = registry.budgetLeft(id) / amountOfOne(series)
        return { id, ...rush, parties: [...rush.parties], keeps: [], left: String(left) }
      }),
  )
}
