import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { HomeForwarder } from '../../gateway/forwarding/home-forwarder.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { signed } from '../support/world.ts'

interface Received {
  readonly url: string
  readonly headers: Record<string, unknown>
  readonly commands: SignedCommand[]
}

const received: Received[] = []
const faults: unknown[] = []
let stop: () => void = () => undefined

afterEach(() => {
  stop()
  received.length = 0
})

/** A home gateway that answers each line by `answer`, or breaks off when it answers undefined. */
async function home(answer: (command: SignedCommand) => object | undefined): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const lines = body.split('\n').filter((line) => line !== '')
      const commands = lines.map((line) => JSON.parse(line) as SignedCommand)
      received.push({ url: request.url ?? '', headers: request.headers, commands })
      response.setHeader('content-type', 'application/x-ndjson')
      for (const [index, command] of commands.entries()) {
        const given = answer(command)
        if (given === undefined) {
          response.destroy()
          return
        }
        response.write(`${JSON.stringify({ line: index + 1, ...given })}\n`)
      }
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function forwarder(url: string): HomeForwarder {
  return new HomeForwarder(
    { organisation: 'bank', url, token: 'a-token' },
    () => 42n,
    (fault) => faults.push(fault),
  )
}

const accepted = ({ command: { actor, id } }: SignedCommand): object => {
  return { status: 'accepted', actor, id, replayed: false }
}

test('commands go together, behind the blocks that this gateway has seen', async () => {
  const url = await home(accepted)
  const forward = forwarder(url)
  const commands = [1, 2, 3].map(() => signed('TransferPoints', 'bank:m-bob', {}))
  const answers = await Promise.all(commands.map((command) => forward.forward(command)))
  expect(answers.map(({ id }) => id)).toEqual(commands.map(({ command }) => command.id))
  expect(received).toHaveLength(1)
  expect(received[0]?.url).toBe('/commands?minBlock=42')
  expect(received[0]?.headers).toMatchObject({
    authorization: 'Bearer a-token',
  })
})

test('a refusal of the ledger is an answer, a refusal of the gateway is thrown', async () => {
  const refusal = { status: 'refused', actor: 'a', id: 'b', replayed: false, detail: {} }
  const url = await home(({ command }) => ({
    ...refusal,
    code: command.type === 'TransferPoints' ? 'INSUFFICIENT_POINTS' : 'QUEUE_FULL',
  }))
  const forward = forwarder(url)
  const answer = await forward.forward(signed('TransferPoints', 'bank:m-bob', {}))
  expect(answer).toMatchObject({ status: 'refused', code: 'INSUFFICIENT_POINTS' })
  const full = forward.forward(signed('RedeemPoints', 'bank:m-bob', {}))
  await expect(full).rejects.toMatchObject({ code: 'QUEUE_FULL' })
})

test('what was not taken or not answered may be tried elsewhere, and the fault is told', async () => {
  const url = await home(() => undefined)
  const broken = forwarder(url).forward(signed('TransferPoints', 'bank:m-bob', {}))
  await expect(broken).rejects.toMatchObject({ code: 'HOME_UNAVAILABLE' })
  stop()
  const refused = forwarder(url).forward(signed('TransferPoints', 'bank:m-bob', {}))
  await expect(refused).rejects.toMatchObject({ code: 'HOME_UNAVAILABLE' })
  expect(faults).toHaveLength(2)
})
