import type { ChaincodeStub } from 'fabric-shim-api'
import type { StateReader, SubmitResult } from '../ledger/index.ts'
import { encodePublication } from '../ledger/index.ts'
import type { PeerBatches, PeerStub } from './peer-batches.ts'
import { peerBatches } from './peer-batches.ts'

/** The part of the stub through which state is read and written. */
export type StateStub = PeerStub &
  Pick<ChaincodeStub, 'getState' | 'putState' | 'deleteState' | 'setEvent'>

/** Reads keys in as few messages as the peer takes. */
export function stubReader(stub: StateStub): StateReader {
  const { read = readOneByOne(stub) } = peerBatches(stub)
  return {
    async readMany(keys) {
      const values = await read(keys)
      return values.map((bytes) =>
        bytes.length === 0 ? undefined : Buffer.from(bytes).toString('utf8'),
      )
    },
  }
}

/** One after the other: the shim queues calls of a transaction anyway. */
function readOneByOne(stub: StateStub): NonNullable<PeerBatches['read']> {
  return async (keys) => {
    const values: Uint8Array[] = []
    for (const key of keys) values.push(await stub.getState(key))
    return values
  }
}

function writeOneByOne(stub: StateStub): NonNullable<PeerBatches['write']> {
  return async (writes) => {
    for (const { name, value } of writes) {
      if (value === undefined) await stub.deleteState(name)
      else await stub.putState(name, Buffer.from(value, 'utf8'))
    }
  }
}

/** Name of the event under which a transaction publishes its entries. */
const ENTRIES_EVENT = 'entries'

/** Writes what a transaction changed, in key order, and its one event with all entries. */
export async function flush(stub: StateStub, result: SubmitResult): Promise<void> {
  const { write = writeOneByOne(stub) } = peerBatches(stub)
  await write(result.writes)
  if (result.published.length === 0) return
  stub.setEvent(ENTRIES_EVENT, Buffer.from(encodePublication(result.published), 'utf8'))
}
