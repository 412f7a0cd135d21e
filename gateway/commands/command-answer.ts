import type { ErrorCode, ErrorDetail, Outcome } from '../../ledger/index.ts'

/** What a client is told of a command: its outcome, and where on the chain that stands. */
export type CommandAnswer = Outcome & {
  readonly transactionId?: string
  /** As a decimal string. */
  readonly blockNumber?: string
}

/** What a client of the bulk route is told when the gateway could not get an outcome. */
export interface GatewayRefusal {
  readonly status: 'refused'
  readonly actor: string
  readonly id: string
  readonly replayed: false
  readonly code: ErrorCode
  readonly detail: ErrorDetail
}
