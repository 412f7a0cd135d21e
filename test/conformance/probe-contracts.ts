import { ProbeContract } from '../embedded/probe-contract.ts'

/** What a chaincode server of the probe serves in place of the ledger. */
export const contracts = [ProbeContract]
