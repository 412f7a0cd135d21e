import type { Static, TSchema } from 'typebox'
import { Type } from 'typebox'
import { setTimeout as sleep } from 'node:timers/promises'
import { shapeOf } from '../ledger/index.ts'
import { backOffMs } from './back-off.ts'
import { GatewayFailure } from './gateway-failure.ts'
import { parseJson } from './json-file.ts'

/** A connection on which nothing comes for so long is given up; what was sent is sent again. */
const IDLE_TIMEOUT_MS = 30_000

/** Where a gateway listens, and what it asks for. */
export interface GatewayAddress {
  readonly organisation: string
  readonly url: string
  readonly tokens: { readonly admin: string; readonly client: string }
}

const AnswerText = Type.Object({
  line: Type.Integer({ minimum: 1 }),
  status: Type.Union([Type.Literal('accepted'), Type.Literal('refused')]),
  replayed: Type.Boolean(),
  transactionId: Type.Optional(Type.String()),
  blockNumber: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
  entryHash: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  detail: Type.Optional(Type.Record(Type.String(), Type.String())),
})

const checkAnswer = shapeOf(AnswerText)

/** What became of one command; `code` and `detail` with a refusal. */
export type CommandAnswer = Omit<Static<typeof AnswerText>, 'line'>

const checkProblem = shapeOf(Type.Object({ code: Type.String(), title: Type.String() }))

export interface PostOptions {
  readonly role: 'admin' | 'client'
  /** The gateway waits until it has applied this block. */
  readonly minBlock: number
  /** Called once for each answer as it comes; `index` counts the commands from 0. */
  readonly onAnswer: (index: number, answer: CommandAnswer) => void
}

/** One organisation's gateway over HTTP; connections are kept and used again. */
export class GatewayClient {
  readonly organisation: string
  readonly url: string
  readonly #tokens: GatewayAddress['tokens']

  constructor({ organisation, url, tokens }: GatewayAddress) {
    this.organisation = organisation
    this.url = url.replace(/\/$/, '')
    this.#tokens = tokens
  }

  /** Reads a resource once. Throws GatewayFailure. */
  async read<Schema extends TSchema>(path: string, schema: Schema): Promise<Static<Schema>> {
    const signal = AbortSignal.timeout(IDLE_TIMEOUT_MS)
    const response = await this.#send(path, 'client', { signal })
    const text = await response.text().catch((error: unknown) => this.#breakOff(error))
    if (response.status !== 200) throw this.#failure(response.status, text)
    const checked = shapeOf(schema)(parseJson(text))
    if (checked.ok) return checked.value
    throw this.#unreadable(`${path} ${JSON.stringify(checked.detail)}`)
  }

  /** Reads a resource, again and again while the failure is a passing one. Throws GatewayFailure. */
  async readPatiently<Schema extends TSchema>(
    path: string,
    schema: Schema,
    patienceMs: number,
  ): Promise<Static<Schema>> {
    const deadline = performance.now() + patienceMs
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.read(path, schema)
      } catch (error) {
        const isPassing = error instanceof GatewayFailure && error.isRetryable
        if (!isPassing || performance.now() >= deadline) throw error
        await sleep(backOffMs(attempt))
      }
    }
  }

  /**
   * Posts signed commands as NDJSON, one JSON text each, and hands over the answers as they come.
   * Throws GatewayFailure when the post is refused as a whole or the connection breaks; what was
   * not answered by then has an unknown outcome.
   */
  async postCommands(texts: readonly string[], options: PostOptions): Promise<void> {
    const { role, minBlock, onAnswer } = options
    const idle = new AbortController()
    const timer = setTimeout(() => idle.abort(), IDLE_TIMEOUT_MS)
    try {
      const response = await this.#send(`/commands?minBlock=${minBlock}`, role, {
        method: 'POST',
        body: texts.join('\n'),
        headers: { 'content-type': 'application/x-ndjson' },
        signal: idle.signal,
      })
      if (response.status !== 200) {
        const text = await response.text().catch((error: unknown) => this.#breakOff(error))
        throw this.#failure(response.status, text)
      }
      for await (const lines of this.#linesOf(response)) {
        timer.refresh()
        for (const line of lines) {
          const { index, answer } = this.#parseAnswer(line, texts.length)
          onAnswer(index, answer)
        }
      }
    } finally {
      clearTimeout(timer)
    }
  }

  async #send(path: string, role: 'admin' | 'client', init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${this.#tokens[role]}`)
    try {
      return await fetch(this.url + path, { ...init, headers, redirect: 'error' })
    } catch (error) {
      return this.#breakOff(error)
    }
  }

  /** The complete lines of each chunk of the body, so that one chunk is one turn of the loop. */
  async *#linesOf(response: Response): AsyncGenerator<string[]> {
    const decoder = new TextDecoder()
    let rest = ''
    try {
      const body: AsyncIterable<Uint8Array> = response.body ?? new ReadableStream()
      for await (const chunk of body) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
        rest = lines.pop() ?? ''
        yield lines
      }
    } catch (error) {
      this.#breakOff(error)
    }
    if (rest !== '') yield [rest]
  }

  #parseAnswer(line: string, count: number): { index: number; answer: CommandAnswer } {
    const checked = checkAnswer(parseJson(line))
    if (!checked.ok || checked.value.line > count) throw this.#unreadable(line.slice(0, 200))
    const { line: number, ...answer } = checked.value
    return { index: number - 1, answer }
  }

  #failure(status: number, text: string): GatewayFailure {
    const problem = checkProblem(parseJson(text))
    const who = `The gateway of ${this.organisation} at ${this.url}`
    if (problem.ok) {
      const { code, title } = problem.value
      return new GatewayFailure(code, `${who} answers ${code}: ${title}`)
    }
    const isPassing = status === 502 || status === 503 || status === 504
    return new GatewayFailure(`HTTP_${status}`, `${who} answers HTTP ${status}.`, isPassing)
  }

  #unreadable(what: string): GatewayFailure {
    const message = `The gateway of ${this.organisation} at ${this.url} answers otherwise than it should: ${what}`
    return new GatewayFailure('INTERNAL', message)
  }

  #breakOff(error: unknown): never {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `The gateway of ${this.organisation} at ${this.url} does not answer (${why}).`
    throw new GatewayFailure('NO_CONNECTION', message)
  }
}
