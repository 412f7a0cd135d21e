import { unwatchFile, watchFile } from 'node:fs'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { destination, pino } from 'pino'
import type { GatewayConfig } from './serve-config.ts'
import { GatewayConfigError, profileIn, readGatewayConfig } from './serve-config.ts'
import type { Gateway } from './server.ts'
import { startGateway } from './server.ts'

// One organisation's gateway as a program: `node gateway/serve.ts CONFIG.json`. It logs JSON lines
// to its standard output, and on SIGTERM answers what it has taken before it ends.

const WATCH_INTERVAL_MS = 500

const path = resolve(process.argv[2] ?? 'gateway.json')
const config = configOrExit()
const { organisation } = config
const logger = pino({ base: { organisation }, level: config.logLevel ?? 'info' }, destination(1))

try {
  await serve()
} catch (error) {
  logger.fatal({ err: error }, 'the gateway did not start')
  process.exit(1)
}

function configOrExit(): GatewayConfig {
  try {
    return readGatewayConfig(path)
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error
    console.error(error.message)
    return process.exit(1)
  }
}

async function serve(): Promise<void> {
  const gateway = await startGateway({
    profile: profileIn(config),
    projectionPath: config.projection,
    envelopesPath: config.envelopes,
    host: config.listen.host,
    port: config.listen.port,
    tokens: new Map(config.tokens.map(({ sha256, access }) => [sha256, access])),
    logger,
  })
  gateway.connectPeers(config.others)
  // Polled, because a file that is replaced is not told of by every file system.
  watchFile(path, { interval: WATCH_INTERVAL_MS }, () => readOthersAgain(gateway, logger))
  logger.info({ url: gateway.url }, 'listening')
  void gateway.ready().then(() => logger.info('ready'))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void drain(gateway, signal))
  }
}

/** The addresses of the others may change while the gateway runs; the rest at its next start. */
function readOthersAgain(gateway: Gateway, log: Logger): void {
  try {
    const { others } = readGatewayConfig(path)
    gateway.connectPeers(others)
    log.info({ others: others.map((other) => other.organisation) }, 'read the others again')
  } catch (error) {
    log.error({ err: error }, 'kept the others as they were')
  }
}

async function drain(gateway: Gateway, signal: string): Promise<void> {
  logger.info({ signal }, 'draining')
  unwatchFile(path)
  await gateway.close()
  logger.info('ended')
  process.exit(0)
}
