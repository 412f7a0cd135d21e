import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js'
import type { UntypedServiceImplementation } from '@grpc/grpc-js'
import { gateway } from '@hyperledger/fabric-protos'
import { deliverService, deliverServiceDefinition } from './deliver-service.ts'
import { GatewayService } from './gateway-service.ts'
import type { GatewayDependencies } from './gateway-service.ts'
import type { KeyPair } from './identity-material.ts'
import { serveStream } from './response-stream.ts'
import { toStatus } from './rpc-failure.ts'

/** A server that listens; `close` ends its connections. */
export interface RunningServer {
  readonly address: string
  close(): Promise<void>
}

// Fabric's peer takes and gives messages of up to 100 MB.
const MESSAGE_BYTES_MAX = 104_857_600
const LOOPBACK = '127.0.0.1'
const CLOSE_GRACE_MS = 500

/** Listens on the loopback interface with TLS; throws when the port is taken. */
export async function startServer(
  dependencies: GatewayDependencies,
  tls: KeyPair,
  wantedPort: number,
): Promise<RunningServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  })
  const credentials = ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.privateKey) },
  ])
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${LOOPBACK}:${wantedPort}`, credentials, (error, bound) => {
      if (error) reject(error)
      else resolve(bound)
    })
  })
  const address = `localhost:${port}`
  server.addService(gateway.GatewayService, gatewayHandlers(dependencies, address))
  server.addService(deliverServiceDefinition, deliverService({ ...dependencies, address }))
  return { address, close: async () => await close(server) }
}

function gatewayHandlers(
  dependencies: GatewayDependencies,
  address: string,
): UntypedServiceImplementation {
  const service = new GatewayService(dependencies)
  return {
    evaluate: unary<gateway.EvaluateRequest, gateway.EvaluateResponse>(
      address,
      async (request) => await service.evaluate(request),
    ),
    endorse: unary<gateway.EndorseRequest, gateway.EndorseResponse>(
      address,
      async (request) => await service.endorse(request),
    ),
    submit: unary<gateway.SubmitRequest, gateway.SubmitResponse>(
      address,
      async (request) => await service.submit(request),
    ),
    commitStatus: unary<gateway.SignedCommitStatusRequest, gateway.CommitStatusResponse>(
      address,
      async (request, signal) => await service.commitStatus(request, signal),
    ),
    chaincodeEvents: (
      call: ServerWritableStream<
        gateway.SignedChaincodeEventsRequest,
        gateway.ChaincodeEventsResponse
      >,
    ) => {
      void serveStream<gateway.ChaincodeEventsResponse>(call, address, async (stream) => {
        await service.chaincodeEvents(call.request, stream)
      })
    },
  }
}

function unary<Request, Response>(
  address: string,
  answer: (request: Request, signal: AbortSignal) => Promise<Response>,
) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    const cancellation = new AbortController()
    call.on('cancelled', () => cancellation.abort())
    void respond(async () => await answer(call.request, cancellation.signal), callback, address)
  }
}

async function respond<Response>(
  answer: () => Promise<Response>,
  callback: sendUnaryData<Response>,
  address: string,
): Promise<void> {
  let response: Response
  try {
    response = await answer()
  } catch (error) {
    callback(toStatus(error, address))
    return
  }
  callback(null, response)
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(() => server.forceShutdown(), CLOSE_GRACE_MS)
  server.tryShutdown(() => resolve())
  await promise
  clearTimeout(timer)
}
