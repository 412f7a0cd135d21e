/** The consortium that `npm start` brings up for development. */
export const CHANNEL = 'consortium'

/** MSP ids; each has a gateway, in this order of ports. */
export const ORGANISATIONS = ['bank', 'mall', 'airline'] as const

/** Gateways listen on this port and the ones behind it, the ledger on the one in front. */
export const FIRST_GATEWAY_PORT = 7101
