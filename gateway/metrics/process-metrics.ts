import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Registry } from 'prom-client'
import { Counter, Gauge } from 'prom-client'

const RESOLUTION_MS = 20

/**
 * The process under the names that dashboards know. The package's own default metrics cannot be
 * ended, and a gateway that is closed must leave nothing running.
 */
export class ProcessMetrics {
  readonly #delays: ReturnType<typeof monitorEventLoopDelay>

  constructor(registry: Registry) {
    this.#delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    this.#delays.enable()
    const gauge = (name: string, help: string, read: () => number): void => {
      const made: Gauge = new Gauge({
        name,
        help,
        registers: [registry],
        collect: () => made.set(read()),
      })
    }
    const cpuSeconds: Counter = new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor time, user and system',
      registers: [registry],
      collect: () => {
        const { user, system } = process.cpuUsage()
        cpuSeconds.reset()
        cpuSeconds.inc((user + system) / 1e6)
      },
    })
    gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss())
    gauge('process_start_time_seconds', 'When the process started', () => {
      return Math.round((performance.timeOrigin / 1_000) * 1_000) / 1_000
    })
    gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use', () => {
      return process.memoryUsage().heapUsed
    })
    const since = 'Delay of the event loop since the last time that somebody asked'
    gauge('nodejs_eventloop_lag_p50_seconds', `${since}, median`, () => this.#delay(50))
    gauge('nodejs_eventloop_lag_p99_seconds', `${since}, 99th percentile`, () => this.#delay(99))
    gauge('nodejs_eventloop_lag_max_seconds', `${since}, maximum`, () => {
      const longest = this.#delay(100)
      // Collected in the order in which they are registered, so this is the last that needs them.
      this.#delays.reset()
      return longest
    })
  }

  close(): void {
    this.#delays.disable()
  }

  /** What is measured is the time between two ticks of a timer. */
  #delay(percentile: number): number {
    const betweenTicks = this.#delays.count === 0 ? 0 : this.#delays.percentile(percentile)
    return Math.max(0, betweenTicks / 1e9 - RESOLUTION_MS / 1_000)
  }
}
