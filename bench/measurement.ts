import type { OrderingType } from '../network/consortium-file.ts'
import type { EngineName } from '../network/engine.ts'
import type { Fault } from '../test/support/fabric-faults.ts'

/** One measured figure set; every scenario prints one such line. */
export type Measurement = Readonly<Record<string, string | number | boolean>>

/** What the benchmarks on a whole network are told. */
export interface BenchOptions {
  readonly engine: EngineName
  readonly orderer: OrderingType
  /** The first of the ports that a Fabric network takes. */
  readonly port: number
  /** How often each load is run; figures are medians. */
  readonly rounds: number
  /** How long the overload lasts, and growth makes blocks, at most. */
  readonly minutes: number
  /** How many times the data grows. */
  readonly factor: number
  /** How many uncompacted deltas the hot account comes to have. */
  readonly deltas: number
  /** What happens in the middle of the trading day. */
  readonly fault: Fault
  /** Which trading day is played. */
  readonly date: string
  /** Of the cycle that is closed. */
  readonly entries: number
  /** Of each of the files that are reconciled. */
  readonly lines: number
  /** Gets a line for everything that takes its time. */
  readonly report: (line: string) => void
}

/** The engine as every line names it. */
export function engineFields({ engine, orderer }: BenchOptions): Measurement {
  return { engine, orderer: engine === 'fabric' ? orderer : 'none' }
}

/** With so many parts of one: tenths unless given. */
export function rounded(value: number, parts = 10): number {
  return Math.round(value * parts) / parts
}
