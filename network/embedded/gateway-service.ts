import { status } from '@grpc/grpc-js'
import { common, gateway, peer } from '@hyperledger/fabric-protos'
import { streamChaincodeEvents } from './chaincode-events.ts'
import type { ChannelLedger } from './channel-ledger.ts'
import { assembleTransaction, responsePayload } from './endorser.ts'
import type { EndorsingPeer, SimulationOutcome } from './endorser.ts'
import type { Membership } from './membership.ts'
import { claimedMspId } from './membership.ts'
import { authenticateProposal, unpackProposal } from './proposal.ts'
import type { Proposal } from './proposal.ts'
import type { ResponseStream } from './response-stream.ts'
import { RpcFailure } from './rpc-failure.ts'
import type { NodeFailure } from './rpc-failure.ts'
import { openEnvelope } from './transaction.ts'
import type { OpenedEnvelope } from './transaction.ts'

const DETAILS = ', see attached details for more info'
const RESPONSE_ERROR_THRESHOLD = 400

export interface GatewayDependencies {
  readonly channel: string
  readonly chaincodes: ReadonlySet<string>
  readonly ledger: ChannelLedger
  readonly membership: Membership
  readonly peers: readonly [EndorsingPeer, ...EndorsingPeer[]]
}

/**
 * What Fabric's peer gateway does for a client. The gateway's own organisation, to Fabric the one
 * that runs the peer, is here the organisation of whoever calls. All methods throw `RpcFailure`.
 */
export class GatewayService {
  readonly #dependencies: GatewayDependencies

  constructor(dependencies: GatewayDependencies) {
    this.#dependencies = dependencies
  }

  async evaluate(request: gateway.EvaluateRequest): Promise<gateway.EvaluateResponse> {
    const proposal = this.#receive(request.getProposedTransaction())
    const [executor] = this.#endorsersFor(proposal, request.getTargetOrganizationsList())
    const prefix = 'evaluate call to endorser returned error: '
    const refusal = this.#refusalOf(proposal)
    if (refusal !== undefined) {
      const failures = [{ mspId: executor.mspId, message: refusal }]
      throw new RpcFailure(status.FAILED_PRECONDITION, prefix + refusal, failures)
    }
    const simulated = await this.#dependencies.ledger.lock.shared(
      async () => await simulate(executor, proposal),
    )
    if ('failure' in simulated) {
      const code = simulated.byChaincode ? status.UNKNOWN : status.ABORTED
      throw new RpcFailure(code, prefix + simulated.failure.message, [simulated.failure])
    }
    const { result } = simulated.outcome
    const answer = new peer.Response()
    answer.setStatus(result.status)
    answer.setMessage(result.message)
    answer.setPayload(result.payload)
    const response = new gateway.EvaluateResponse()
    response.setResult(answer)
    return response
  }

  async endorse(request: gateway.EndorseRequest): Promise<gateway.EndorseResponse> {
    const proposal = this.#receive(request.getProposedTransaction())
    const requested = request.getEndorsingOrganizationsList()
    const endorsers = this.#endorsersFor(proposal, requested)
    const refusal = this.#refusalOf(proposal)
    if (refusal !== undefined) {
      const byFirst = requested.length === 0
      const refusing = byFirst ? endorsers.slice(0, 1) : endorsers
      const failures = refusing.map(({ mspId }) => ({ mspId, message: refusal }))
      throw endorsementFailure(byFirst, failures)
    }
    const payload = await this.#dependencies.ledger.lock.shared(
      async () => await agreedPayload(proposal, endorsers, requested.length === 0),
    )
    const endorsements = endorsers.map((endorser) => endorser.endorse(payload))
    const response = new gateway.EndorseResponse()
    response.setPreparedTransaction(assembleTransaction(proposal, payload, endorsements))
    return response
  }

  async submit(request: gateway.SubmitRequest): Promise<gateway.SubmitResponse> {
    const transaction = request.getPreparedTransaction()
    if (!transaction) throw invalidArgument('a prepared transaction is required')
    if (transaction.getSignature_asU8().length === 0) {
      throw invalidArgument('prepared transaction must be signed')
    }
    this.#dependencies.ledger.order(this.#admit(transaction))
    return new gateway.SubmitResponse()
  }

  /** Waits until the transaction has been committed, valid or not, or the signal aborts. */
  async commitStatus(
    signed: gateway.SignedCommitStatusRequest,
    signal: AbortSignal,
  ): Promise<gateway.CommitStatusResponse> {
    const bytes = signed.getRequest_asU8()
    const request = decode(() => gateway.CommitStatusRequest.deserializeBinary(bytes))
    const txId = request.getTransactionId()
    if (txId === '') throw invalidArgument('transaction ID should not be empty')
    this.#authorise(request, bytes, signed.getSignature_asU8())
    const { store, feed } = this.#dependencies.ledger
    let position = store.transaction(txId)
    while (!position) {
      await feed.next(signal)
      position = store.transaction(txId)
    }
    const response = new gateway.CommitStatusResponse()
    response.setResult(
      position.validationCode as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap],
    )
    response.setBlockNumber(position.blockNumber)
    return response
  }

  async chaincodeEvents(
    signed: gateway.SignedChaincodeEventsRequest,
    stream: ResponseStream<gateway.ChaincodeEventsResponse>,
  ): Promise<void> {
    const bytes = signed.getRequest_asU8()
    const request = decode(() => gateway.ChaincodeEventsRequest.deserializeBinary(bytes))
    this.#authorise(request, bytes, signed.getSignature_asU8())
    await streamChaincodeEvents(request, this.#dependencies.ledger, stream)
  }

  #receive(signed: peer.SignedProposal | undefined): Proposal {
    this.#dependencies.ledger.feed.assertOpen()
    const proposal = unpackProposal(signed)
    const { channel, chaincodes } = this.#dependencies
    if (proposal.channel !== channel || !chaincodes.has(proposal.chaincode)) {
      throw new RpcFailure(
        status.FAILED_PRECONDITION,
        `no peers available for chaincode ${proposal.chaincode} in channel ${proposal.channel}`,
      )
    }
    return proposal
  }

  /** Those asked for; otherwise a majority, the caller's own organisation first. */
  #endorsersFor(
    proposal: Proposal,
    requested: readonly string[],
  ): readonly [EndorsingPeer, ...EndorsingPeer[]] {
    const { peers, membership } = this.#dependencies
    const caller = claimedMspId(proposal.creator)
    const own = peers.find(({ mspId }) => mspId === caller) ?? peers[0]
    if (requested.length === 0) {
      const others = peers.filter((other) => other !== own)
      return [own, ...others.slice(0, membership.majority - 1)]
    }
    const chosen = [...new Set(requested)].map((wanted) => {
      const found = peers.find(({ mspId }) => mspId === wanted)
      if (found) return found
      const message = `failed to find any endorsing peers for org(s): ${wanted}`
      throw new RpcFailure(status.UNAVAILABLE, message)
    })
    const [first = own, ...rest] = chosen
    return [first, ...rest]
  }

  /** Why a peer would not even execute the proposal. */
  #refusalOf(proposal: Proposal): string | undefined {
    const { membership, ledger } = this.#dependencies
    try {
      authenticateProposal(proposal, membership)
    } catch (error) {
      return messageOf(error)
    }
    const known = ledger.store.transaction(proposal.txId)
    return known && `duplicate transaction found [${proposal.txId}]`
  }

  /** What an orderer checks before it accepts an envelope. */
  #admit(transaction: common.Envelope): OpenedEnvelope {
    const { channel, membership } = this.#dependencies
    let envelope: OpenedEnvelope
    try {
      envelope = openEnvelope(transaction)
    } catch (error) {
      throw ordererRefusal('BAD_REQUEST', messageOf(error))
    }
    const { channelHeader, creator, signature, payloadBytes } = envelope
    if (channelHeader.getChannelId() !== channel) {
      throw ordererRefusal('NOT_FOUND', `channel ${channelHeader.getChannelId()} does not exist`)
    }
    if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION) {
      throw ordererRefusal('BAD_REQUEST', `transactions of type ${channelHeader.getType()}`)
    }
    const identity = membership.authenticate(creator, signature, payloadBytes)
    if (!identity || identity.role === 'peer') {
      throw ordererRefusal('FORBIDDEN', 'the creator or its signature is not valid')
    }
    return envelope
  }

  #authorise(
    request: { getChannelId(): string; getIdentity_asU8(): Uint8Array },
    bytes: Uint8Array,
    signature: Uint8Array,
  ): void {
    const { channel, membership } = this.#dependencies
    const identity = membership.authenticate(request.getIdentity_asU8(), signature, bytes)
    if (request.getChannelId() !== channel || !identity) {
      const message = `access denied: channel [${request.getChannelId()}]`
      throw new RpcFailure(status.PERMISSION_DENIED, message)
    }
  }
}

