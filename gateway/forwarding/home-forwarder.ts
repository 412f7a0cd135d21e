import { isLedgerErrorCode, LedgerError } from '../../ledger/index.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import type { CommandAnswer, GatewayRefusal } from '../commands/command-answer.ts'

/** Where another organisation's gateway is, and the token that it gave to this one. */
export interface PeerGateway {
  readonly organisation: string
  readonly url: string
  readonly token: string
}

/** Marks a command as forwarded once, so that two gateways never pass it to and fro. */
export const FORWARDED_HEADER = 'tallystick-forwarded'

interface Forwarded {
  readonly signed: SignedCommand
  readonly resolve: (answer: CommandAnswer) => void
  readonly reject: (error: Error) => void
}

const MAX_LINES = 1_000
const COMPANY_MS = 2
const TIMEOUT_MS = 60_000

/**
 * Passes commands on to one other gateway, many in one request. Rejects with HOME_UNAVAILABLE when
 * the request was not taken, with OUTCOME_UNKNOWN when its answer did not arrive.
 */
export class HomeForwarder {
  readonly #peer: PeerGateway
  readonly #lastBlock: () => bigint
  #waiting: Forwarded[] = []
  #timer: NodeJS.Timeout | undefined

  /** `lastBlock` is the last block that this gateway has seen. */
  constructor(peer: PeerGateway, lastBlock: () => bigint) {
    this.#peer = peer
    this.#lastBlock = lastBlock
  }

  forward(signed: SignedCommand): Promise<CommandAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ signed, resolve, reject })
      if (this.#waiting.length >= MAX_LINES) this.#flush()
      else this.#timer ??= setTimeout(() => this.#flush(), COMPANY_MS)
    })
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#waiting
    this.#waiting = []
    if (batch.length > 0) void this.#send(batch)
  }

  async #send(batch: readonly Forwarded[]): Promise<void> {
    const open = new Set(batch)
    let failure = new LedgerError('OUTCOME_UNKNOWN', { organisation: this.#peer.organisation })
    try {
      const response = await this.#post(batch)
      if (response.ok && response.body !== null) {
        for await (const answer of answersIn(response.body)) {
          const forwarded = batch[answer.line - 1]
          if (forwarded === undefined || !open.delete(forwarded)) continue
          settle(forwarded, answer)
        }
      } else {
        failure = this.#unavailable(`status ${response.status}`)
      }
    } catch (error) {
      if (isRefusedConnection(error)) failure = this.#unavailable('no connection')
    }
    for (const { reject } of open) reject(failure)
  }

  #post(batch: readonly Forwarded[]): Promise<Response> {
    // The home gateway must know every credit that the client has seen through this one.
    const url = new URL(`/commands?minBlock=${this.#lastBlock()}`, this.#peer.url)
    return fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#peer.token}`,
        'content-type': 'application/x-ndjson',
        [FORWARDED_HEADER]: '1',
      },
      body: batch.map(({ signed }) => `${JSON.stringify(signed)}\n`).join(''),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  }

  #unavailable(problem: string): LedgerError {
    return new LedgerError('HOME_UNAVAILABLE', { organisation: this.#peer.organisation, problem })
  }
}

type AnswerLine = (CommandAnswer | GatewayRefusal) & { readonly line: number }

async function* answersIn(body: ReadableStream<Uint8Array>): AsyncGenerator<AnswerLine> {
  let rest = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as AnswerLine
  }
}

function settle(forwarded: Forwarded, { line: _line, ...answer }: AnswerLine): void {
  if (isAnswer(answer)) forwarded.resolve(answer)
  else forwarded.reject(new LedgerError(answer.code, answer.detail))
}

/** A code that only a gateway gives is no outcome of the command. */
function isAnswer(answer: CommandAnswer | GatewayRefusal): answer is CommandAnswer {
  return answer.status === 'accepted' || isLedgerErrorCode(answer.code)
}

function isRefusedConnection(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}
