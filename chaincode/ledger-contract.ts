import type { Context as FabricContext } from 'fabric-contract-api'
// The package assembles its exports at run time, where the names cannot be imported.
import fabric from 'fabric-contract-api'
import { CHAINCODE_NAME, encodeAnswer, parseSubmit, submit } from '../ledger/index.ts'
import { readCall } from './caller.ts'
import { cryptography } from './cryptography.ts'
import { getAccount, getOutcomes, getProgrammes, getQuota, getRecords } from './look-ups.ts'
import { requestText } from './request-text.ts'
import { flush, stubReader } from './stub-state.ts'

const { Contract, Param, Returns, Transaction } = fabric

/** The consortium's contract. Every function takes one JSON text and answers with one. */
export class LedgerContract extends Contract {
  constructor() {
    super(CHAINCODE_NAME)
  }

  /** Runs a batch of commands: `SubmitRequest` in, an encoded `SubmitAnswer` out. */
  async Submit(context: FabricContext, requestJson: string): Promise<string> {
    const ports = { ...stubReader(context.stub), ...cryptography }
    const result = await submit(parseSubmit(requestText(requestJson)), ports, readCall(context))
    await flush(context.stub, result)
    return encodeAnswer({ outcomes: result.outcomes, writes: result.writes.length })
  }

  async GetAccount(context: FabricContext, requestJson: string): Promise<string> {
    return await getAccount(requestJson, stubReader(context.stub))
  }

  async GetOutcomes(context: FabricContext, requestJson: string): Promise<string> {
    return await getOutcomes(requestJson, stubReader(context.stub))
  }

  async GetProgrammes(context: FabricContext, requestJson: string): Promise<string> {
    return await getProgrammes(requestJson, stubReader(context.stub))
  }

  async GetQuota(context: FabricContext, requestJson: string): Promise<string> {
    return await getQuota(requestJson, stubReader(context.stub))
  }

  async GetRecords(context: FabricContext, requestJson: string): Promise<string> {
    return await getRecords(requestJson, stubReader(context.stub))
  }
}

// Decorators called as functions: no build step emits metadata, and only these become callable.
const TRANSACTIONS = {
  Submit: true,
  GetAccount: false,
  GetOutcomes: false,
  GetProgrammes: false,
  GetQuota: false,
  GetRecords: false,
} as const

for (const [name, isSubmit] of Object.entries(TRANSACTIONS)) {
  Transaction(isSubmit)(LedgerContract.prototype, name)
  Param('requestJson', 'string')(LedgerContract.prototype, name)
  Returns('string')(LedgerContract.prototype, name)
}
