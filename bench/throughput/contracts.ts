import { LedgerContract } from '../../chaincode/ledger-contract.ts'
import { StockContract } from './stock-contract.ts'

/** The ledger, and beside it in the same chaincode what it is compared with. */
export const contracts = [LedgerContract, StockContract]
