import { createRequire } from 'node:module'
import { JSONSerializer } from 'fabric-contract-api'
import type { Contract } from 'fabric-contract-api'
import type { peer } from '@hyperledger/fabric-protos'
import type { RangeCursor, Simulation } from './simulation.ts'

/** A class that extends fabric-contract-api's `Contract`. */
export type ContractClass = new () => Contract

/** One call as the peer hands it to a chaincode. */
export interface ChaincodeCall {
  readonly channel: string
  readonly txId: string
  readonly input: peer.ChaincodeInput
  readonly signedProposal: peer.SignedProposal
  /** The organisation whose peer executes. */
  readonly mspId: string
}

export interface ChaincodeResult {
  /** 200 when good, 500 when the contract threw. */
  readonly status: number
  readonly message: string
  readonly payload: Uint8Array
  readonly event: { readonly name: string; readonly payload: Uint8Array } | undefined
}

/** The dispatcher and stub of fabric-shim, as far as they are used; they come without types. */
interface ShimStub {
  readonly chaincodeEvent?: { getEventName(): string; getPayload_asU8(): Uint8Array }
}
interface ShimResponse {
  readonly status?: number
  readonly message?: string
  readonly payload?: Uint8Array
}
interface ShimDispatcher {
  Invoke(stub: ShimStub): Promise<ShimResponse | undefined>
}
interface ShimLogger {
  debug: (...parts: unknown[]) => void
  readonly exceptions: { unhandle(): void }
}
interface ShimLogging {
  getLogger(name: string): ShimLogger
  setLevel(level: string): void
}

const require = createRequire(import.meta.url)
const logging = silenceLogging()
const ShimStubClass = require('fabric-shim/lib/stub.js') as new (
  handler: object,
  channel: string,
  txId: string,
  input: peer.ChaincodeInput,
  signedProposal: peer.SignedProposal,
) => ShimStub
const Dispatcher = require('fabric-shim/lib/contract-spi/chaincodefromcontract.js') as new (
  contracts: ContractClass[],
  serializers: object,
) => ShimDispatcher
disarmLogging()

class EmbeddedStub extends ShimStubClass {
  readonly #mspId: string

  constructor(call: ChaincodeCall, simulation: Simulation) {
    super(stubHandler(simulation), call.channel, call.txId, call.input, call.signedProposal)
    this.#mspId = call.mspId
  }

  getMspID(): string {
    return this.#mspId
  }
}

/** One organisation's installation of a chaincode: contract instances and their dispatcher. */
export class ChaincodeHost {
  readonly #dispatcher: ShimDispatcher

  constructor(contracts: readonly ContractClass[]) {
    const serializers = {
      transaction: 'jsonSerializer',
      serializers: { jsonSerializer: JSONSerializer },
    }
    this.#dispatcher = new Dispatcher([...contracts], serializers)
  }

  /** Runs one transaction function; what the contract throws is in the result. */
  async invoke(call: ChaincodeCall, simulation: Simulation): Promise<ChaincodeResult> {
    const stub = new EmbeddedStub(call, simulation)
    const response = await this.#dispatcher.Invoke(stub)
    const event = stub.chaincodeEvent
    return {
      status: response?.status ?? 500,
      message: response?.message ?? '',
      payload: response?.payload ?? new Uint8Array(),
      event: event && { name: event.getEventName(), payload: event.getPayload_asU8() },
    }
  }
}

/** What fabric-shim's stub asks of the peer; all that is not simulated refuses. */
function stubHandler(simulation: Simulation) {
  return {
    handleGetState: async (collection: string, key: string) => {
      assertPublic(collection)
      return simulation.getState(key)
    },
    handlePutState: async (collection: string, key: string, value: Uint8Array) => {
      assertPublic(collection)
      simulation.putState(key, value)
    },
    handleDeleteState: async (collection: string, key: string) => {
      assertPublic(collection)
      simulation.deleteState(key)
    },
    handleGetStateByRange: async (
      collection: string,
      startKey: string,
      endKey: string,
      _channel: string,
      _txId: string,
      pagination?: Uint8Array,
    ) => {
      assertPublic(collection)
      if (pagination) throw notSupported('a paginated query')
      return { iterator: iteratorOver(simulation.openRange(startKey, endKey)) }
    },
    handlePurgeState: refuse('private data'),
    handleGetPrivateDataHash: refuse('private data'),
    handlePutStateMetadata: refuse('key-level endorsement'),
    handleGetStateMetadata: refuse('key-level endorsement'),
    handleGetQueryResult: refuse('a rich query'),
    handleGetHistoryForKey: refuse('key history'),
    handleInvokeChaincode: refuse('calling another chaincode'),
  }
}

function iteratorOver(cursor: RangeCursor) {
  return {
    next: async () => {
      const value = cursor.next()
      return value ? { value, done: false } : { done: true }
    },
    close: async () => {},
  }
}

function assertPublic(collection: string): void {
  if (collection !== '') throw notSupported('private data')
}

function refuse(feature: string): () => Promise<never> {
  return async () => {
    throw notSupported(feature)
  }
}

function notSupported(feature: string): Error {
  return new Error(`${feature} is not supported by the embedded ledger`)
}

/** Everything fabric-shim logs goes to stdout; only who asks for it by the variable gets it. */
function silenceLogging(): ShimLogging {
  const variable = 'CORE_CHAINCODE_LOGGING_LEVEL'
  const loaded = require('fabric-shim/lib/logger.js') as ShimLogging
  const contractApi = require('fabric-contract-api/lib/logger.js') as ShimLogging
  if (process.env[variable] === undefined) {
    loaded.setLevel('CRITICAL')
    contractApi.setLevel('CRITICAL')
    // setLevel leaves winston's name there, which getLogger would read as the default level.
    process.env[variable] = 'CRITICAL'
  }
  return loaded
}

/**
 * On loading, fabric-shim makes its logger swallow uncaught exceptions and unhandled rejections
 * of the whole process; bugs must stop the process instead. And its debug calls on hot paths
 * format their text even when nothing is logged.
 */
function disarmLogging(): void {
  const contractApi = require('fabric-contract-api/lib/logger.js') as ShimLogging
  for (const loaded of [logging, contractApi]) loaded.getLogger('_').exceptions.unhandle()
  for (const listener of process.listeners('unhandledRejection')) {
    if (listener.name === 'loggerUnhandledRejectionFn') {
      process.removeListener('unhandledRejection', listener)
    }
  }
  if (process.env['CORE_CHAINCODE_LOGGING_LEVEL']?.toUpperCase() === 'DEBUG') return
  logging.getLogger('lib/stub.js').debug = discard
  logging.getLogger('contracts-spi/datamarshall.js').debug = discard
  logging.getLogger('contracts-spi/chaincodefromcontract.js').debug = discard
}

function discard(): void {}
