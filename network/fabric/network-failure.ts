/** What can be expected to go wrong with a network. */
export type NetworkFailureCode =
  | 'NO_FABRIC'
  | 'OTHER_NETWORK'
  | 'UNFIT_ORGANISATION'
  | 'NOT_UP'
  | 'PORTS_TAKEN'
  | 'SUPERVISOR_FAILED'
  | 'COMMAND_FAILED'
  | 'ORDERER_FAILED'
  | 'AUTHORITY_REFUSED'
  | 'NOT_LISTENING'
  | 'NOT_READY'

/** An expected failure; its message is for whoever runs the network. */
export class NetworkFailure extends Error {
  readonly code: NetworkFailureCode

  constructor(code: NetworkFailureCode, message: string) {
    super(message)
    this.name = 'NetworkFailure'
    this.code = code
  }
}

/** Whether a program that was run ended with a failure. */
export function isCommandFailure(error: unknown): error is NetworkFailure {
  return error instanceof NetworkFailure && error.code === 'COMMAND_FAILED'
}
