import { Agent, request } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

/** Where commands go. */
export interface Target {
  readonly url: string
  readonly token: string
}

/** What became of a command. */
export interface LoadAnswer {
  readonly status: 'accepted' | 'refused'
  /** Of the command; absent when it could not be read. */
  readonly id?: string
  readonly code?: string
}

const MAX_LINES = 5_000

/** Connections of one target that are kept open and used again. */
export type Connections = Agent

export function connections(most: number): Connections {
  return new Agent({ keepAlive: true, maxSockets: most })
}

/** Sends commands by the bulk endpoint, thousands in one request, one request after the other. */
export async function postLines(
  target: Target,
  commands: readonly string[],
  onAnswer: (answer: LoadAnswer) => void,
  linesPerRequest = MAX_LINES,
): Promise<void> {
  const agent = connections(1)
  for (let first = 0; first < commands.length; first += linesPerRequest) {
    const part = commands.slice(first, first + linesPerRequest)
    const { status, answers } = await postPart(target, agent, part, onAnswer)
    if (status !== 200) throw new Error(`bulk: ${String(status)}`)
    if (answers !== part.length) throw new Error(`${answers} answers to ${part.length} commands`)
  }
  agent.destroy()
}

/** One request of the bulk endpoint; with another status than 200 none of its lines is answered. */
export async function postPart(
  target: Target,
  agent: Connections,
  commands: readonly string[],
  onAnswer: (answer: LoadAnswer) => void,
): Promise<{ readonly status: number; readonly answers: number }> {
  const body = commands.map((text) => `${text}\n`).join('')
  const response = await send(target, agent, '/commands', 'application/x-ndjson', body)
  const status = response.statusCode ?? 0
  if (status !== 200) {
    response.resume()
    return { status, answers: 0 }
  }
  let answers = 0
  for await (const line of createInterface({ input: response })) {
    answers += 1
    onAnswer(JSON.parse(line) as LoadAnswer)
  }
  return { status, answers }
}

/** An answer to a single command. */
export interface SingleAnswer extends LoadAnswer {
  readonly httpStatus: number
  /** Whether it says when to try again. */
  readonly hasRetryAfter: boolean
}

/** Sends one command in one request. */
export async function postOne(
  target: Target,
  agent: Connections,
  path: string,
  command: string,
): Promise<SingleAnswer> {
  const response = await send(target, agent, path, 'application/json', command)
  const body = await text(response)
  const httpStatus = response.statusCode ?? 0
  const hasRetryAfter = response.headers['retry-after'] !== undefined
  if (httpStatus === 201) return { status: 'accepted', httpStatus, hasRetryAfter }
  const { code = 'none' } = JSON.parse(body) as { readonly code?: string }
  return { status: 'refused', code, httpStatus, hasRetryAfter }
}

async function send(
  { url, token }: Target,
  agent: Connections,
  path: string,
  contentType: string,
  body: string,
): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const bytes = Buffer.from(body)
    const headers = {
      'content-type': contentType,
      'content-length': bytes.length,
      authorization: `Bearer ${token}`,
    }
    const open: ClientRequest = request(`${url}${path}`, { method: 'POST', agent, headers })
    open.on('response', resolve)
    open.on('error', reject)
    open.end(bytes)
  })
}
