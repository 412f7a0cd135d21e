import { Type } from 'typebox'
import { LedgerError, PointsAssetIdText } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { programmeAnswer, programmeFields } from '../schemas/programme.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import { readResponses } from '../schemas/read-response.ts'
import { readAsOf } from './read-as-of.ts'

/** GET /programmes/{asset}: the terms of a points programme and what is left of its budget. */
export function readProgramme(app: GatewayApp, services: ReadServices): void {
  const { registry } = services.projection
  app.get(
    '/programmes/:asset',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read a points programme',
        tags: ['registry'],
        params: Type.Object({ asset: PointsAssetIdText }, { additionalProperties: false }),
        querystring: ReadQuery,
        response: readResponses(programmeFields),
      },
    },
    (request) =>
      readAsOf(services, request.query, () => {
        const { asset } = request.params
        const programme = registry.programme(asset)
        if (programme === undefined) throw new LedgerError('NOT_FOUND', { asset })
        return programmeAnswer(programme, registry.budgetLeft(asset))
      }),
  )
}
