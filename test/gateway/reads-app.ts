import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify from 'fastify'
import type { LedgerBlock } from '../../gateway/fabric/ledger-block.ts'
import type { GatewayApp } from '../../gateway/gateway-app.ts'
import { answerProblems } from '../../gateway/plugins/problems.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { READ_ROUTES } from '../../gateway/routes/read-routes.ts'
import { LedgerError } from '../../ledger/index.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { openedBlocks, rollToDecember } from '../support/blocks.ts'
import {
  ANN,
  BOB,
  CAT,
  FIXED,
  FLASH,
  issue,
  redeem,
  submitOne,
  transfer,
} from '../support/opened-ledger.ts'
import { HUI, STAR } from '../support/world.ts'

/** What the transfer of `tradedBlocks` was sent with. */
export const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

type Json = Readonly<Record<string, unknown>>

/** An answer of the gateway. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: Json
}

export interface ListAnswer {
  readonly items: readonly Json[]
  readonly nextCursor?: string
}

/** The read routes over a projection, with strict validation as in the gateway. */
export class ReadsApp {
  readonly projection: Projection
  readonly #app: GatewayApp

  constructor(blocks: readonly LedgerBlock[]) {
    this.projection = Projection.open(':memory:')
    for (const block of blocks) this.projection.apply(block)
    this.#app = fastify({
      ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    }).withTypeProvider<TypeBoxTypeProvider>()
    answerProblems(this.#app)
    const services = {
      organisation: 'mall',
      channel: 'consortium',
      projection: this.projection,
      waitForBlock: (blockNumber: bigint) => this.#waitForBlock(blockNumber),
    }
    for (const route of READ_ROUTES) route(this.#app, services)
  }

  async get(path: string): Promise<Answer> {
    const response = await this.#app.inject({ method: 'GET', url: path })
    const contentType = String(response.headers['content-type'])
    return { status: response.statusCode, contentType, body: response.json<Json>() }
  }

  /** Asks for something that is worked out and not kept, such as a quote. */
  async post(path: string, body: object): Promise<Answer> {
    const response = await this.#app.inject({ method: 'POST', url: path, payload: body })
    const contentType = String(response.headers['content-type'])
    return { status: response.statusCode, contentType, body: response.json<Json>() }
  }

  /** A page of a list; throws when there is none. */
  async list(path: string): Promise<ListAnswer> {
    const { status, body } = await this.get(path)
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`)
    return body as unknown as ListAnswer
  }

  /** All items of a list, by pages of `limit`; throws on what never ends. */
  async pages(path: string, limit: number): Promise<Json[]> {
    const first = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`
    const items: Json[] = []
    let page = await this.list(first)
    for (let count = 0; count < 1000; count += 1) {
      items.push(...page.items)
      if (page.nextCursor === undefined) return items
      page = await this.list(`${first}&cursor=${page.nextCursor}`)
    }
    throw new Error('pages without end')
  }

  async #waitForBlock(blockNumber: bigint): Promise<void> {
    const checkpoint = this.projection.checkpoint()
    if (checkpoint !== undefined && checkpoint.blockNumber >= blockNumber) return
    await Promise.reject(new LedgerError('NOT_YET', { minBlock: String(blockNumber) }))
  }
}

/**
 * Two days: awards of every programme, of them one pending and one that expires on the first day;
 * a transfer, redemptions across organisations, a refusal, an invalid transaction.
 */
export async function tradedBlocks(): Promise<BlockLedger> {
  const ledger = await openedBlocks()
  await submitOne(ledger, 'mall', issue(STAR, ANN, '10000'))
  await submitOne(ledger, 'mall', issue(STAR, ANN, '500', { availableFrom: '2026-12-20' }))
  await submitOne(ledger, 'bank', issue(HUI, BOB, '20000'))
  ledger.cut()
  await submitOne(ledger, 'airline', issue(FLASH, ANN, '700'))
  await submitOne(ledger, 'mall', issue(FIXED, CAT, '900'))
  const gift = { ...transfer(STAR, ANN, BOB, '300'), traceparent: TRACEPARENT }
  await submitOne(ledger, 'mall', gift)
  ledger.submitInvalid('e'.repeat(64), 'MVCC_READ_CONFLICT', 'airline')
  ledger.cut()
  await submitOne(ledger, 'mall', rollToDecember())
  await submitOne(ledger, 'bank', redeem(HUI, BOB, '100', { acceptor: 'mall' }))
  await submitOne(ledger, 'bank', redeem(STAR, BOB, '7', { acceptor: 'bank' }))
  await submitOne(ledger, 'mall', transfer(STAR, ANN, CAT, '99999'))
  ledger.cut()
  return ledger
}
