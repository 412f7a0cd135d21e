/** Apart from the contract, whose packages are not for a client to load. */
export const STOCK_CONTRACT = 'stock'
