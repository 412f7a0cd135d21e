import { status } from '@grpc/grpc-js'

/** What a failed batch calls for. */
export type FailureKind =
  /** A peer, a chaincode server or the orderers are away: the same again until they are back. */
  | 'unavailable'
  /** Another transaction was first: endorse anew. */
  | 'conflict'
  /** Endorsers came to different results: endorse anew; when it goes on, they compute differently. */
  | 'mismatch'
  /** Endorsed under rules that were changed meanwhile: endorse anew under those that hold now. */
  | 'policy'
  /** Something in the batch breaks it: split it, so that the rest comes through. */
  | 'fault'
  /** Nothing that this gateway does changes it. */
  | 'denied'
  /** It was sent and its block has not come: nothing may be sent in its place. */
  | 'unknown'

/** How often and after what time a kind of failure is tried again. Delays double up to the most. */
export interface Remedy {
  readonly retries: number
  readonly firstDelayMs: number
  readonly mostDelayMs: number
  /** Whether the batch is split when the retries are used up. */
  readonly isSplit: boolean
}

const NEVER_AGAIN = { retries: 0, firstDelayMs: 0, mostDelayMs: 0 }

export const REMEDIES: Readonly<Record<FailureKind, Remedy>> = {
  // As often as the patience with an absent ledger lets it; see Outage.
  unavailable: { retries: Infinity, firstDelayMs: 100, mostDelayMs: 1_000, isSplit: false },
  conflict: { retries: 4, firstDelayMs: 25, mostDelayMs: 200, isSplit: true },
  mismatch: { retries: 5, firstDelayMs: 100, mostDelayMs: 1_600, isSplit: false },
  policy: { retries: 1, firstDelayMs: 200, mostDelayMs: 200, isSplit: false },
  fault: { ...NEVER_AGAIN, isSplit: true },
  denied: { ...NEVER_AGAIN, isSplit: false },
  unknown: { ...NEVER_AGAIN, isSplit: false },
}

/** How a call to the peer's gateway service failed. */
export interface CallFailure {
  readonly code: number
  /** The status's own message, and those of the nodes behind the peer. */
  readonly messages: readonly string[]
}

/** Codes that say of a request, rather than of the network, that it is wrong. */
const CODES_OF_REFUSAL: readonly number[] = [
  status.INVALID_ARGUMENT,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.UNIMPLEMENTED,
]

const MISMATCH = /ProposalResponsePayloads do not match/
const CHAINCODE_ERROR = /chaincode response \d+/
const MESSAGE_TOO_LARGE = /larger than max|exceeds maximum|REQUEST_ENTITY_TOO_LARGE/i
const IDENTITY_REFUSED =
  /access denied|creator's signature|certificate has (?:expired|been revoked)/i

/**
 * Classifies a failed endorsement. Nothing has been ordered, so that trying again is always safe,
 * and a failure that is not known is taken for a network that will come back: among them are
 * "could not launch chaincode", "no combination of peers can be derived" and "too many requests".
 */
export function classifyEndorsement({ code, messages }: CallFailure): FailureKind {
  const says = (pattern: RegExp): boolean => messages.some((message) => pattern.test(message))
  if (says(MISMATCH)) return 'mismatch'
  if (says(CHAINCODE_ERROR) || says(MESSAGE_TOO_LARGE)) return 'fault'
  if (CODES_OF_REFUSAL.includes(code) || says(IDENTITY_REFUSED)) return 'denied'
  return 'unavailable'
}

/** What a failed submission says of the transaction. */
export type SubmissionDoubt =
  /** An orderer has it: its block is on the way. */
  | 'ordered'
  /** It may be ordered or not. */
  | 'doubtful'
  /** No orderer takes it, however often it comes. */
  | 'too large'

/** Both words come from an orderer that has the very same envelope, waiting or in a block. */
const ALREADY_THERE = /request already (?:exists|processed)/

/** Classifies a failed submission; only its size is held against it for good. */
export function classifySubmission({ messages }: CallFailure): SubmissionDoubt {
  if (messages.some((message) => ALREADY_THERE.test(message))) return 'ordered'
  return messages.some((message) => MESSAGE_TOO_LARGE.test(message)) ? 'too large' : 'doubtful'
}

/** Invalid because of what else was committed between endorsement and validation. */
const CONFLICTS = ['MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT']

/** Invalid because of what the endorsers or the channel went by. */
const OUTDATED = ['ENDORSEMENT_POLICY_FAILURE', 'EXPIRED_CHAINCODE', 'CHAINCODE_VERSION_CONFLICT']

/**
 * Classifies the validation code of a transaction that is in a block and not valid.
 * `rulesChanged`: policies, members or the chaincode's definition changed around its endorsement.
 */
export function classifyValidation(code: string, rulesChanged: boolean): FailureKind {
  if (CONFLICTS.includes(code)) return 'conflict'
  return OUTDATED.includes(code) && rulesChanged ? 'policy' : 'denied'
}
