import { Metadata, status } from '@grpc/grpc-js'
import type { ServerErrorResponse, StatusObject } from '@grpc/grpc-js'
import { gateway, google } from '@hyperledger/fabric-protos'

/** What one node of the network answered, as Fabric's gateway reports it in its details. */
export interface NodeFailure {
  readonly mspId: string
  readonly message: string
}

const DETAIL_TYPE = 'type.googleapis.com/gateway.ErrorDetail'

/** An answer other than OK: a gRPC status with Fabric's `ErrorDetail`s. */
export class RpcFailure extends Error {
  readonly code: status
  readonly failures: readonly NodeFailure[]

  constructor(code: status, message: string, failures: readonly NodeFailure[] = []) {
    super(message)
    this.name = 'RpcFailure'
    this.code = code
    this.failures = failures
  }
}

/** Turns anything thrown by a handler into a gRPC status; what is not foreseen is INTERNAL. */
export function toStatus(
  error: unknown,
  address: string,
): Partial<StatusObject> & ServerErrorResponse {
  const failure =
    error instanceof RpcFailure
      ? error
      : new RpcFailure(status.INTERNAL, error instanceof Error ? error.message : String(error))
  const metadata = new Metadata()
  if (failure.failures.length > 0) {
    metadata.set('grpc-status-details-bin', Buffer.from(statusDetails(failure, address)))
  }
  return {
    name: failure.name,
    code: failure.code,
    message: failure.message,
    details: failure.message,
    metadata,
  }
}

function statusDetails(failure: RpcFailure, address: string): Uint8Array {
  const result = new google.rpc.Status()
  result.setCode(failure.code)
  result.setMessage(failure.message)
  for (const { mspId, message } of failure.failures) {
    const detail = new gateway.ErrorDetail()
    detail.setAddress(address)
    detail.setMspId(mspId)
    detail.setMessage(message)
    const any = result.addDetails()
    any.setTypeUrl(DETAIL_TYPE)
    any.setValue(detail.serializeBinary())
  }
  return result.serializeBinary()
}
