import type { FilteredBlockEventsRequest, Gateway, Network } from '@hyperledger/fabric-gateway'
import type { Signer } from '@hyperledger/fabric-gateway'
import { common, orderer } from '@hyperledger/fabric-protos'

/** What can ask a peer for its newest block. */
export interface SeekingIdentity {
  readonly gateway: Gateway
  readonly network: Network
  readonly signer: Signer
}

/**
 * Asks for filtered blocks from the newest that the peer has, which the client library knows no
 * option for. To be used with `hash.none`.
 */
export async function seekNewest({
  gateway,
  network,
  signer,
}: SeekingIdentity): Promise<FilteredBlockEventsRequest> {
  const envelope = common.Envelope.deserializeBinary(
    network.newFilteredBlockEventsRequest().getBytes(),
  )
  envelope.setPayload(startingAtNewest(envelope.getPayload_asU8()))
  const request = gateway.newFilteredBlockEventsRequest(envelope.serializeBinary())
  const signature = await signer(request.getDigest())
  return gateway.newSignedFilteredBlockEventsRequest(request.getBytes(), signature)
}

function startingAtNewest(payloadBytes: Uint8Array): Uint8Array {
  const payload = common.Payload.deserializeBinary(payloadBytes)
  const seek = orderer.SeekInfo.deserializeBinary(payload.getData_asU8())
  const newest = new orderer.SeekPosition()
  newest.setNewest(new orderer.SeekNewest())
  seek.setStart(newest)
  payload.setData(seek.serializeBinary())
  return payload.serializeBinary()
}

const ANSWER_MS = 5_000

/**
 * How many blocks the peer has. Throws when it does not tell within 5 s, or the signal aborts.
 */
export async function peerHeight(identity: SeekingIdentity, signal: AbortSignal): Promise<bigint> {
  const blocks = await (await seekNewest(identity)).getEvents()
  const ending = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
  const close = (): void => blocks.close()
  ending.addEventListener('abort', close)
  if (ending.aborted) close()
  try {
    for await (const block of blocks) return BigInt(block.getNumber()) + 1n
  } finally {
    ending.removeEventListener('abort', close)
    close()
  }
  throw new Error('the peer does not tell its height')
}
