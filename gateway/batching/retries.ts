import type { FailureKind } from '../fabric/classify-failure.ts'
import { REMEDIES } from '../fabric/classify-failure.ts'
import { jittered } from '../fabric/pause.ts'

/**
 * Since when the ledger has been away. All batches of a gateway share it, so that when it has been
 * away for long, each that comes is tried once and told at once.
 */
export class Outage {
  #sinceMs: number | undefined

  /** Takes note of a failure; returns for how long it has been failing. */
  lastedMs(): number {
    this.#sinceMs ??= performance.now()
    return performance.now() - this.#sinceMs
  }

  end(): void {
    this.#sinceMs = undefined
  }
}

export type NextStep = { readonly delayMs: number } | 'split' | 'report'

/** What comes next for one batch, by what has failed so far. */
export class Retries {
  readonly #patience: { readonly patienceMs: number; readonly outage: Outage }
  readonly #counts = new Map<FailureKind, number>()
  readonly #ownOutage = new Outage()

  constructor(patience: { readonly patienceMs: number; readonly outage: Outage }) {
    this.#patience = patience
  }

  next(kind: FailureKind, commands: number): NextStep {
    const { retries, firstDelayMs, mostDelayMs, isSplit } = REMEDIES[kind]
    const attempt = this.#counts.get(kind) ?? 0
    this.#counts.set(kind, attempt + 1)
    const { outage, patienceMs } = this.#patience
    if (kind !== 'unavailable') outage.end()
    // The batch's own counts too, for a ledger that is away in part.
    const isOver =
      kind === 'unavailable' &&
      Math.max(outage.lastedMs(), this.#ownOutage.lastedMs()) >= patienceMs
    if (attempt < retries && !isOver) {
      return { delayMs: jittered(attempt, firstDelayMs, mostDelayMs) }
    }
    return isSplit && commands > 1 ? 'split' : 'report'
  }
}
