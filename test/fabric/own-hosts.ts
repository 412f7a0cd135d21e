import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Consortium } from '../../network/consortium-file.ts'
import type { FabricBinaries } from '../../network/fabric/binaries.ts'
import { ownHost, readHostSettings } from '../../network/fabric/render/own-host.ts'
import type { OwnHost } from '../../network/fabric/render/own-host.ts'
import { renderOrganisation } from '../../network/fabric/render/render-organisation.ts'
import { runCommand } from '../../network/fabric/run-command.ts'

const APPLICATION = join(import.meta.dirname, '../..')
const STEP_LIMIT_MS = 120_000

/** A party that has nothing but its rendered folder, Fabric's programs and the application. */
export class RenderedParty {
  readonly id: string
  readonly folder: string
  readonly #running = new Map<string, ChildProcess>()

  private constructor(id: string, folder: string) {
    this.id = id
    this.folder = folder
  }

  static async render(
    id: string,
    folder: string,
    consortium: Consortium,
    binaries: FabricBinaries,
  ): Promise<RenderedParty> {
    const party = new RenderedParty(id, folder)
    await party.renderFor(consortium, binaries)
    symlinkSync(binaries.folder, join(folder, 'bin'))
    symlinkSync(APPLICATION, join(folder, 'app'))
    return party
  }

  async renderFor(consortium: Consortium, binaries: FabricBinaries): Promise<void> {
    const { basePort, ordering } = consortium
    await renderOrganisation({
      settings: {
        organisation: this.id,
        prefix: this.folder,
        ordering: ordering.type,
        basePort,
        consortium,
      },
      out: this.folder,
      keys: 'cryptogen',
      findBinaries: () => Promise.resolve(binaries),
    })
  }

  host(): OwnHost {
    return ownHost(readHostSettings(this.folder))
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Runs a step of the runbook and returns what it wrote. */
  async step(name: string, ...args: readonly string[]): Promise<string> {
    return await runCommand('sh', [this.path(`steps/${name}.sh`), ...args], {
      env: { PATH: process.env['PATH'] },
      timeoutMs: STEP_LIMIT_MS,
    })
  }

  /** Starts a service as systemd would: its command, in its folder, with its environment alone. */
  async start(name: string): Promise<void> {
    const [template = '', instance = ''] = name.split('@')
    const file = instance === '' ? name : `${template}@`
    const text = readFileSync(this.path(`systemd/tallystick-${file}.service`), 'utf8')
    const unit = text.replaceAll('%i', instance)
    const env = environmentOf(unit)
    const before = valuesOf(unit, 'ExecStartPre')[0]
    if (before !== undefined) await runCommand('sh', ['-c', before], { env })
    const [start = ''] = valuesOf(unit, 'ExecStart')
    const [command = '', ...args] = start
      .replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => env[variable] ?? '')
      .split(' ')
    const log = openSync(this.path(`${name}.log`), 'a')
    const [cwd] = valuesOf(unit, 'WorkingDirectory')
    this.#running.set(name, spawn(command, args, { cwd, env, stdio: ['ignore', log, log] }))
    closeSync(log)
  }

  async stop(): Promise<void> {
    const ended = [...this.#running.values()].map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      await new Promise((resolve) => {
        child.once('exit', resolve)
        child.kill('SIGKILL')
      })
    })
    await Promise.all(ended)
  }
}

function valuesOf(unit: string, key: string): string[] {
  return unit
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1))
}

function environmentOf(unit: string): Record<string, string> {
  const lines = [
    ...valuesOf(unit, 'Environment'),
    ...valuesOf(unit, 'EnvironmentFile').flatMap((path) => readFileSync(path, 'utf8').split('\n')),
  ]
  const variables = lines.flatMap((line): [string, string][] => {
    const [, name = '', value = ''] = /^(\w+)="?(.*?)"?$/.exec(line) ?? []
    return name === '' ? [] : [[name, value]]
  })
  return { PATH: process.env['PATH'] ?? '', ...Object.fromEntries(variables) }
}
