import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { toStatus } from './rpc-failure.ts'

/** A streaming call, as far as writing to it goes; gRPC emits 'cancelled' on it. */
type StreamingCall = Writable & { readonly cancelled: boolean }

/** The answering side of a streaming call. */
export interface ResponseStream<Response> {
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal
  /** Resolves when the stream can take more. */
  send(response: Response): Promise<void>
}

/**
 * Runs a streaming call to its end: normally, with the status of what `serve` throws, or
 * silently when the client has cancelled.
 */
export async function serveStream<Response>(
  call: StreamingCall,
  address: string,
  serve: (stream: ResponseStream<Response>) => Promise<void>,
): Promise<void> {
  const cancellation = new AbortController()
  const { signal } = cancellation
  call.on('cancelled', () => cancellation.abort())
  const send = async (response: Response) => {
    if (!call.write(response)) await once(call, 'drain', { signal })
    signal.throwIfAborted()
  }
  try {
    await serve({ signal, send })
    call.end()
  } catch (error) {
    if (!signal.aborted && !call.cancelled) call.emit('error', toStatus(error, address))
  }
}
