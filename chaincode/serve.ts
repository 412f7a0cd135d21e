import { readFileSync } from 'node:fs'
import { JSONSerializer } from 'fabric-contract-api'
// @ts-expect-error The package types nothing but its front door.
import contractApiLoggingUntyped from 'fabric-contract-api/lib/logger.js'
import { Shim } from 'fabric-shim'
import type {
  ChaincodeInterface,
  ChaincodeServerOpts,
  ChaincodeServerTLSProperties,
} from 'fabric-shim'
// @ts-expect-error The package types nothing but its front door.
import dispatcherUntyped from 'fabric-shim/lib/contract-spi/chaincodefromcontract.js'
// @ts-expect-error The package types nothing but its front door.
import shimLoggingUntyped from 'fabric-shim/lib/logger.js'
import { negotiateBatches } from './peer-batches.ts'

interface ShimLogger {
  debug: (...parts: unknown[]) => void
  info: (...parts: unknown[]) => void
  readonly exceptions: { unhandle(): void }
}
interface ShimLogging {
  getLogger(name: string): ShimLogger
  setLevel(level: string): void
}
type Dispatcher = new (classes: readonly unknown[], serializers: object) => ChaincodeInterface

const DispatcherClass = dispatcherUntyped as Dispatcher
const shimLogging = shimLoggingUntyped as ShimLogging
const contractApiLogging = contractApiLoggingUntyped as ShimLogging

const MAX_MESSAGE_BYTES = 100 * 1024 * 1024
const LOG_LEVEL = 'CORE_CHAINCODE_LOGGING_LEVEL'
const TLS_FILES = {
  key: 'CHAINCODE_TLS_KEY_FILE',
  cert: 'CHAINCODE_TLS_CERT_FILE',
  clientCACerts: 'CHAINCODE_TLS_CLIENT_CACERT_FILE',
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** What the server is started with, or everything that is wrong with the environment. */
interface Settings {
  readonly chaincodeId: string
  readonly address: string
  readonly tls: ChaincodeServerTLSProperties | undefined
  readonly problems: readonly string[]
}

function readSettings(environment: Environment): Settings {
  const chaincodeId = environment['CHAINCODE_ID'] ?? ''
  const address = environment['CHAINCODE_SERVER_ADDRESS'] ?? ''
  const problems: string[] = []
  if (chaincodeId === '') {
    problems.push('CHAINCODE_ID is missing: the package id that the peer gave at installation.')
  }
  if (!/^.+:\d{1,5}$/.test(address)) {
    problems.push('CHAINCODE_SERVER_ADDRESS must be the host:port to listen on.')
  }
  const tls = readTls(environment, problems)
  if (tls === undefined && problems.length === 0 && !isLoopback(address)) {
    const variables = Object.values(TLS_FILES).join(', ')
    problems.push(`${address} is not loopback, so it needs TLS: set ${variables}.`)
  }
  return { chaincodeId, address, tls, problems }
}

/** TLS is mutual or absent: with a part of the files, anybody could pose as the peer. */
function readTls(
  environment: Environment,
  problems: string[],
): ChaincodeServerTLSProperties | undefined {
  const variables = Object.values(TLS_FILES)
  if (variables.every((variable) => (environment[variable] ?? '') === '')) return undefined
  const read = (variable: string): Buffer => {
    const path = environment[variable] ?? ''
    if (path === '') problems.push(`${variable} is missing: the TLS files are given all or none.`)
    else {
      try {
        return readFileSync(path)
      } catch (error) {
        problems.push(`${variable} cannot be read: ${messageOf(error)}`)
      }
    }
    return Buffer.alloc(0)
  }
  return {
    key: read(TLS_FILES.key),
    cert: read(TLS_FILES.cert),
    clientCACerts: read(TLS_FILES.clientCACerts),
  }
}

function isLoopback(address: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]):\d+$/.test(address)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function serverOptions({ chaincodeId, address, tls }: Settings): ChaincodeServerOpts {
  const options = {
    ccid: chaincodeId,
    address,
    ...(tls && { tlsProps: tls }),
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': 110_000,
    'grpc.keepalive_timeout_ms': 20_000,
    'grpc.keepalive_permit_without_calls': 1,
  }
  // The type wants tlsProps always; the server takes their absence for plain text.
  return options as ChaincodeServerOpts
}

/**
 * On loading, the packages make their loggers swallow uncaught exceptions and unhandled rejections
 * of the whole process; bugs must stop the process instead, and its supervisor starts it again.
 */
function letBugsStopTheProcess(): void {
  for (const logging of [shimLogging, contractApiLogging]) {
    logging.getLogger('_').exceptions.unhandle()
  }
  for (const listener of process.listeners('unhandledRejection')) {
    if (listener.name === 'loggerUnhandledRejectionFn') {
      process.removeListener('unhandledRejection', listener)
    }
  }
}

/** Errors alone are logged, unless the environment asks for more. */
function quietLogging(environment: Environment): void {
  if (environment[LOG_LEVEL] !== undefined) return
  shimLogging.setLevel('ERROR')
  contractApiLogging.setLevel('ERROR')
  // Winston formats these texts even when it drops them, and they lie on hot paths.
  for (const name of [
    'lib/handler.js',
    'lib/stub.js',
    'contracts-spi/datamarshall.js',
    'contracts-spi/chaincodefromcontract.js',
  ]) {
    const logger = shimLogging.getLogger(name)
    logger.debug = discard
    logger.info = discard
  }
}

function discard(): void {}

async function serve(environment: Environment): Promise<void> {
  const settings = readSettings(environment)
  if (settings.problems.length > 0) fail(settings.problems.join('\n'))
  // Loaded only now: registering transactions logs, and the loggers have become quiet.
  const { contracts } = await import('./index.ts')
  const chaincode = new DispatcherClass([...contracts], {
    transaction: 'jsonSerializer',
    serializers: { jsonSerializer: JSONSerializer },
  })
  try {
    await Shim.server(chaincode, serverOptions(settings)).start()
  } catch (error) {
    fail(`Cannot listen on ${settings.address}: ${messageOf(error)}`)
  }
  const tls = settings.tls ? 'mutual TLS' : 'no TLS'
  console.log(`Chaincode ${settings.chaincodeId} listens on ${settings.address} (${tls})`)
}

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

// A peer whose stream ends fails the proposals in flight, which wrote nothing yet.
process.once('SIGTERM', () => process.exit(0))
process.once('SIGINT', () => process.exit(0))

letBugsStopTheProcess()
negotiateBatches()
quietLogging(process.env)
void serve(process.env)
