import { GatewayError } from '@hyperledger/fabric-gateway'
import { LedgerError, parseLedgerError } from '../../ledger/index.ts'
import type { CallFailure, FailureKind } from './classify-failure.ts'
import { classifyEndorsement, classifyValidation } from './classify-failure.ts'

/** Why a batch came to nothing, or to nothing that is known. */
export class BatchFailure extends Error {
  readonly kind: FailureKind
  /** What its commands are answered when nothing helps. */
  readonly answer: Error

  constructor(kind: FailureKind, answer: Error, cause?: unknown) {
    super(`${kind}: ${answer.message}`, { cause })
    this.name = 'BatchFailure'
    this.kind = kind
    this.answer = answer
  }
}

/** It was sent and its block has not come in time. */
export class OutcomeUnknown extends BatchFailure {
  /** Resolves once the transaction has come to an end, in a block or by a fence. */
  readonly settled: Promise<void>

  constructor(transactionId: string, settled: Promise<void>) {
    super('unknown', new LedgerError('OUTCOME_UNKNOWN', { transactionId }))
    this.settled = settled
  }
}

/** What the client library tells of a failed call. */
export function callFailureOf({ code, message, details }: GatewayError): CallFailure {
  return { code, messages: [message, ...details.map((detail) => detail.message)] }
}

/** Of whatever an endorsement threw; what is not of the network is a fault. */
export function endorsementFailure(error: unknown): BatchFailure {
  if (!(error instanceof GatewayError)) {
    return new BatchFailure('fault', error instanceof Error ? error : new Error(String(error)))
  }
  const failure = callFailureOf(error)
  const kind = classifyEndorsement(failure)
  if (kind === 'mismatch') {
    const problem = 'endorsers do not agree: is the contract deterministic?'
    const answer = new LedgerError('LEDGER_UNAVAILABLE', { validationCode: 'MISMATCH', problem })
    return new BatchFailure(kind, answer, error)
  }
  if (kind === 'fault') {
    const coded = failure.messages.map(parseLedgerError).find((found) => found !== undefined)
    return new BatchFailure(kind, coded ?? error, error)
  }
  return new BatchFailure(kind, new LedgerError('LEDGER_UNAVAILABLE', { stage: 'endorse' }), error)
}

/** Of a transaction that is in a block and not valid: nothing has happened. */
export function invalidTransaction(validationCode: string, rulesChanged: boolean): BatchFailure {
  const answer = new LedgerError('LEDGER_UNAVAILABLE', { validationCode })
  return new BatchFailure(classifyValidation(validationCode, rulesChanged), answer)
}
