import type { ClientRequest, IncomingMessage } from 'node:http'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { MAX_BULK_BYTES, MAX_BULK_LINES } from '../../gateway/commands/bulk-commands.ts'
import type { CommandAnswer } from '../../gateway/commands/command-answer.ts'
import type { CommandService } from '../../gateway/commands/command-service.ts'
import type { GatewayApp } from '../../gateway/gateway-app.ts'
import { GatewayMetrics } from '../../gateway/metrics/gateway-metrics.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { LedgerError } from '../../ledger/index.ts'
import { gatewayApp } from '../support/gateway-app.ts'
import { signed } from '../support/world.ts'

type Submit = (value: SignedCommand) => Promise<CommandAnswer>

interface Line {
  readonly line: number
  readonly id: string
  readonly status: string
  readonly code?: string
}

const accept: Submit = async ({ command: { actor, id } }) =>
  await Promise.resolve({ status: 'accepted', actor, id, replayed: false })

const metrics = new GatewayMetrics('mall')
let app: GatewayApp
let submit = accept
let submitted: string[] = []

const take: CommandService['submit'] = async (value) => {
  // Every line that comes so far is one of this test's own.
  const { command } = value as SignedCommand
  submitted.push(command.id)
  return await submit(value as SignedCommand)
}

beforeAll(async () => {
  app = await gatewayApp(take, { metrics })
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await app.close()
  metrics.close()
})
beforeEach(() => {
  submit = accept
  submitted = []
})

/** A request whose body is still to be written, and its answer. */
function open(headers: Record<string, string> = {}): {
  readonly body: ClientRequest
  readonly answer: Promise<IncomingMessage>
} {
  const { port } = app.server.address() as AddressInfo
  const type = { 'content-type': 'application/x-ndjson', authorization: 'Bearer token' }
  const options = { method: 'POST', headers: { ...type, ...headers } }
  const body = request(`http://127.0.0.1:${port}/commands`, options)
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    body.on('response', resolve)
    body.on('error', reject)
  })
  return { body, answer }
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<Line> {
  for await (const line of createInterface({ input: answer })) yield JSON.parse(line) as Line
}

async function post(text: string): Promise<Line[]> {
  const { body, answer } = open()
  body.end(text)
  const lines: Line[] = []
  for await (const line of linesOf(await answer)) lines.push(line)
  return lines.toSorted((a, b) => a.line - b.line)
}

function transfer(note = ''): SignedCommand {
  return signed('TransferPoints', 'mall:m-ann', { note })
}

test('an answer comes before the input has ended', async () => {
  const [first, second] = [transfer(), transfer()]
  const { body, answer } = open()
  body.write(`${JSON.stringify(first)}\n`)
  const lines = linesOf(await answer)
  expect((await lines.next()).value).toMatchObject({ line: 1, id: first.command.id })
  body.end(JSON.stringify(second))
  expect((await lines.next()).value).toMatchObject({ line: 2, id: second.command.id })
  expect((await lines.next()).done).toBe(true)
})

test('a line is one however it is cut on the way', async () => {
  const commands = [transfer('谢谢'), transfer('🎁'), transfer()]
  const bytes = Buffer.from(commands.map((one) => `${JSON.stringify(one)}\r\n`).join('\n'))
  const notes: unknown[] = []
  submit = async (value) => {
    notes.push(value.command.body['note'])
    return await accept(value)
  }
  const { body, answer } = open()
  body.setNoDelay(true)
  for (const byte of bytes) body.write(Buffer.from([byte]))
  body.end()
  const lines: Line[] = []
  for await (const line of linesOf(await answer)) lines.push(line)
  expect(lines.map(({ line }) => line)).toEqual([1, 3, 5])
  expect(notes).toEqual(['谢谢', '🎁', ''])
})

test('a line that is no command harms no other', async () => {
  const good = transfer()
  const lines = await post(['{"command":', JSON.stringify(good), '', 'null'].join('\n'))
  expect(lines).toMatchObject([
    { line: 1, code: 'COMMAND_MALFORMED' },
    { line: 2, status: 'accepted', id: good.command.id },
    { line: 4, status: 'refused' },
  ])
})

test('a full queue refuses lines, and the rest is answered', async () => {
  let taken = 0
  submit = async (value) => {
    taken += 1
    if (taken % 2 === 0) throw new LedgerError('QUEUE_FULL')
    return await accept(value)
  }
  const lines = await post(
    Array.from({ length: 1_000 }, () => JSON.stringify(transfer())).join('\n'),
  )
  expect(lines).toHaveLength(1_000)
  expect(lines.filter(({ code }) => code === 'QUEUE_FULL')).toHaveLength(500)
  expect(lines.filter(({ status }) => status === 'accepted')).toHaveLength(500)
})

test('what goes past the number of lines is not taken, and the connection goes on', async () => {
  const text = `${JSON.stringify(transfer())}\n`
  const lines = await post(text.repeat(MAX_BULK_LINES + 100))
  expect(lines).toHaveLength(MAX_BULK_LINES + 1)
  expect(lines.at(-1)).toMatchObject({ line: MAX_BULK_LINES + 1, code: 'TOO_LARGE' })
  expect(submitted).toHaveLength(MAX_BULK_LINES)
  expect(await post(text)).toHaveLength(1)
})

test('what is said to be too long is refused as a whole', async () => {
  const { body, answer } = open({ 'content-length': String(MAX_BULK_BYTES + 1) })
  body.write('{')
  expect((await answer).statusCode).toBe(413)
  body.destroy()
})

test('what turns out to be too long ends with a refusal', async () => {
  const { body, answer } = open()
  body.write(`${JSON.stringify(transfer())}\n`)
  body.end(Buffer.alloc(MAX_BULK_BYTES, ' '))
  const lines: Line[] = []
  for await (const line of linesOf(await answer)) lines.push(line)
  expect(lines).toMatchObject([
    { line: 1, status: 'accepted' },
    { line: 2, code: 'TOO_LARGE' },
  ])
})

test('of input that breaks off the last line is not taken', async () => {
  const [whole, cut] = [transfer(), transfer()]
  const { body, answer } = open()
  body.write(`${JSON.stringify(whole)}\n${JSON.stringify(cut)}`)
  const lines = linesOf(await answer)
  await lines.next()
  const closed = new Promise((resolve) => app.server.once('connection', resolve))
  body.destroy()
  // By the time that another connection is served the first one's end was seen.
  expect(await post(JSON.stringify(whole))).toHaveLength(1)
  await closed
  await delay(0)
  expect(submitted).toEqual([whole.command.id, whole.command.id])
})
