import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { GatewayAddress } from '../../cli/gateway-client.ts'
import type { SignedCommand } from '../../ledger/index.ts'

/** A post as a fake gateway got it. */
export interface Post {
  readonly organisation: string
  readonly role: string
  readonly minBlock: number
  readonly commands: readonly SignedCommand[]
}

/** One line of the answer to a post, without its number; undefined leaves the line unanswered. */
export type FakeAnswer = Readonly<Record<string, unknown>> | undefined

export interface FakeBehaviour {
  /** Answers the commands of a post, in their order. The HTTP status when the post is refused. */
  answer(post: Post): Promise<readonly FakeAnswer[] | number>
  /** Answers a read of a path without its query. */
  read?(organisation: string, path: string): unknown
  /** Whether the connection breaks instead of going on, asked before each line is written. */
  breaks?(post: Post): boolean
  /** Called when a line's answer is about to be written. */
  onAnswered?(command: SignedCommand, answer: Readonly<Record<string, unknown>>): void
}

export interface FakeGateways {
  readonly addresses: readonly GatewayAddress[]
  close(): Promise<void>
}

/** Gateways of several organisations on one loopback port that speak the API but have no ledger. */
export async function startFakeGateways(
  organisations: readonly string[],
  behaviour: FakeBehaviour,
): Promise<FakeGateways> {
  const server = createServer((request, response) => {
    serve(request, response, behaviour).catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const addresses = organisations.map((organisation) => ({
    organisation,
    url: `http://127.0.0.1:${port}/${organisation}`,
    tokens: { admin: `${organisation}-admin`, client: `${organisation}-client` },
  }))
  return {
    addresses,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  behaviour: FakeBehaviour,
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://fake')
  const [, organisation = '', ...rest] = url.pathname.split('/')
  const [, owner, role] = /^Bearer (\w+)-(admin|client)$/.exec(
    request.headers.authorization ?? '',
  ) ?? ['', '', '']
  if (owner !== organisation) {
    sendProblem(response, 401, 'UNAUTHENTICATED')
    return
  }
  if (request.method === 'GET') {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(behaviour.read?.(organisation, `/${rest.join('/')}`) ?? {}))
    return
  }
  const lines = (await text(request)).split('\n')
  const commands = lines.map((line) => JSON.parse(line) as SignedCommand)
  const minBlock = Number(url.searchParams.get('minBlock') ?? '0')
  await respond(response, { organisation, role: role ?? '', minBlock, commands }, behaviour)
}

async function respond(
  response: ServerResponse,
  post: Post,
  behaviour: FakeBehaviour,
): Promise<void> {
  const answers = await behaviour.answer(post)
  if (typeof answers === 'number') {
    sendProblem(response, answers, answers === 503 ? 'QUEUE_FULL' : 'UNAUTHENTICATED')
    return
  }
  response.setHeader('content-type', 'application/x-ndjson')
  for (const [index, command] of post.commands.entries()) {
    if (behaviour.breaks?.(post) === true) {
      response.destroy()
      return
    }
    const answer = answers[index]
    if (answer === undefined) continue
    behaviour.onAnswered?.(command, answer)
    response.write(`${JSON.stringify({ line: index + 1, ...answer })}\n`)
  }
  response.end()
}

function sendProblem(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ type: 'about:blank', title: 'a test', status, code, detail: {} }))
}
