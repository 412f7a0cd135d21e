import { Type } from 'typebox'
import { LedgerError, settlementKey, unsentFen } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import { openPayments } from '../projection/open-payments.ts'
import type { Projection } from '../projection/projection.ts'
import type { ReadServices } from '../read-services.ts'
import { CycleText } from '../schemas/cycle.ts'
import { Problem } from '../schemas/problem.ts'
import { ReadQuery } from '../schemas/read-query.ts'
import type { Instruction } from './payment-instructions.ts'
import { instructionsCsv, instructionsXml } from './payment-instructions.ts'
import { readAsOf } from './read-as-of.ts'

const Query = Type.Object(
  {
    ...ReadQuery.properties,
    settlement: Type.String({ pattern: '^[A-Za-z0-9:.-]{1,100}$', examples: ['bank:netted'] }),
    cycle: CycleText,
    format: Type.Optional(
      Type.Union([Type.Literal('xml'), Type.Literal('csv')], {
        description: 'ISO 20022 pacs.008 (unless given), or CSV',
      }),
    ),
  },
  { additionalProperties: false },
)

/** GET /payments/instructions: what is still to be sent for a cycle, for the banks. */
export function readPaymentInstructions(app: GatewayApp, services: ReadServices): void {
  app.get(
    '/payments/instructions',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Write the payment instructions of a cycle',
        tags: ['settlement'],
        querystring: Query,
        response: { 200: Type.String(), default: Problem },
      },
    },
    async (request, reply) => {
      const { settlement, cycle, format = 'xml' } = request.query
      const { text } = await readAsOf(services, request.query, () => {
        const instructions = instructionsOf(settlement, cycle, services.projection)
        const name = `${settlement}.${cycle}`
        const text =
          format === 'xml' ? instructionsXml(name, instructions) : instructionsCsv(instructions)
        return { text }
      })
      const type = format === 'xml' ? 'application/xml' : 'text/csv'
      return await reply.type(`${type}; charset=utf-8`).send(text)
    },
  )
}

/** The open payments of a cycle of which something is not sent. Throws NOT_FOUND. */
function instructionsOf(id: string, cycle: string, { contracts }: Projection): Instruction[] {
  const stored = contracts.read('settlement', id)
  if (stored === undefined) throw new LedgerError('NOT_FOUND', { id })
  const terms = settlementKey(id).codec.decode(stored.value)
  return openPayments(contracts, cycle).flatMap(({ id: paymentId, payment }) => {
    if (payment.settlement !== id || unsentFen(payment) === 0n) return []
    return [{ id: paymentId, payment, terms }]
  })
}
