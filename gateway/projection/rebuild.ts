import { rmSync } from 'node:fs'

/**
 * Drops the store, so that the projector starts again from block 0. Works on a damaged file too. The
 * gateway must be stopped.
 */
export function rebuild(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
}
