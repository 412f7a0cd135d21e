import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NetworkFailure } from './network-failure.ts'
import { networkFiles, writeJson } from './network-files.ts'
import type { ProcessGroup, ProcessSpec, SupervisorStatus } from './process-spec.ts'
import { wantedFile } from './process-spec.ts'

const START_LIMIT_MS = 15_000
const CALL_LIMIT_MS = 30_000
/** The longest path that every system takes for a socket. */
const MAX_SOCKET_PATH = 100

/**
 * Has these orderers, peers and chaincode servers running and no others; gateways are let be.
 * Starts the supervisor when there is none. Throws SUPERVISOR_FAILED.
 */
export async function supervise(folder: string, specs: readonly ProcessSpec[]): Promise<void> {
  await want(folder, 'network', specs)
  if ((await supervisorStatus(folder)) === undefined) await startSupervisor(folder)
}

/**
 * Has these gateways running and no others; the network's own processes are let be. Returns when
 * those that are no longer wanted have ended. Without a supervisor the next one starts them.
 */
export async function superviseGateways(
  folder: string,
  specs: readonly ProcessSpec[],
): Promise<void> {
  await want(folder, 'gateways', specs)
}

/** Has these CA servers running and no others; starts the supervisor when there is none. */
export async function superviseAuthorities(
  folder: string,
  specs: readonly ProcessSpec[],
): Promise<void> {
  await want(folder, 'authorities', specs)
  if ((await supervisorStatus(folder)) === undefined) await startSupervisor(folder)
}

async function want(
  folder: string,
  group: ProcessGroup,
  specs: readonly ProcessSpec[],
): Promise<void> {
  writeJson(wantedFile(folder, group), specs)
  await call(folder, 'POST', '/reload')
}

/** What the supervisor knows; undefined when none is running. */
export async function supervisorStatus(folder: string): Promise<SupervisorStatus | undefined> {
  return existsSync(networkFiles(folder).socket) ? await call(folder, 'GET', '/status') : undefined
}

/** Ends a process; the supervisor starts it again. Throws NOT_UP. */
export async function restartProcess(folder: string, name: string): Promise<void> {
  const answer = await call(folder, 'POST', `/restart/${name}`)
  if (answer === undefined)
    throw new NetworkFailure('NOT_UP', `${name} is not known, or nothing runs.`)
}

/** Ends all processes and the supervisor. Returns whether there was one. */
export async function stopSupervisor(folder: string): Promise<boolean> {
  return (await call(folder, 'POST', '/stop')) !== undefined
}

async function startSupervisor(folder: string): Promise<void> {
  const { socket, logs } = networkFiles(folder)
  if (socket.length > MAX_SOCKET_PATH) {
    throw new NetworkFailure(
      'SUPERVISOR_FAILED',
      `${folder} is too long a path; choose a shorter --data.`,
    )
  }
  rmSync(socket, { force: true })
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const log = openSync(join(logs, 'supervisor.log'), 'a', 0o600)
  const program = join(import.meta.dirname, 'supervisor.ts')
  const child = spawn(process.execPath, [program, folder], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  const deadline = Date.now() + START_LIMIT_MS
  while ((await supervisorStatus(folder)) === undefined) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new NetworkFailure(
        'SUPERVISOR_FAILED',
        `The supervisor did not start; see ${logs}/supervisor.log.`,
      )
    }
    await sleep(50)
  }
}

/** Undefined when nobody listens, or the supervisor does not know what was asked for. */
async function call(
  folder: string,
  method: 'GET' | 'POST',
  path: string,
): Promise<SupervisorStatus | undefined> {
  const { socket: socketPath } = networkFiles(folder)
  return await new Promise((resolve) => {
    const sent = request({ socketPath, method, path, timeout: CALL_LIMIT_MS }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () =>
        resolve(response.statusCode === 200 ? (JSON.parse(text) as SupervisorStatus) : undefined),
      )
      response.on('error', () => resolve(undefined))
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => resolve(undefined))
    sent.end()
  })
}
