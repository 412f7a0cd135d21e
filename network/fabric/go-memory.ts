/**
 * A batch of a thousand postings leaves megabytes of garbage in every node, and Go's collector would
 * take a third of an orderer's processor time. It is run less often, until the process comes near
 * the limit.
 */
export const GO_MEMORY = { GOGC: '400', GOMEMLIMIT: '1GiB' } as const