type Simulated =
  | { readonly outcome: SimulationOutcome }
  | { readonly failure: NodeFailure; readonly byChaincode: boolean }

async function simulate(executor: EndorsingPeer, proposal: Proposal): Promise<Simulated> {
  const { mspId } = executor
  try {
    const outcome = await executor.simulate(proposal)
    const { result } = outcome
    if (result.status < RESPONSE_ERROR_THRESHOLD) return { outcome }
    const message = `chaincode response ${result.status}, ${result.message}`
    return { failure: { mspId, message }, byChaincode: true }
  } catch (error) {
    return { failure: { mspId, message: messageOf(error) }, byChaincode: false }
  }
}

/** The response payload that all endorsers come to; ABORTED when one fails or differs. */
async function agreedPayload(
  proposal: Proposal,
  endorsers: readonly EndorsingPeer[],
  firstIsTrial: boolean,
): Promise<Uint8Array> {
  let agreed: Uint8Array | undefined
  const failures: NodeFailure[] = []
  for (const [index, endorser] of endorsers.entries()) {
    const simulated = await simulate(endorser, proposal)
    if ('failure' in simulated) {
      failures.push(simulated.failure)
      if (firstIsTrial && index === 0) throw endorsementFailure(true, failures)
      continue
    }
    const payload = responsePayload(proposal, simulated.outcome)
    agreed ??= payload
    if (Buffer.compare(agreed, payload) !== 0) {
      const message = 'ProposalResponsePayloads do not match'
      failures.push({ mspId: endorser.mspId, message })
    }
  }
  if (agreed === undefined || failures.length > 0) throw endorsementFailure(false, failures)
  return agreed
}

/** Fabric words it differently when already the first endorser, which makes the plan, fails. */
function endorsementFailure(byFirst: boolean, failures: readonly NodeFailure[]): RpcFailure {
  const what = byFirst
    ? 'failed to endorse transaction'
    : 'failed to collect enough transaction endorsements'
  return new RpcFailure(status.ABORTED, what + DETAILS, failures)
}

function ordererRefusal(code: keyof typeof common.Status, info: string): RpcFailure {
  const message = `received unsuccessful response from orderer: status=${code}, info=${info}`
  return new RpcFailure(status.ABORTED, message)
}

function decode<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw invalidArgument(`invalid request: ${messageOf(error)}`)
  }
}

function invalidArgument(message: string): RpcFailure {
  return new RpcFailure(status.INVALID_ARGUMENT, message)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
