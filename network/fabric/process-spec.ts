import { join } from 'node:path'
import { networkFiles } from './network-files.ts'

/** A process that the supervisor keeps running. */
export interface ProcessSpec {
  readonly name: string
  readonly kind: 'authority' | 'orderer' | 'peer' | 'chaincode' | 'gateway'
  readonly command: string
  readonly args: readonly string[]
  /** All of its environment, but for PATH. */
  readonly env: Readonly<Record<string, string>>
  /** A file that has to have this sha256 whenever the process is started. */
  readonly verified?: { readonly path: string; readonly sha256: string }
}

/** What the supervisor knows of a process. */
export interface ProcessStatus {
  readonly name: string
  readonly kind: ProcessSpec['kind']
  readonly state: 'running' | 'waiting' | 'stopped'
  readonly pid?: number
  /** How often it has been started again since the supervisor began. */
  readonly restarts: number
  /** ISO 8601. */
  readonly startedAt?: string
  /** Exit code or signal of the last run, or why it was not started. */
  readonly lastExit?: string
}

export interface SupervisorStatus {
  readonly pid: number
  readonly processes: readonly ProcessStatus[]
}

/** Processes that are asked for together: CA servers, the network's own, and the gateways. */
export const PROCESS_GROUPS = ['authorities', 'network', 'gateways'] as const
export type ProcessGroup = (typeof PROCESS_GROUPS)[number]

/** The file that says which processes of a group are wanted; one for each, so that none is lost. */
export function wantedFile(folder: string, group: ProcessGroup): string {
  if (group === 'network') return networkFiles(folder).processes
  const name = group === 'gateways' ? 'gateway-processes.json' : 'authority-processes.json'
  return join(folder, name)
}
