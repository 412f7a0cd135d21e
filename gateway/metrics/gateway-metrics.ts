import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { BatchObserver, BlockObserver, HttpObserver, LedgerObserver } from './observers.ts'
import { ProcessMetrics } from './process-metrics.ts'

/** From what a lone command takes on the embedded ledger to what a gateway waits for an answer. */
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const BATCH_COMMANDS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000]

type Observers = BatchObserver & LedgerObserver & BlockObserver & HttpObserver

/**
 * One gateway's figures, in a registry of its own, for gateways may share a process. They count
 * from the start of the process, and are observed once for a batch, a block or a request, never
 * for a command.
 */
export class GatewayMetrics implements Observers {
  readonly #organisation: string
  readonly #registry = new Registry()
  readonly #process = new ProcessMetrics(this.#registry)
  readonly #batchCommands = this.#histogram(
    'tallystick_batch_commands',
    'Commands in a batch when it was taken from the queue',
    BATCH_COMMANDS,
  )
  readonly #stages = this.#histogram(
    'tallystick_stage_seconds',
    'Time of a batch in a stage: queue (its oldest command), endorse, commit (from signing until its block is applied), apply (a block, by the projection)',
    SECONDS,
    ['stage'],
  )
  readonly #inFlight = new Gauge({
    name: 'tallystick_transactions_in_flight',
    help: 'Transactions that are being endorsed, or on their way to a block',
    labelNames: ['stage'],
    registers: [this.#registry],
  })
  readonly #transactions = this.#counter(
    'tallystick_transactions_total',
    'Transactions in the blocks that were read, by validation code; own: of this organisation',
    ['submitter', 'validation_code'],
  )
  readonly #failures = this.#counter(
    'tallystick_batch_failures_total',
    'Attempts of batches that failed, by what that calls for',
    ['stage', 'kind'],
  )
  readonly #retries = this.#counter(
    'tallystick_batch_retries_total',
    'What followed on the failure of a batch: again, split, report or isolate',
    ['kind', 'next'],
  )
  readonly #requests = this.#counter('tallystick_http_requests_total', 'Requests answered', [
    'method',
    'route',
    'status',
  ])
  readonly #requestSeconds = this.#histogram(
    'tallystick_http_request_seconds',
    'Time to the end of the answer',
    SECONDS,
    ['method', 'route'],
  )

  constructor(organisation: string) {
    this.#organisation = organisation
    // From the first scrape on, so that a rate over them has a beginning.
    for (const stage of ['endorse', 'commit']) this.#inFlight.set({ stage }, 0)
    this.#transactions.inc({ submitter: 'own', validation_code: 'VALID' }, 0)
  }

  /** A figure that is looked up whenever somebody asks. */
  gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(read()),
    })
  }

  taken(commands: number, waitedMs: number): void {
    this.#batchCommands.observe(commands)
    this.#stages.observe({ stage: 'queue' }, waitedMs / 1_000)
  }

  failedBatch(kind: string, next: string): void {
    this.#retries.inc({ kind, next })
  }

  began(stage: 'endorse' | 'commit'): void {
    this.#inFlight.inc({ stage })
  }

  ended(stage: 'endorse' | 'commit', elapsedMs: number | undefined, failure?: string): void {
    this.#inFlight.dec({ stage })
    if (elapsedMs !== undefined) this.#stages.observe({ stage }, elapsedMs / 1_000)
    if (failure !== undefined) this.#failures.inc({ stage, kind: failure })
  }

  applied(
    transactions: readonly { readonly submitter: string; readonly validationCode: string }[],
    elapsedMs: number,
  ): void {
    this.#stages.observe({ stage: 'apply' }, elapsedMs / 1_000)
    for (const { submitter, validationCode } of transactions) {
      const whose = submitter === this.#organisation ? 'own' : 'other'
      this.#transactions.inc({ submitter: whose, validation_code: validationCode })
    }
  }

  answered(method: string, route: string, status: number, elapsedMs: number): void {
    this.#requests.inc({ method, route, status })
    this.#requestSeconds.observe({ method, route }, elapsedMs / 1_000)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All figures in Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics()
  }

  close(): void {
    this.#process.close()
    this.#registry.clear()
  }

  #counter<Label extends string>(name: string, help: string, labels: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames: labels, registers: [this.#registry] })
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labels: Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name, help, buckets, labelNames: labels, registers: [this.#registry] })
  }
}
