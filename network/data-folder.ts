import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Shows that a folder was made for this program, so that it may write and remove there. */
const MARKER = 'tallystick-data.json'
const MARKER_TEXT = `${JSON.stringify({ program: 'tallystick', version: 1 })}\n`

/** Locked by the operating system as long as the process runs that uses the folder. */
const LOCK = 'lock'
/** Which process that is, for people. */
const LOCK_HOLDER = 'lock.pid'

const SQLITE_BUSY = 5

/** All that the ledger, the gateways and the tools keep in the folder. */
const CHILDREN = ['ledger', 'fabric', 'gateways', 'logs', 'gateways.json', 'demo-keys.json']

/** Why a folder cannot be used, in plain words with what to do about it. */
export class DataFolderRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataFolderRefused'
  }
}

/** A data folder that no other process uses until this one ends or closes it. */
export interface DataFolder {
  readonly path: string
  /** Removes what this program keeps there, and nothing else. */
  readonly reset: () => void
  readonly close: () => void
}

/**
 * Takes a folder for this process alone: one that this program made, an empty one or a new one.
 * Throws DataFolderRefused, with nothing changed, when something else lies there or another process
 * uses it. A process that was killed leaves no lock behind.
 */
export function openDataFolder(path: string): DataFolder {
  claimDataFolder(path)
  const lock = takeLock(path)
  return {
    path,
    reset: () => {
      for (const child of CHILDREN) rmSync(join(path, child), { recursive: true, force: true })
    },
    close: () => lock.close(),
  }
}

/**
 * Makes a folder this program's, or sees that it is. Throws DataFolderRefused, with nothing changed,
 * when something else lies there.
 */
export function claimDataFolder(path: string): void {
  const marker = join(path, MARKER)
  if (existsSync(marker)) {
    if (isOurs(marker)) return
    throw new DataFolderRefused(`${marker} is not of this program. Give another --data.`)
  }
  if (existsSync(path) && childrenOf(path).length > 0) {
    throw new DataFolderRefused(
      `${path} holds something else than this program's data; nothing was changed there. Give an empty or a new folder by --data.`,
    )
  }
  mkdirSync(path, { recursive: true, mode: 0o700 })
  writeFileSync(marker, MARKER_TEXT)
}

function isOurs(marker: string): boolean {
  return readFileSync(marker, 'utf8') === MARKER_TEXT
}

function childrenOf(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    throw new DataFolderRefused(`${path} is no folder that can be read. Give another --data.`)
  }
}

/** SQLite's lock on an empty file: the system gives it back however the process ends. */
function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, LOCK))
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    const holder = holderOf(path)
    throw new DataFolderRefused(
      `${path} is in use${holder}: stop that first, or give another --data. Nothing was changed.`,
    )
  }
  writeFileSync(join(path, LOCK_HOLDER), `${process.pid}\n`)
  return lock
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function holderOf(path: string): string {
  const file = join(path, LOCK_HOLDER)
  return existsSync(file) ? ` by process ${readFileSync(file, 'utf8').trim()}` : ''
}
