import type { peer } from '@hyperledger/fabric-protos'
// Typed messages, used for their bytes alone: the shim's own protobuf package is older than they are.
import shimProtos from '@hyperledger/fabric-protos/lib/peer/chaincode_shim_pb.js'
import chaincodeProtos from '@hyperledger/fabric-protos/lib/peer/chaincode_pb.js'
// @ts-expect-error The package types nothing but its front door.
import handlerUntyped from 'fabric-shim/lib/handler.js'
import type { StateWrite } from '../ledger/index.ts'

const { ChaincodeMessage, GetStateMultiple, GetStateMultipleResult, WriteBatchState, WriteRecord } =
  shimProtos
const { ChaincodeAdditionalParams } = chaincodeProtos

/** The shim's side of the conversation with one peer. */
interface PeerHandler {
  readonly _stream: {
    on(event: 'data', listener: (message: peer.ChaincodeMessage) => void): void
  }
  chat(registration: unknown): void
  handleGetState(collection: string, key: string, channel: string, txId: string): unknown
  _askPeerAndListen(message: peer.ChaincodeMessage, method: string): Promise<Uint8Array>
}

/** What of the shim's stub a call needs that it has no method for. */
export interface PeerStub {
  readonly handler?: unknown
  getChannelID(): string
  getTxID(): string
}

/** How many keys a peer takes in one message. */
interface BatchSizes {
  readonly reads: number
  readonly writes: number
}

const sizes = new WeakMap<object, BatchSizes>()

/**
 * Makes the shim listen for what a peer can do, which it says in its READY message since Fabric 3.1
 * and the shim overlooks. To be called once, before a server starts.
 */
export function negotiateBatches(): void {
  const { prototype } = (handlerUntyped as { ChaincodeMessageHandler: { prototype: PeerHandler } })
    .ChaincodeMessageHandler
  // oxlint-disable-next-line typescript/unbound-method -- It is called with its own `this` below.
  const { chat } = prototype
  prototype.chat = function (this: PeerHandler, registration) {
    this._stream.on('data', (message) => {
      if (message.getType() === ChaincodeMessage.Type.READY) {
        sizes.set(this, offeredSizes(message.getPayload_asU8()))
      }
    })
    chat.call(this, registration)
  }
}

/** A peer before 3.1 says nothing, and takes keys one by one. */
function offeredSizes(payload: Uint8Array): BatchSizes {
  const offer = ChaincodeAdditionalParams.deserializeBinary(payload)
  return {
    reads: offer.getUseGetMultipleKeys() ? offer.getMaxSizeGetMultipleKeys() : 0,
    writes: offer.getUseWriteBatch() ? offer.getMaxSizeWriteBatch() : 0,
  }
}

/** Reads and writes of many keys in one message each. */
export interface PeerBatches {
  /** The values in the order of the keys, empty where there is none. Absent: read one by one. */
  readonly read?: (keys: readonly string[]) => Promise<readonly Uint8Array[]>
  /** Absent: write one by one. */
  readonly write?: (writes: readonly StateWrite[]) => Promise<void>
}

/** What the peer behind a stub takes in batches: nothing, unless it said so in this process. */
export function peerBatches(stub: PeerStub): PeerBatches {
  const handler = stub.handler as PeerHandler | undefined
  const offered = handler && sizes.get(handler)
  if (handler === undefined || offered === undefined) return {}
  const ask = askerOf(handler, stub)
  return {
    ...(offered.reads > 0 && { read: async (keys) => await readIn(offered.reads, keys, ask) }),
    ...(offered.writes > 0 && {
      write: async (writes) => await writeIn(offered.writes, writes, ask),
    }),
  }
}

type Ask = (type: AskType, payload: Uint8Array) => Promise<Uint8Array>
type AskType = typeof ChaincodeMessage.Type.GET_STATE_MULTIPLE | typeof WRITE_BATCH_STATE

/** Sends messages of the shim's own making, with another type and payload. */
function askerOf(handler: PeerHandler, stub: PeerStub): Ask {
  return async (type, payload) => {
    let made: peer.ChaincodeMessage | undefined
    const maker = Object.create(handler, {
      _askPeerAndListen: { value: (message: peer.ChaincodeMessage) => (made = message) },
    }) as PeerHandler
    void maker.handleGetState('', '', stub.getChannelID(), stub.getTxID())
    if (made === undefined) throw new Error('the shim makes its messages in another way')
    made.setType(type)
    made.setPayload(payload)
    return await handler._askPeerAndListen(made, '')
  }
}

async function readIn(size: number, keys: readonly string[], ask: Ask): Promise<Uint8Array[]> {
  const values: Uint8Array[] = []
  for (const part of partsOf(keys, size)) {
    const request = new GetStateMultiple()
    request.setKeysList([...part])
    const answer = await ask(ChaincodeMessage.Type.GET_STATE_MULTIPLE, request.serializeBinary())
    const found = GetStateMultipleResult.deserializeBinary(answer).getValuesList_asU8()
    if (found.length !== part.length) throw new Error('the peer answered for other keys')
    values.push(...found)
  }
  return values
}

async function writeIn(size: number, writes: readonly StateWrite[], ask: Ask): Promise<void> {
  for (const part of partsOf(writes, size)) {
    const request = new WriteBatchState()
    request.setRecList(part.map(writeRecord))
    await ask(WRITE_BATCH_STATE, request.serializeBinary())
  }
}

const { WRITE_BATCH_STATE } = ChaincodeMessage.Type

function writeRecord({ name, value }: StateWrite): InstanceType<typeof WriteRecord> {
  const record = new WriteRecord()
  record.setKey(name)
  if (value === undefined) record.setType(WriteRecord.Type.DEL_STATE)
  else {
    record.setType(WriteRecord.Type.PUT_STATE)
    record.setValue(Buffer.from(value, 'utf8'))
  }
  return record
}

function partsOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  )
}
