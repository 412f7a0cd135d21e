import { ERROR_TABLE, isErrorCode } from '../ledger/index.ts'

/** A request that a gateway did not carry out, or a connection that broke before it answered. */
export class GatewayFailure extends Error {
  /** A code of the ledger's error table, NO_CONNECTION, or HTTP_ and the status. */
  readonly code: string
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean

  constructor(code: string, message: string, isRetryable = isRetryableCode(code)) {
    super(message)
    this.name = 'GatewayFailure'
    this.code = code
    this.isRetryable = isRetryable
  }
}

/** Whether the same command may have another outcome when it is sent again. */
export function isRetryableCode(code: string): boolean {
  return code === 'NO_CONNECTION' || (isErrorCode(code) && ERROR_TABLE[code].retryable)
}

/** What a code means, for people. */
export function meaningOf(code: string): string {
  if (code === 'NO_CONNECTION') return 'The gateway cannot be reached.'
  return isErrorCode(code)
    ? ERROR_TABLE[code].message
    : 'The gateway answers otherwise than it should.'
}
