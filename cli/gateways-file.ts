import { join } from 'node:path'
import { Type } from 'typebox'
import { GatewayClient } from './gateway-client.ts'
import { readJsonFile } from './json-file.ts'
import { PlainError } from './plain-error.ts'

const GatewaysText = Type.Object({
  channel: Type.String(),
  gateways: Type.Array(
    Type.Object({
      organisation: Type.String(),
      url: Type.String(),
      tokens: Type.Object({ admin: Type.String(), client: Type.String() }),
    }),
    { minItems: 1 },
  ),
})

/** The consortium's gateways, by organisation; the first one opens the ledger. */
export type Gateways = ReadonlyMap<string, GatewayClient>

/** Reads the addresses and tokens that `npm start` leaves in the data folder. Throws plain errors. */
export function openGateways(dataDir: string): Gateways {
  const path = join(dataDir, 'gateways.json')
  const remedy = 'Start the ledger with `npm start` (and the same --data) first.'
  const { gateways } = readJsonFile(path, GatewaysText, remedy)
  return new Map(gateways.map((address) => [address.organisation, new GatewayClient(address)]))
}

/** The first organisation's gateway. */
export function firstGateway(gateways: Gateways): GatewayClient {
  const [first] = gateways.values()
  if (first === undefined) throw new RangeError('there is no gateway')
  return first
}

/** The gateway of an organisation. Throws a plain error when the consortium has none. */
export function gatewayOf(gateways: Gateways, organisation: string): GatewayClient {
  const gateway = gateways.get(organisation)
  if (gateway !== undefined) return gateway
  const known = [...gateways.keys()].join(', ')
  throw new PlainError(`There is no gateway of ${organisation || 'nobody'}; there are: ${known}.`)
}
