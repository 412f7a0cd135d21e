import { LedgerContract } from './ledger-contract.ts'

export { LedgerContract } from './ledger-contract.ts'
export const contracts = [LedgerContract]
