import { common, peer } from '@hyperledger/fabric-protos'
import { BlockUpdates } from './block-updates.ts'
import { proposalHash } from './endorser.ts'
import type { LedgerStore, StateUpdate, TransactionSummary } from './ledger-store.ts'
import type { Membership } from './membership.ts'
import { chaincodeOfHeader, transactionId } from './proposal.ts'
import { decodeReadWriteSet } from './read-write-set.ts'
import type { NamespaceReadWriteSet } from './read-write-set.ts'
import { chaincodeEvent, openAction } from './transaction.ts'
import type { EndorsedAction, OpenedEnvelope } from './transaction.ts'

const { TxValidationCode } = peer
type ValidationCode = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap]

/** What validating a block decides. */
export interface ValidatedBlock {
  readonly transactions: readonly TransactionSummary[]
  readonly updates: readonly StateUpdate[]
}

/** What the validation of transactions depends on besides the transactions. */
export interface ValidationContext {
  readonly store: LedgerStore
  readonly membership: Membership
  readonly chaincodes: ReadonlySet<string>
}

/** One transaction on its way through the steps; `code` is the first thing found wrong. */
interface Candidate {
  readonly txId: string
  code: ValidationCode
  readonly event: peer.ChaincodeEvent | undefined
  readonly readWriteSets: readonly NamespaceReadWriteSet[]
}

/**
 * Validates the transactions of a block with Fabric's rules, in Fabric's order: form, known
 * transaction id, endorsement policy, id repeated in this block, reads. Whoever made the envelopes
 * has already been authenticated at the ordering service.
 */
export function validateBlock(
  blockNumber: number,
  envelopes: readonly OpenedEnvelope[],
  context: ValidationContext,
): ValidatedBlock {
  const candidates = envelopes.map((envelope) => examine(envelope, context))
  markRepeatedIds(candidates)
  const updates = new BlockUpdates(context.store)
  for (const [transactionNumber, candidate] of candidates.entries()) {
    if (candidate.code !== TxValidationCode.VALID) continue
    candidate.code = checkReads(candidate.readWriteSets, updates)
    if (candidate.code !== TxValidationCode.VALID) continue
    for (const set of candidate.readWriteSets) {
      updates.apply(set, { blockNumber, transactionNumber })
    }
  }
  return {
    transactions: candidates.map(({ txId, code, event }) => ({
      txId,
      type: common.HeaderType.ENDORSER_TRANSACTION,
      validationCode: code,
      event: event && { chaincode: event.getChaincodeId(), name: event.getEventName() },
    })),
    updates: updates.list(),
  }
}

function examine(envelope: OpenedEnvelope, context: ValidationContext): Candidate {
  const txId = envelope.channelHeader.getTxId()
  const rejected = (code: ValidationCode, event?: peer.ChaincodeEvent): Candidate => ({
    txId,
    code,
    event,
    readWriteSets: [],
  })
  if (envelope.channelHeader.getEpoch() !== 0 || envelope.nonce.length === 0) {
    return rejected(TxValidationCode.BAD_COMMON_HEADER)
  }
  if (txId !== transactionId(envelope.nonce, envelope.creator)) {
    return rejected(TxValidationCode.BAD_PROPOSAL_TXID)
  }
  const action = attempt(() => openAction(envelope.data))
  if (!action || !endorsesProposal(envelope, action)) {
    return rejected(TxValidationCode.INVALID_ENDORSER_TRANSACTION)
  }
  if (context.store.transaction(txId)) return rejected(TxValidationCode.DUPLICATE_TXID)
  const readWriteSets = attempt(() => decodeReadWriteSet(action.chaincodeAction.getResults_asU8()))
  if (!readWriteSets) return rejected(TxValidationCode.BAD_RWSET)
  const event = attempt(() => chaincodeEvent(action.chaincodeAction))
  const code = checkEndorsement(envelope, action, readWriteSets, event, context)
  return code === TxValidationCode.VALID
    ? { txId, code, event, readWriteSets }
    : rejected(code, event)
}

function endorsesProposal({ header }: OpenedEnvelope, action: EndorsedAction): boolean {
  const { signatureHeader, proposalPayload } = action
  const expected = proposalHash(header.getChannelHeader_asU8(), signatureHeader, proposalPayload)
  return expected.equals(action.proposalHash)
}

function checkEndorsement(
  envelope: OpenedEnvelope,
  action: EndorsedAction,
  readWriteSets: readonly NamespaceReadWriteSet[],
  event: peer.ChaincodeEvent | undefined,
  context: ValidationContext,
): ValidationCode {
  const nameFault = checkChaincodeName(envelope, action)
  if (nameFault !== undefined) return nameFault
  const chaincode = action.chaincodeAction.getChaincodeId()?.getName() ?? ''
  const hasEvent = action.chaincodeAction.getEvents_asU8().length > 0
  if (hasEvent && event?.getChaincodeId() !== chaincode) {
    return TxValidationCode.INVALID_OTHER_REASON
  }
  const named = new Set(readWriteSets.map(({ namespace }) => namespace))
  if (named.size < readWriteSets.length) return TxValidationCode.ILLEGAL_WRITESET
  const written = readWriteSets.filter(({ writes }) => writes.length > 0)
  const namespaces = [chaincode, ...written.map(({ namespace }) => namespace)]
  if (namespaces.some((namespace) => !context.chaincodes.has(namespace))) {
    return TxValidationCode.INVALID_CHAINCODE
  }
  return endorsingOrganisations(action, context.membership).size >= context.membership.majority
    ? TxValidationCode.VALID
    : TxValidationCode.ENDORSEMENT_POLICY_FAILURE
}

/** The chaincode that was asked for and the one that was executed must be named, and be one. */
function checkChaincodeName(
  { channelHeader }: OpenedEnvelope,
  { chaincodeAction }: EndorsedAction,
): ValidationCode | undefined {
  const executed = chaincodeAction.getChaincodeId()
  const asked = attempt(() => chaincodeOfHeader(channelHeader))
  if (asked === undefined || executed === undefined) return TxValidationCode.INVALID_OTHER_REASON
  const isOne = asked !== '' && asked === executed.getName() && executed.getVersion() !== ''
  return isOne ? undefined : TxValidationCode.INVALID_CHAINCODE
}

function endorsingOrganisations(action: EndorsedAction, membership: Membership): Set<string> {
  const mspIds = new Set<string>()
  for (const endorsement of action.endorsements) {
    const endorser = endorsement.getEndorser_asU8()
    const signature = endorsement.getSignature_asU8()
    const identity = membership.authenticate(endorser, signature, action.responsePayload, endorser)
    if (identity?.role === 'peer') mspIds.add(identity.mspId)
  }
  return mspIds
}

function markRepeatedIds(candidates: readonly Candidate[]): void {
  const seen = new Set<string>()
  for (const candidate of candidates) {
    if (candidate.code !== TxValidationCode.VALID) continue
    if (seen.has(candidate.txId)) candidate.code = TxValidationCode.DUPLICATE_TXID
    seen.add(candidate.txId)
  }
}

function checkReads(
  readWriteSets: readonly NamespaceReadWriteSet[],
  updates: BlockUpdates,
): ValidationCode {
  for (const { namespace, reads, ranges } of readWriteSets) {
    if (!reads.every((read) => updates.isUnchanged(namespace, read))) {
      return TxValidationCode.MVCC_READ_CONFLICT
    }
    if (!ranges.every((range) => updates.isRangeUnchanged(namespace, range))) {
      return TxValidationCode.PHANTOM_READ_CONFLICT
    }
  }
  return TxValidationCode.VALID
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
