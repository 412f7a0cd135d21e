/**
 * A batch of a thousand postings leaves megabytes of garbage in every node. Go's collector is run
 * less often than it would by itself, until the process comes near the limit.
 */
export const GO_MEMORY = { GOGC: '400', GOMEMLIMIT: '1GiB' } as const
