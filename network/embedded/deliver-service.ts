import type { ServerDuplexStream, UntypedServiceImplementation } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import { common, orderer, peer } from '@hyperledger/fabric-protos'
import type { ChannelLedger } from './channel-ledger.ts'
import type { TransactionSummary } from './ledger-store.ts'
import type { Membership } from './membership.ts'
import { channelTimestampMs, isTimely } from './proposal.ts'
import { serveStream } from './response-stream.ts'
import type { ResponseStream } from './response-stream.ts'
import { openEnvelope } from './transaction.ts'
import type { OpenedEnvelope } from './transaction.ts'
import { RpcFailure, toStatus } from './rpc-failure.ts'

const { Status } = common
type StatusCode = common.StatusMap[keyof common.StatusMap]
type Encode = (blockNumber: number) => Uint8Array | undefined

const BLOCK_FIELD_TAG = 0x12
const VARINT_MORE = 0x80

/** Responses are made as bytes, so that a stored block is not decoded to be sent. */
const bytesOut = { responseSerialize: (response: Buffer): Buffer => response }

/** `protos.Deliver` with responses as bytes. */
export const deliverServiceDefinition = {
  deliver: { ...peer.DeliverService.deliver, ...bytesOut },
  deliverFiltered: { ...peer.DeliverService.deliverFiltered, ...bytesOut },
  deliverWithPrivateData: { ...peer.DeliverService.deliverWithPrivateData, ...bytesOut },
}

interface DeliverDependencies {
  readonly channel: string
  readonly ledger: ChannelLedger
  readonly membership: Membership
  readonly address: string
}

type DeliverCall = ServerDuplexStream<common.Envelope, Buffer>

/** Full and filtered blocks of the channel, from any position and then as they are committed. */
export function deliverService(dependencies: DeliverDependencies): UntypedServiceImplementation {
  const { channel, ledger, address } = dependencies
  const { store } = ledger
  const serve = (encode: Encode) => async (call: DeliverCall) => {
    await serveStream<Uint8Array>(call, address, async (stream) => {
      for await (const envelope of call as AsyncIterable<common.Envelope>) {
        const outcome = await deliverBlocks(envelope, encode, stream, dependencies)
        await stream.send(statusResponse(outcome))
        if (outcome !== Status.SUCCESS) return
      }
    })
  }
  return {
    deliver: serve((blockNumber) => {
      const block = store.block(blockNumber)
      return block && blockResponse(block.bytes)
    }),
    deliverFiltered: serve((blockNumber) =>
      blockNumber < store.height
        ? filteredResponse(channel, blockNumber, store.transactionsOf(blockNumber))
        : undefined,
    ),
    deliverWithPrivateData: (call: DeliverCall) => {
      const message = 'private data is not supported by the embedded ledger'
      call.emit('error', toStatus(new RpcFailure(status.UNIMPLEMENTED, message), address))
    },
  }
}

async function deliverBlocks(
  envelope: common.Envelope,
  encode: Encode,
  stream: ResponseStream<Uint8Array>,
  dependencies: DeliverDependencies,
): Promise<StatusCode> {
  const opened = open(envelope)
  if (!opened) return Status.BAD_REQUEST
  const refused = checkAccess(opened, dependencies)
  if (refused) return refused
  const seek = positions(opened.data, dependencies.ledger.store.height)
  if (!seek || seek.stop < seek.start) return Status.BAD_REQUEST
  const { feed } = dependencies.ledger
  for (let blockNumber = seek.start; blockNumber <= seek.stop;) {
    const response = encode(blockNumber)
    if (response) {
      await stream.send(response)
      blockNumber += 1
    } else if (seek.failIfNotReady) return Status.NOT_FOUND
    else await feed.next(stream.signal)
  }
  return Status.SUCCESS
}

function open(envelope: common.Envelope): OpenedEnvelope | undefined {
  try {
    return openEnvelope(envelope)
  } catch {
    return undefined
  }
}

function checkAccess(
  { channelHeader, creator, signature, payloadBytes }: OpenedEnvelope,
  { channel, membership }: DeliverDependencies,
): StatusCode | undefined {
  if (!isTimely(channelTimestampMs(channelHeader))) return Status.BAD_REQUEST
  if (channelHeader.getChannelId() !== channel) return Status.NOT_FOUND
  return membership.authenticate(creator, signature, payloadBytes) ? undefined : Status.FORBIDDEN
}

interface SeekPositions {
  readonly start: number
  readonly stop: number
  readonly failIfNotReady: boolean
}

function positions(data: Uint8Array, height: number): SeekPositions | undefined {
  try {
    const seek = orderer.SeekInfo.deserializeBinary(data)
    const start = blockNumberOf(seek.getStart(), height)
    const stop = blockNumberOf(seek.getStop(), height)
    const failIfNotReady = seek.getBehavior() === orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY
    return start === undefined || stop === undefined ? undefined : { start, stop, failIfNotReady }
  } catch {
    return undefined
  }
}

function blockNumberOf(
  position: orderer.SeekPosition | undefined,
  height: number,
): number | undefined {
  if (position?.hasSpecified()) return position.getSpecified()?.getNumber()
  if (position?.hasOldest()) return 0
  if (position?.hasNewest()) return height - 1
  return position?.hasNextCommit() ? height : undefined
}

function statusResponse(code: StatusCode): Uint8Array {
  const response = new peer.DeliverResponse()
  response.setStatus(code)
  return Buffer.from(response.serializeBinary())
}

/** A DeliverResponse around a block that is serialised already. */
function blockResponse(block: Uint8Array): Buffer {
  const prefix = [BLOCK_FIELD_TAG]
  let length = block.length
  while (length >= VARINT_MORE) {
    prefix.push((length % VARINT_MORE) + VARINT_MORE)
    length = Math.floor(length / VARINT_MORE)
  }
  prefix.push(length)
  return Buffer.concat([Buffer.from(prefix), block])
}

function filteredResponse(
  channel: string,
  blockNumber: number,
  transactions: readonly TransactionSummary[],
): Buffer {
  const block = new peer.FilteredBlock()
  block.setChannelId(channel)
  block.setNumber(blockNumber)
  block.setFilteredTransactionsList(transactions.map(filteredTransaction))
  const response = new peer.DeliverResponse()
  response.setFilteredBlock(block)
  return Buffer.from(response.serializeBinary())
}

function filteredTransaction({ txId, type, validationCode, event }: TransactionSummary) {
  const transaction = new peer.FilteredTransaction()
  transaction.setTxid(txId)
  transaction.setType(type as common.HeaderTypeMap[keyof common.HeaderTypeMap])
  transaction.setTxValidationCode(
    validationCode as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap],
  )
  const actions = new peer.FilteredTransactionActions()
  if (event) {
    const chaincodeEvent = new peer.ChaincodeEvent()
    chaincodeEvent.setTxId(txId)
    chaincodeEvent.setChaincodeId(event.chaincode)
    chaincodeEvent.setEventName(event.name)
    actions.addChaincodeActions().setChaincodeEvent(chaincodeEvent)
  }
  transaction.setTransactionActions(actions)
  return transaction
}
