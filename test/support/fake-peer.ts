import './quiet-shim.ts'
import { createRequire } from 'node:module'
import { JSONSerializer } from 'fabric-contract-api'
import { contracts } from '../../chaincode/index.ts'

/** fabric-shim's dispatcher, as far as it is used; it comes without types. */
interface Dispatcher {
  readonly metadata: unknown
  Invoke(stub: object): Promise<{ status: number; message?: string; payload?: Uint8Array }>
}

const require = createRequire(import.meta.url)
const DispatcherClass = require('fabric-shim/lib/contract-spi/chaincodefromcontract.js') as new (
  classes: readonly unknown[],
  serializers: object,
) => Dispatcher

/** The contracts as the shim serves them. */
export function dispatcher(): Dispatcher {
  const serializers = { jsonSerializer: JSONSerializer }
  return new DispatcherClass([...contracts], { transaction: 'jsonSerializer', serializers })
}

/** What a transaction did to its stub, in order. */
export interface Invocation {
  readonly status: number
  readonly message: string
  readonly payload: string
  readonly calls: readonly string[]
  readonly event: string | undefined
}

export interface Creator {
  readonly organisation: string
  readonly certificate: string
}

/** Runs the contracts over a Map, through the shim's dispatcher and a stub that knows no ranges. */
export class FakePeer {
  readonly state: Map<string, string>
  readonly #dispatcher = dispatcher()
  #transactions = 0

  constructor(state: Map<string, string>) {
    this.state = state
  }

  /** Invokes a function and commits what it wrote, if it was good. */
  async invoke(creator: Creator, name: string, ...args: readonly string[]): Promise<Invocation> {
    const calls: string[] = []
    const written = new Map<string, string | undefined>()
    let event: string | undefined
    this.#transactions += 1
    const transactionId = this.#transactions.toString(16).padStart(64, 'f')
    const known: Record<string, (...given: never[]) => unknown> = {
      getBufferArgs: () => [name, ...args].map((arg) => Buffer.from(arg)),
      getTxID: () => transactionId,
      getChannelID: () => 'consortium',
      getCreator: () => ({
        mspid: creator.organisation,
        idBytes: Buffer.from(creator.certificate),
      }),
      getState: (key: string) => Promise.resolve(Buffer.from(this.state.get(key) ?? '')),
      putState: (key: string, value: Uint8Array) => {
        written.set(key, Buffer.from(value).toString('utf8'))
        return Promise.resolve()
      },
      deleteState: (key: string) => {
        written.set(key, undefined)
        return Promise.resolve()
      },
      setEvent: (_name: string, payload: Uint8Array) => {
        event = Buffer.from(payload).toString('utf8')
      },
    }
    const { status, message, payload } = await this.#dispatcher.Invoke(recording(known, calls))
    if (status === 200) this.#commit(written)
    const text = Buffer.from(payload ?? []).toString('utf8')
    return { status, message: message ?? '', payload: text, calls, event }
  }

  #commit(written: ReadonlyMap<string, string | undefined>): void {
    for (const [key, value] of written) {
      if (value === undefined) this.state.delete(key)
      else this.state.set(key, value)
    }
  }
}

/** A stub that notes every call with its first argument; what is not known throws. */
function recording(known: Record<string, (...given: never[]) => unknown>, calls: string[]): object {
  return new Proxy(known, {
    get(target, property) {
      if (typeof property === 'symbol' || property === 'then') return undefined
      const method = target[property]
      return (...given: never[]) => {
        calls.push([property, ...given.slice(0, 1)].join(' '))
        if (method === undefined) throw new Error(`the stub has no ${property}`)
        return method(...given)
      }
    },
  })
}
