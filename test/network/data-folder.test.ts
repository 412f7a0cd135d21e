import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DataFolderRefused, openDataFolder } from '../../network/data-folder.ts'

const CHECKOUT = join(import.meta.dirname, '../..')

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-data-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

interface Ended {
  readonly status: number | null
  readonly stderr: string
}

/** Runs `npm start` to its end; only for what it refuses. */
async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(CHECKOUT, 'network/start.ts'), ...args], {
    cwd: dir,
    env: { ...process.env, NODE_ENV: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    // One that is not refused would go on for ever.
    timeout: 20_000,
    killSignal: 'SIGKILL',
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  const stderr = await text(child.stderr)
  const [status] = await ended
  return { status, stderr }
}

/** Another process that has the folder open, until it is killed. */
async function holder(path: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const program = `
    import { openDataFolder } from ${JSON.stringify(join(CHECKOUT, 'network/data-folder.ts'))}
    const folder = openDataFolder(${JSON.stringify(path)})
    console.log(folder.path)
    setInterval(() => folder, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  await once(child.stdout, 'data')
  const kill = async (): Promise<void> => {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return { pid: child.pid ?? 0, kill }
}

describe('a data folder', () => {
  test.each(['new/and/deep', '.'])('is made where nothing is: %s', (name) => {
    const path = join(dir, name)
    openDataFolder(path).close()
    expect(existsSync(join(path, 'tallystick-data.json'))).toBe(true)
    openDataFolder(path).close()
  })

  test('is not made where something else is, even a folder named ledger', () => {
    mkdirSync(join(dir, 'ledger'))
    writeFileSync(join(dir, 'ledger', 'journal.txt'), 'mine')
    expect(() => openDataFolder(dir)).toThrow(DataFolderRefused)
    expect(readdirSync(dir, { recursive: true })).toEqual(['ledger', 'ledger/journal.txt'])
  })

  test('is neither a file nor a folder with a marker of something else', () => {
    const file = join(dir, 'file')
    writeFileSync(file, 'mine')
    expect(() => openDataFolder(file)).toThrow(DataFolderRefused)
    writeFileSync(join(dir, 'tallystick-data.json'), '{}')
    expect(() => openDataFolder(dir)).toThrow(DataFolderRefused)
  })

  test('loses by a reset what this program keeps there, and nothing else', () => {
    const folder = openDataFolder(dir)
    for (const child of ['ledger', 'gateways', 'logs', 'fabric', 'mine']) {
      mkdirSync(join(dir, child))
      writeFileSync(join(dir, child, 'file'), child)
    }
    for (const child of ['gateways.json', 'demo-keys.json', 'results.ndjson']) {
      writeFileSync(join(dir, child), child)
    }
    folder.reset()
    folder.close()
    const left = readdirSync(dir).filter((name) => !name.startsWith('lock'))
    expect(left).toEqual(['mine', 'results.ndjson', 'tallystick-data.json'])
  })

  test('is for one process at a time, and for the next one when that was killed', async () => {
    const { pid, kill } = await holder(dir)
    try {
      expect(() => openDataFolder(dir)).toThrow(`in use by process ${pid}`)
    } finally {
      await kill()
    }
    openDataFolder(dir).close()
    expect(readFileSync(join(dir, 'lock.pid'), 'utf8')).toBe(`${process.pid}\n`)
  })

  test('is not for two in one process either', () => {
    const folder = openDataFolder(dir)
    expect(() => openDataFolder(dir)).toThrow(DataFolderRefused)
    folder.close()
  })
})

describe('npm start', () => {
  test.each(['--port=any', '--reset', '--rebuild'])(
    'changes nothing in a folder that is not its own, such as a checkout: %s',
    async (flag) => {
      mkdirSync(join(dir, 'ledger'))
      writeFileSync(join(dir, 'package.json'), '{}')
      const { status, stderr } = await start([flag, '--data', '.'])
      expect(status).toBe(1)
      expect(stderr).toContain('something else')
      expect(readdirSync(dir)).toEqual(['ledger', 'package.json'])
    },
  )

  test.each(['--port=any', '--reset', '--rebuild'])(
    'beside one that is running changes nothing and says so: %s',
    async (flag) => {
      const { pid, kill } = await holder(dir)
      mkdirSync(join(dir, 'gateways'))
      writeFileSync(join(dir, 'gateways', 'bank.sqlite'), 'rows')
      try {
        const { status, stderr } = await start([flag, '--data', dir, '--port', 'any'])
        expect(status).toBe(1)
        expect(stderr).toContain(`in use by process ${pid}`)
        expect(readFileSync(join(dir, 'gateways', 'bank.sqlite'), 'utf8')).toBe('rows')
      } finally {
        await kill()
      }
    },
  )

  test.each([{ NODE_ENV: 'production' }, { TALLYSTICK_MODE: 'production' }])(
    'is refused in production, before anything is made: %o',
    async (env) => {
      const { status, stderr } = await start(['--data', join(dir, 'new')], env)
      expect(status).toBe(1)
      expect(stderr).toContain('production')
      expect(readdirSync(dir)).toEqual([])
    },
  )
})
