import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { networkFiles, readJson, writeJson } from './network-files.ts'
import type { ProcessSpec, SupervisorStatus } from './process-spec.ts'
import { OWNER_VARIABLE, SupervisedProcess } from './supervised-process.ts'

// Started by supervisor-client.ts with the network's folder as the only argument, and left alone:
// it outlives the terminal, and ends on SIGTERM or when it is told to.

const folder = process.argv[2] ?? ''
const files = networkFiles(folder)
const running = new Map<string, SupervisedProcess>()
const leaving = new Set<SupervisedProcess>()

process.umask(0o077)
mkdirSync(files.logs, { recursive: true })
await endOrphans()
reload()
const server = createServer((request, response) => void answer(request, response))
server.listen(files.socket)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())

/** What processes.json asks for is started, what it no longer names is stopped. */
function reload(): void {
  const specs = readJson(files.processes) as readonly ProcessSpec[]
  const wanted = new Map(specs.map((spec) => [spec.name, spec]))
  for (const [name, supervised] of running) {
    if (JSON.stringify(wanted.get(name)) === JSON.stringify(supervised.spec)) continue
    running.delete(name)
    leaving.add(supervised)
    void supervised.stop().then(() => leaving.delete(supervised))
  }
  for (const spec of specs) {
    if (running.has(spec.name)) continue
    const supervised = new SupervisedProcess(spec, folder, writeStatus)
    running.set(spec.name, supervised)
    supervised.start()
  }
  writeStatus()
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
  else if (method === 'POST' && verb === 'reload') reload()
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
  await Promise.all([...running.values(), ...leaving].map(async (each) => await each.stop()))
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
