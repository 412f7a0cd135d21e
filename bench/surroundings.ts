import { arch, cpus, platform, release, totalmem } from 'node:os'
import type { EngineName } from '../network/engine.ts'
import { findBinaries } from '../network/fabric/binaries.ts'
import { runCommand } from '../network/fabric/run-command.ts'

/** The machine: processors, memory, system. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown'
  const memory = `${String(Math.round(totalmem() / 2 ** 30))} GiB`
  return `${String(cpus().length)} × ${model}, ${memory}, ${platform()} ${release()} ${arch()}`
}

/** What ran on it: Node and, on Fabric, the peer as it tells itself. */
export async function versions(engine: EngineName): Promise<string> {
  const node = `node ${process.version}`
  if (engine === 'embedded') return node
  const binaries = await findBinaries((line) => console.error(line))
  const told = await runCommand(binaries.path('peer'), ['version'])
  return `${node}, fabric ${/Version: v?(\S+)/.exec(told)?.[1] ?? 'unknown'}`
}
