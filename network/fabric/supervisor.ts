import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { networkFiles, readJson, writeJson } from './network-files.ts'
import type { ProcessSpec, SupervisorStatus } from './process-spec.ts'
import { PROCESS_GROUPS, wantedFile } from './process-spec.ts'
import { OWNER_VARIABLE, SupervisedProcess } from './supervised-process.ts'

// Started by supervisor-client.ts with the network's folder as the only argument, and left alone:
// it outlives the terminal, and ends on SIGTERM or when it is told to.

const folder = process.argv[2] ?? ''
const files = networkFiles(folder)
const running = new Map<string, SupervisedProcess>()
/** Processes that are being stopped for good, and when they are. */
const leaving = new Map<SupervisedProcess, Promise<void>>()
let isStopping = false

process.umask(0o077)
mkdirSync(files.logs, { recursive: true })
await endOrphans()
void reload()
const server = createServer((request, response) => void answer(request, response))
server.listen(files.socket)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())

/**
 * Starts what is wanted and stops what no longer is. Resolves when that has ended. A process whose
 * specification has changed is started once its predecessor has ended: they share ports and files.
 */
async function reload(): Promise<void> {
  if (isStopping) return
  const specs = PROCESS_GROUPS.flatMap((group) => {
    return (readJson(wantedFile(folder, group)) ?? []) as readonly ProcessSpec[]
  })
  const byName = new Map(specs.map((spec) => [spec.name, spec]))
  for (const [name, supervised] of running) {
    if (JSON.stringify(byName.get(name)) === JSON.stringify(supervised.spec)) continue
    running.delete(name)
    leaving.set(supervised, leave(supervised))
  }
  const names = new Set([...leaving.keys()].map(({ spec }) => spec.name))
  for (const spec of specs) {
    if (running.has(spec.name) || names.has(spec.name)) continue
    const supervised = new SupervisedProcess(spec, folder, writeStatus)
    running.set(spec.name, supervised)
    supervised.start()
  }
  writeStatus()
  await Promise.all(leaving.values())
}

async function leave(supervised: SupervisedProcess): Promise<void> {
  await supervised.stop()
  leaving.delete(supervised)
  await reload()
}

function status(): SupervisorStatus {
  return { pid: process.pid, processes: [...running.values()].map((each) => each.status()) }
}

function writeStatus(): void {
  writeJson(files.status, status())
}

async function answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, verb, name] = /^\/([a-z]+)(?:\/(.+))?$/.exec(url ?? '') ?? []
  if (method === 'POST' && verb === 'stop') await stop()
  else if (method === 'POST' && verb === 'reload') await reload()
  else if (method === 'POST' && verb === 'restart') {
    const supervised = running.get(name ?? '')
    if (supervised === undefined) response.statusCode = 404
    else supervised.restart()
  } else if (verb !== 'status') response.statusCode = 404
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(status()), () => {
    if (verb === 'stop') process.exit(0)
  })
}

async function stop(): Promise<void> {
  isStopping = true
  await Promise.all([...running.values()].map(async (each) => await each.stop()))
  await Promise.all(leaving.values())
  writeStatus()
  rmSync(files.socket, { force: true })
  // A stop that was asked for over the socket is answered before the process ends.
  setTimeout(() => process.exit(0), 500)
}

/** Kills what a supervisor before this one left behind, so that ports and ledgers are free. */
async function endOrphans(): Promise<void> {
  const before = readJson(files.status) as SupervisorStatus | undefined
  for (const { pid, name } of before?.processes ?? []) {
    if (pid === undefined || !isOurs(pid, name)) continue
    process.kill(pid, 'SIGKILL')
    while (isOurs(pid, name)) await sleep(20)
  }
}

/** Whether the pid is still that of the process, and not of another one that came after it. */
function isOurs(pid: number, name: string): boolean {
  const path = `/proc/${String(pid)}/environ`
  if (!existsSync(path)) return false
  try {
    const variables = readFileSync(path, 'utf8').split('\0')
    return variables.includes(`${OWNER_VARIABLE}=${folder}#${name}`)
  } catch {
    return false
  }
}
