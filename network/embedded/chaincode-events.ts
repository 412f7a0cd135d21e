import { setImmediate } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import { common, gateway, peer } from '@hyperledger/fabric-protos'
import type { ChannelLedger } from './channel-ledger.ts'
import type { LedgerStore } from './ledger-store.ts'
import type { ResponseStream } from './response-stream.ts'
import { RpcFailure } from './rpc-failure.ts'
import { chaincodeEvent, openAction, openEnvelope } from './transaction.ts'

// A long replay must let other calls in.
const BLOCKS_PER_TURN = 128

/**
 * Streams the events of valid transactions, one response for each block that has some. As in
 * Fabric, an unknown transaction id to start after means that nothing is ever sent.
 */
export async function streamChaincodeEvents(
  request: gateway.ChaincodeEventsRequest,
  ledger: ChannelLedger,
  stream: ResponseStream<gateway.ChaincodeEventsResponse>,
): Promise<void> {
  const { store, feed } = ledger
  let blockNumber = startBlock(request, store)
  const isWanted = eventFilter(request)
  for (;;) {
    if (blockNumber >= store.height) {
      await feed.next(stream.signal)
      continue
    }
    const events = eventsOf(store, blockNumber).filter(isWanted)
    if (events.length > 0) {
      const response = new gateway.ChaincodeEventsResponse()
      response.setBlockNumber(blockNumber)
      response.setEventsList(events)
      await stream.send(response)
    }
    stream.signal.throwIfAborted()
    blockNumber += 1
    if (blockNumber % BLOCKS_PER_TURN === 0) await setImmediate()
  }
}

function startBlock(request: gateway.ChaincodeEventsRequest, store: LedgerStore): number {
  const after = request.getAfterTransactionId()
  const known = after === '' ? undefined : store.transaction(after)
  if (known) return known.blockNumber
  const position = request.getStartPosition()
  if (position?.hasSpecified()) return position.getSpecified()?.getNumber() ?? 0
  if (position && !position.hasNextCommit()) {
    throw new RpcFailure(status.INVALID_ARGUMENT, 'invalid start position type')
  }
  return store.height
}

function eventFilter(
  request: gateway.ChaincodeEventsRequest,
): (event: peer.ChaincodeEvent) => boolean {
  const chaincode = request.getChaincodeId()
  const after = request.getAfterTransactionId()
  let started = after === ''
  return (event) => {
    if (started) return event.getChaincodeId() === chaincode
    started = event.getTxId() === after
    return false
  }
}

function eventsOf(store: LedgerStore, blockNumber: number): peer.ChaincodeEvent[] {
  const transactions = store.transactionsOf(blockNumber)
  const hasEvent = transactions.map(
    ({ validationCode, event }) => event && validationCode === peer.TxValidationCode.VALID,
  )
  const block = hasEvent.includes(true) ? store.block(blockNumber) : undefined
  if (!block) return []
  const envelopes = common.Block.deserializeBinary(block.bytes).getData()?.getDataList_asU8() ?? []
  return envelopes.flatMap((bytes, position) => {
    if (!hasEvent[position]) return []
    const { data } = openEnvelope(common.Envelope.deserializeBinary(bytes))
    return chaincodeEvent(openAction(data).chaincodeAction) ?? []
  })
}
