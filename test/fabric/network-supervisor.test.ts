import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rotateLog } from '../../network/fabric/log-file.ts'
import { SupervisedProcess } from '../../network/fabric/supervised-process.ts'
import { showLogs } from '../../network/logs-command.ts'
import type { ProcessSpec, ProcessStatus } from '../../network/fabric/process-spec.ts'
import {
  restartProcess,
  stopSupervisor,
  supervise,
  supervisorStatus,
} from '../../network/fabric/supervisor-client.ts'

const LINGER = 'setInterval(() => {}, 1000)'
const LIMIT_MS = 20_000

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-'))
})
afterEach(async () => {
  await stopSupervisor(folder)
  rmSync(folder, { recursive: true })
})

function lingering(name: string, program = LINGER): ProcessSpec {
  return { name, kind: 'peer', command: process.execPath, args: ['-e', program], env: {} }
}

async function until(
  name: string,
  holds: (status: ProcessStatus) => boolean,
): Promise<ProcessStatus> {
  const deadline = Date.now() + LIMIT_MS
  for (;;) {
    const all = (await supervisorStatus(folder))?.processes ?? []
    const found = all.find((process) => process.name === name)
    if (found !== undefined && holds(found)) return found
    if (Date.now() > deadline) throw new Error(`${name}: ${JSON.stringify(found)}`)
    await sleep(20)
  }
}

function pidOf({ pid }: ProcessStatus): number {
  if (pid === undefined) throw new Error('no pid')
  return pid
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // What was killed may stay as a zombie where nobody asks for its exit code.
    const stat = `/proc/${String(pid)}/stat`
    return !(existsSync(stat) && / Z /.test(readFileSync(stat, 'utf8')))
  } catch {
    return false
  }
}

describe('the supervisor', () => {
  test('starts a process again that was killed, and tells how often and why', async () => {
    await supervise(folder, [lingering('one'), lingering('two')])
    const first = await until('one', ({ pid }) => pid !== undefined)
    const two = await until('two', ({ pid }) => pid !== undefined)
    process.kill(pidOf(first), 'SIGKILL')
    const again = await until('one', ({ restarts, pid }) => restarts === 1 && pid !== undefined)
    expect(again).toMatchObject({ state: 'running', lastExit: 'SIGKILL' })
    expect(pidOf(again)).not.toBe(pidOf(first))
    expect(await until('two', () => true)).toEqual(two)
  })

  test('goes on starting what ends by itself', async () => {
    await supervise(folder, [lingering('one', 'process.exit(3)')])
    expect((await until('one', ({ restarts }) => restarts >= 2)).lastExit).toBe('code 3')
  })

  test('starts no other bytes than those that were approved', async () => {
    const path = join(folder, 'program.cjs')
    writeFileSync(path, LINGER)
    const sha256 = createHash('sha256').update(LINGER).digest('hex')
    const spec = { ...lingering('one'), args: [path], verified: { path, sha256 } }
    await supervise(folder, [spec])
    await until('one', ({ state }) => state === 'running')
    writeFileSync(path, `${LINGER} // and more`)
    await restartProcess(folder, 'one')
    const refused = await until('one', ({ lastExit = '' }) => lastExit.startsWith('refused'))
    expect(refused.pid).toBeUndefined()
    writeFileSync(path, LINGER)
    expect((await until('one', ({ state }) => state === 'running')).restarts).toBe(1)
  })

  test('has what it is asked for running and nothing else', async () => {
    await supervise(folder, [lingering('one'), lingering('two')])
    const one = pidOf(await until('one', ({ pid }) => pid !== undefined))
    const two = pidOf(await until('two', ({ pid }) => pid !== undefined))
    await supervise(folder, [lingering('one'), lingering('three')])
    await until('three', ({ state }) => state === 'running')
    expect(pidOf(await until('one', () => true))).toBe(one)
    const names = (await supervisorStatus(folder))?.processes.map(({ name }) => name)
    expect(names).toEqual(['one', 'three'])
    await stopSupervisor(folder)
    expect([one, two].filter(isAlive)).toEqual([])
    expect(await supervisorStatus(folder)).toBeUndefined()
  })

  test.runIf(process.platform === 'linux')(
    'takes the place of one that was killed, and ends what that one left behind',
    async () => {
      await supervise(folder, [lingering('one')])
      const orphan = pidOf(await until('one', ({ pid }) => pid !== undefined))
      process.kill((await supervisorStatus(folder))?.pid ?? 0, 'SIGKILL')
      while ((await supervisorStatus(folder)) !== undefined) await sleep(20)
      expect(isAlive(orphan)).toBe(true)
      await supervise(folder, [lingering('one')])
      expect(pidOf(await until('one', ({ pid }) => pid !== undefined))).not.toBe(orphan)
      expect(isAlive(orphan)).toBe(false)
    },
  )
})

// Lines of a hundred bytes.
const WRITE = "let n = 0; setInterval(() => console.log(String(n++).padStart(99, '.')), 1)"

function log(suffix = ''): string {
  return join(folder, 'logs', `one.log${suffix}`)
}

describe('the log of a process', () => {
  const LIMITS = { maxBytes: 2_000, kept: 2, checkMs: 20 }
  test('is bounded, and its writer goes on', async () => {
    mkdirSync(join(folder, 'logs'))
    const process = new SupervisedProcess(lingering('one', WRITE), folder, () => {}, LIMITS)
    process.start()
    while (!existsSync(log('.2')) || statSync(log()).size === 0) await sleep(5)
    const { pid, restarts } = process.status()
    expect([isAlive(pid ?? 0), restarts]).toEqual([true, 0])
    await process.stop()
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['one.log', 'one.log.1', 'one.log.2'])
    // A writer that did not append would leave a hole before its next line.
    for (const suffix of ['', '.1', '.2']) {
      expect(readFileSync(log(suffix), 'utf8')).toMatch(/^(?:\.+\d+\n)*$/)
    }
  })

  test('can be shown from its end and followed through a rotation', async () => {
    mkdirSync(join(folder, 'logs'))
    writeFileSync(log(), Array.from({ length: 9_000 }, (_, n) => `line ${String(n)}\n`).join(''))
    const ended = new AbortController()
    let shown = ''
    const following = showLogs(
      join(folder, 'logs'),
      'one',
      { lines: 2, follow: ended.signal },
      (text) => {
        shown += text
      },
    )
    expect(shown).toBe(`== ${log()}\nline 8998\nline 8999\n`)
    appendFileSync(log(), 'after\n')
    while (!shown.endsWith('after\n')) await sleep(20)
    rotateLog(log(), { maxBytes: 10, kept: 1 })
    appendFileSync(log(), 'emptied\n')
    while (!shown.endsWith('emptied\n')) await sleep(20)
    ended.abort()
    await following
    expect(shown.split('\n')).toHaveLength(6)
    await expect(showLogs(join(folder, 'logs'), 'two', { lines: 1 }, () => {})).rejects.toThrow(
      'Nodes with logs: one.',
    )
  })
})
