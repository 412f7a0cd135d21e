/** Told of what the batcher does, by the batcher. */
export interface BatchObserver {
  /** A batch was taken from the queue, in which its oldest command waited so long. */
  readonly taken: (commands: number, waitedMs: number) => void
  /** An attempt failed, and what is done about it. */
  readonly failedBatch: (kind: string, next: string) => void
}

/** Told of transactions on their way to the ledger. */
export interface LedgerObserver {
  readonly began: (stage: 'endorse' | 'commit') => void
  /** `elapsedMs` is undefined when nothing had to be ordered; `failure` is of what kind it was. */
  readonly ended: (
    stage: 'endorse' | 'commit',
    elapsedMs: number | undefined,
    failure?: string,
  ) => void
}

/** Told of every block once, when it has been applied. */
export interface BlockObserver {
  readonly applied: (
    transactions: readonly { readonly submitter: string; readonly validationCode: string }[],
    elapsedMs: number,
  ) => void
}

/** Told of every request once it has been answered. */
export interface HttpObserver {
  readonly answered: (method: string, route: string, status: number, elapsedMs: number) => void
}
