import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify from 'fastify'
import { beforeAll, expect, test, vi } from 'vitest'
import { CommandService } from '../../gateway/commands/command-service.ts'
import { answerProblems } from '../../gateway/plugins/problems.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { readCommandOutcome } from '../../gateway/routes/commands.outcome.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { openedBlocks } from '../support/blocks.ts'
import { ANN, BOB, issue, submitOne, transfer } from '../support/opened-ledger.ts'
import { STAR } from '../support/world.ts'

const paid = issue(STAR, ANN, '1000')
const tooMuch = transfer(STAR, ANN, BOB, '99999')
const waitForBlock = vi.fn<(blockNumber: bigint) => Promise<void>>(() => Promise.resolve())
let get: (path: string) => Promise<{ status: number; body: unknown }>

function unused(): never {
  throw new Error('a question submits nothing')
}

beforeAll(async () => {
  const ledger = await openedBlocks()
  await submitOne(ledger, 'mall', paid)
  await submitOne(ledger, 'mall', tooMuch)
  ledger.cut()
  const projection = Projection.open(':memory:')
  for (const block of ledger.blocks) projection.apply(block)
  const commands = new CommandService({
    organisation: 'mall',
    sha256: unused,
    outcome: (actor, id) => projection.outcome(actor, id),
    account: unused,
    submit: unused,
    isCaughtUp: unused,
    forwarder: unused,
  })
  const app = fastify().withTypeProvider<TypeBoxTypeProvider>()
  answerProblems(app)
  const services = { organisation: 'mall', channel: 'consortium', projection, waitForBlock }
  readCommandOutcome(app, { ...services, commands, isReady: () => true })
  get = async (path) => {
    const response = await app.inject({ method: 'GET', url: path })
    return { status: response.statusCode, body: response.json<unknown>() }
  }
})

function pathOf({ command: { actor, id } }: SignedCommand): string {
  return `/commands/${actor}/${id}`
}

test('the outcome of a command says as of which block, accepted, refused or not there', async () => {
  expect(await get(pathOf(paid))).toMatchObject({
    status: 200,
    body: { status: 'accepted', asOfBlock: '4', blockNumber: '4' },
  })
  expect(await get(pathOf(tooMuch))).toMatchObject({
    status: 422,
    body: { code: 'INSUFFICIENT_POINTS', asOfBlock: '4', blockNumber: '4' },
  })
  expect(await get(`/commands/${ANN}/never-heard-of`)).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND', detail: { actor: ANN, id: 'never-heard-of', asOfBlock: '4' } },
  })
})

test('the question waits for minBlock, and takes nothing else', async () => {
  expect((await get(`${pathOf(paid)}?minBlock=7`)).status).toBe(200)
  expect(waitForBlock).toHaveBeenLastCalledWith(7n)
  expect((await get(`${pathOf(paid)}?minBlock=-1`)).status).toBe(400)
})
