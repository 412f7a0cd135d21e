import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The files of a network's folder that more than one program touches. */
export const networkFiles = (
  folder: string,
): Readonly<
  Record<'processes' | 'status' | 'socket' | 'logs' | 'settings' | 'config', string>
> => ({
  processes: join(folder, 'processes.json'),
  status: join(folder, 'status.json'),
  socket: join(folder, 'supervisor.sock'),
  logs: join(folder, 'logs'),
  settings: join(folder, 'network.json'),
  config: join(folder, 'config'),
})

/** Writes JSON so that a reader, or a crash, meets the old content or the new. */
export function writeJson(path: string, value: unknown): void {
  const aside = `${path}.unfinished`
  writeFileSync(aside, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(aside, path)
}

/** Reads JSON that this program wrote; undefined when there is none. */
export function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}
