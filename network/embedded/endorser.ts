import { createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { common, msp, peer } from '@hyperledger/fabric-protos'
import { ChaincodeHost } from './chaincode-host.ts'
import type { ChaincodeResult, ContractClass } from './chaincode-host.ts'
import type { KeyPair } from './identity-material.ts'
import type { Proposal } from './proposal.ts'
import { encodeReadWriteSet } from './read-write-set.ts'
import type { NamespaceReadWriteSet } from './read-write-set.ts'
import { sha256, signLowS } from './signing.ts'
import { Simulation } from './simulation.ts'
import type { StateReader } from './simulation.ts'

/** What a chaincode is called within transactions; the embedded ledger knows one version of each. */
export const CHAINCODE_VERSION = '1.0'

/** What one peer made of a proposal. */
export interface SimulationOutcome {
  readonly result: ChaincodeResult
  readonly readWriteSet: NamespaceReadWriteSet
}

export interface ChaincodeDefinition {
  readonly name: string
  readonly contracts: readonly ContractClass[]
}

const EXECUTION_TIMEOUT_MS = 30_000

/** One organisation's endorsing peer: its own contract instances and its own key. */
export class EndorsingPeer {
  readonly mspId: string
  readonly #state: StateReader
  readonly #chaincodes: ReadonlyMap<string, ChaincodeHost>
  readonly #privateKey: KeyObject
  readonly #serializedIdentity: Uint8Array

  constructor(
    mspId: string,
    keyPair: KeyPair,
    chaincodes: readonly ChaincodeDefinition[],
    state: StateReader,
  ) {
    this.mspId = mspId
    this.#state = state
    this.#chaincodes = new Map(
      chaincodes.map(({ name, contracts }) => [name, new ChaincodeHost(contracts)]),
    )
    this.#privateKey = createPrivateKey(keyPair.privateKey)
    const identity = new msp.SerializedIdentity()
    identity.setMspid(mspId)
    identity.setIdBytes(Buffer.from(keyPair.certificate))
    this.#serializedIdentity = identity.serializeBinary()
  }

  /** Executes the proposal over the committed state; throws when the chaincode is not here. */
  async simulate(proposal: Proposal): Promise<SimulationOutcome> {
    const host = this.#chaincodes.get(proposal.chaincode)
    if (!host) throw new Error(`chaincode ${proposal.chaincode} is not deployed`)
    const simulation = new Simulation(proposal.chaincode, this.#state)
    const call = {
      channel: proposal.channel,
      txId: proposal.txId,
      input: proposal.input,
      signedProposal: proposal.signed,
      mspId: this.mspId,
    }
    try {
      const result = await withTimeout(host.invoke(call, simulation))
      return { result, readWriteSet: simulation.finish() }
    } catch (error) {
      simulation.finish()
      throw error
    }
  }

  /** Signs a response payload as this peer. */
  endorse(payload: Uint8Array): peer.Endorsement {
    const endorsement = new peer.Endorsement()
    endorsement.setEndorser(this.#serializedIdentity)
    endorsement.setSignature(signLowS(this.#privateKey, payload, this.#serializedIdentity))
    return endorsement
  }
}

/** Puts proposal and endorsements together into the envelope that the client signs. */
export function assembleTransaction(
  proposal: Proposal,
  payload: Uint8Array,
  endorsements: readonly peer.Endorsement[],
): common.Envelope {
  const endorsedAction = new peer.ChaincodeEndorsedAction()
  endorsedAction.setProposalResponsePayload(payload)
  endorsedAction.setEndorsementsList([...endorsements])
  const actionPayload = new peer.ChaincodeActionPayload()
  actionPayload.setChaincodeProposalPayload(proposal.payloadBytes)
  actionPayload.setAction(endorsedAction)
  const action = new peer.TransactionAction()
  action.setHeader(proposal.header.getSignatureHeader_asU8())
  action.setPayload(actionPayload.serializeBinary())
  const transaction = new peer.Transaction()
  transaction.addActions(action)
  const body = new common.Payload()
  body.setHeader(proposal.header)
  body.setData(transaction.serializeBinary())
  const envelope = new common.Envelope()
  envelope.setPayload(body.serializeBinary())
  return envelope
}

/** Fabric's proposal hash: over both headers and the payload without transient data. */
export function proposalHash(
  channelHeader: Uint8Array,
  signatureHeader: Uint8Array,
  payloadBytes: Uint8Array,
): Buffer {
  return sha256(channelHeader, signatureHeader, payloadBytes)
}

/** The bytes that endorsers sign and must agree on. */
export function responsePayload(
  proposal: Proposal,
  { result, readWriteSet }: SimulationOutcome,
): Uint8Array {
  const chaincodeId = new peer.ChaincodeID()
  chaincodeId.setName(proposal.chaincode)
  chaincodeId.setVersion(CHAINCODE_VERSION)
  const response = new peer.Response()
  response.setStatus(result.status)
  response.setMessage(result.message)
  response.setPayload(result.payload)
  const action = new peer.ChaincodeAction()
  action.setChaincodeId(chaincodeId)
  action.setResponse(response)
  action.setResults(encodeReadWriteSet(readWriteSet))
  if (result.event) {
    const event = new peer.ChaincodeEvent()
    event.setChaincodeId(proposal.chaincode)
    event.setTxId(proposal.txId)
    event.setEventName(result.event.name)
    event.setPayload(result.event.payload)
    action.setEvents(event.serializeBinary())
  }
  const payload = new peer.ProposalResponsePayload()
  const { header } = proposal
  payload.setProposalHash(
    proposalHash(
      header.getChannelHeader_asU8(),
      header.getSignatureHeader_asU8(),
      proposal.payloadBytes,
    ),
  )
  payload.setExtension$(action.serializeBinary())
  return payload.serializeBinary()
}

async function withTimeout<T>(execution: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new Error(`timeout expired while executing transaction (${EXECUTION_TIMEOUT_MS} ms)`))
  }, EXECUTION_TIMEOUT_MS)
  try {
    return await Promise.race([execution, promise])
  } finally {
    clearTimeout(timer)
  }
}
