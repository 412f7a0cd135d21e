import { ledger, peer } from '@hyperledger/fabric-protos'
import { chaincodeOfHeader, transactionId } from '../network/embedded/proposal.ts'
import type { KeyRead, NamespaceReadWriteSet } from '../network/embedded/read-write-set.ts'
import { decodeReadWriteSet } from '../network/embedded/read-write-set.ts'
import { sha256 } from '../network/embedded/signing.ts'
import type { EndorsedAction, OpenedEnvelope } from '../network/embedded/transaction.ts'
import { openAction } from '../network/embedded/transaction.ts'
import type { ChannelTerms } from './channel-terms.ts'

const { kvrwset, TxReadWriteSet } = ledger.rwset

/** What a verdict hangs on besides the transaction itself. */
export interface VerdictContext {
  readonly terms: ChannelTerms
  /** Transactions of the blocks before, and of this one before this. */
  readonly knownIds: ReadonlySet<string>
  readonly isUnchanged: (namespace: string, read: KeyRead) => boolean
}

/** Good in itself, or the first thing that is wrong with it. */
export type Verdict =
  | { readonly isGood: true; readonly action: EndorsedAction; readonly set: NamespaceReadWriteSet }
  | { readonly isGood: false; readonly fault: string }

/** Judges a transaction of the ledger's chaincode by Fabric's rules, in Fabric's order. */
export function judgeTransaction(
  envelope: OpenedEnvelope,
  chaincode: string,
  context: VerdictContext,
): Verdict {
  const fault = faultOfEnvelope(envelope, context)
  if (fault !== undefined) return bad(fault)
  const action = attempt(() => openAction(envelope.data))
  if (action === undefined) return bad('it has not one endorsed action')
  const actionFault = faultOfAction(envelope, action, chaincode, context.terms)
  if (actionFault !== undefined) return bad(actionFault)
  const sets = attempt(() => decodeReadWriteSet(action.chaincodeAction.getResults_asU8()))
  if (sets === undefined) return bad('its reads and writes cannot be read')
  const own = sets.find(({ namespace }) => namespace === chaincode)
  const set = own ?? { namespace: chaincode, reads: [], ranges: [], writes: [] }
  const strangers = sets.filter((other) => other !== own && other.writes.length > 0)
  if (strangers.length > 0) return bad('it writes for another chaincode')
  if (set.ranges.length > 0) return bad('it reads a range')
  // Those of Fabric's own too: a transaction is void once the chaincode's definition has changed.
  for (const { namespace, reads } of sets) {
    const stale = reads.find((read) => !context.isUnchanged(namespace, read))
    if (stale !== undefined) return bad(`${stale.key} has changed since it was read`)
  }
  return { isGood: true, action, set }
}

/** Signatures that do not hold in a transaction of another chaincode; its policy is not judged. */
export function faultOfStranger(
  envelope: OpenedEnvelope,
  context: VerdictContext,
): string | undefined {
  const fault = faultOfEnvelope(envelope, context)
  if (fault !== undefined) return fault
  const action = attempt(() => openAction(envelope.data))
  if (action === undefined) return 'it has not one endorsed action'
  if (!endorsesProposal(envelope, action)) return 'its endorsements are of another proposal'
  const isSigned = endorsingOrganisations(action, context.terms).size > 0
  return isSigned ? undefined : 'none of its endorsements holds'
}

/** The keys that a transaction of any chaincode writes, but for private data: by their namespaces. */
export function publicWritesOf(
  envelope: OpenedEnvelope,
): readonly [namespace: string, key: string][] {
  const results = attempt(() => openAction(envelope.data).chaincodeAction.getResults_asU8())
  const sets = TxReadWriteSet.deserializeBinary(results ?? new Uint8Array()).getNsRwsetList()
  return sets.flatMap((set) =>
    kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8())
      .getWritesList()
      .map((write): [string, string] => [set.getNamespace(), write.getKey()]),
  )
}

/** The chaincode that an envelope calls, by its header; empty when it says none. */
export function calledChaincode({ channelHeader }: OpenedEnvelope): string {
  return attempt(() => chaincodeOfHeader(channelHeader)) ?? ''
}

function faultOfEnvelope(
  { channelHeader, creator, nonce, payloadBytes, signature }: OpenedEnvelope,
  { terms, knownIds }: VerdictContext,
): string | undefined {
  const id = channelHeader.getTxId()
  if (channelHeader.getChannelId() !== terms.channel) return 'it is for another channel'
  if (id !== transactionId(nonce, creator)) return 'its id is not that of its nonce and creator'
  if (knownIds.has(id)) return 'its id was used before'
  const submitter = terms.membership.authenticate(creator, signature, payloadBytes)
  if (submitter === undefined || submitter.role === 'peer') {
    return 'the signature of its submitter does not hold'
  }
  return undefined
}

function faultOfAction(
  envelope: OpenedEnvelope,
  action: EndorsedAction,
  chaincode: string,
  terms: ChannelTerms,
): string | undefined {
  if (!endorsesProposal(envelope, action)) return 'its endorsements are of another proposal'
  if (action.chaincodeAction.getChaincodeId()?.getName() !== chaincode) {
    return 'another chaincode was executed than was called'
  }
  const organisations = endorsingOrganisations(action, terms)
  const counted = [...organisations].filter((id) => terms.endorsers.has(id))
  if (counted.length >= terms.endorsementsNeeded) return undefined
  const needed = String(terms.endorsementsNeeded)
  return `endorsed by ${counted.sort().join(', ') || 'nobody'}, and ${needed} are needed`
}

function endorsesProposal({ header }: OpenedEnvelope, action: EndorsedAction): boolean {
  const { signatureHeader, proposalPayload, proposalHash } = action
  const made = sha256(header.getChannelHeader_asU8(), signatureHeader, proposalPayload)
  return made.equals(proposalHash)
}

function endorsingOrganisations(action: EndorsedAction, { membership }: ChannelTerms): Set<string> {
  const found = new Set<string>()
  for (const endorsement of action.endorsements) {
    const endorser = endorsement.getEndorser_asU8()
    const signature = endorsement.getSignature_asU8()
    const identity = membership.authenticate(endorser, signature, action.responsePayload, endorser)
    if (identity?.role === 'peer') found.add(identity.mspId)
  }
  return found
}

/** The arguments of the call: the function's name first. Throws on bytes that are no call. */
export function argumentsOf({ proposalPayload }: EndorsedAction): string[] {
  const input = peer.ChaincodeProposalPayload.deserializeBinary(proposalPayload).getInput_asU8()
  const call = peer.ChaincodeInvocationSpec.deserializeBinary(input).getChaincodeSpec()?.getInput()
  return (call?.getArgsList_asU8() ?? []).map((bytes) => Buffer.from(bytes).toString('utf8'))
}

function bad(fault: string): Verdict {
  return { isGood: false, fault }
}

/** Bytes that cannot be read are a verdict, not a failure of whoever judges. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
