import type { ChaincodeStub } from 'fabric-shim-api'
import type { StateReader } from '../ledger/index.ts'
import type { SubmitResult } from '../ledger/index.ts'

/** The part of the stub through which state is read and written. */
export type StateStub = Pick<ChaincodeStub, 'getState' | 'putState' | 'deleteState' | 'setEvent'>

/** Reads keys one after the other: the shim queues calls of a transaction anyway. */
export function stubReader(stub: StateStub): StateReader {
  return {
    async readMany(keys) {
      const values: (string | undefined)[] = []
      for (const key of keys) {
        const bytes = await stub.getState(key)
        values.push(bytes.length === 0 ? undefined : Buffer.from(bytes).toString('utf8'))
      }
      return values
    },
  }
}

/** Name of the event under which a transaction publishes its entries. */
const ENTRIES_EVENT = 'entries'

/** Writes what a transaction changed, in key order, and its one event with all entries. */
export async function flush(stub: StateStub, result: SubmitResult): Promise<void> {
  for (const { name, value } of result.writes) {
    if (value === undefined) await stub.deleteState(name)
    else await stub.putState(name, Buffer.from(value, 'utf8'))
  }
  if (result.published.length === 0) return
  const entries = result.published.map(({ hash, text, traceparent }) => {
    const trace = traceparent === undefined ? '' : `,"traceparent":"${traceparent}"`
    return `{"entry":${text},"hash":"${hash}"${trace}}`
  })
  stub.setEvent(ENTRIES_EVENT, Buffer.from(`{"entries":[${entries.join(',')}],"v":1}`, 'utf8'))
}
