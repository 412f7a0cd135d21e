import { isLedgerErrorCode, LedgerError } from '../../ledger/index.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import type { CommandAnswer, GatewayRefusal } from '../commands/command-answer.ts'

/** Where another organisation's gateway is, and the token that it gave to this one. */
export interface PeerGateway {
  readonly organisation: string
  readonly url: string
  readonly token: string
}

interface Forwarded {
  readonly signed: SignedCommand
  readonly resolve: (answer: CommandAnswer) => void
  readonly reject: (error: Error) => void
}

const MAX_LINES = 1_000
const COMPANY_MS = 2
/** Longer than the home gateway takes to answer, be it that the outcome is unknown. */
const TIMEOUT_MS = 28_000
const MAX_OPEN = 20_000

/**
 * Passes commands on to one other gateway, many in one request. Rejects with HOME_UNAVAILABLE when no
 * answer came, whether it was taken there or not: under the same id it may then be tried elsewhere.
 * Rejects with QUEUE_FULL when too many are on their way.
 */
export class HomeForwarder {
  readonly #peer: PeerGateway
  readonly #lastBlock: () => bigint
  readonly #onFault: (error: unknown) => void
  #waiting: Forwarded[] = []
  #open = 0
  #timer: NodeJS.Timeout | undefined

  /** `lastBlock` is the last block that this gateway has seen. */
  constructor(peer: PeerGateway, lastBlock: () => bigint, onFault: (error: unknown) => void) {
    this.#peer = peer
    this.#lastBlock = lastBlock
    this.#onFault = onFault
  }

  forward(signed: SignedCommand): Promise<CommandAnswer> {
    if (this.#open >= MAX_OPEN) return Promise.reject(new LedgerError('QUEUE_FULL'))
    return new Promise((resolve, reject) => {
      this.#open += 1
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
    let problem = 'the answer broke off'
    try {
      const response = await this.#post(batch)
      if (!response.ok) problem = `status ${response.status}`
      for await (const answer of answersIn(response)) {
        const forwarded = batch[answer.line - 1]
        if (forwarded === undefined || !open.delete(forwarded)) continue
        settle(forwarded, answer)
      }
    } catch (error) {
      problem = error instanceof Error ? error.message : 'no answer'
    }
    this.#open -= batch.length
    if (open.size === 0) return
    const failure = new LedgerError('HOME_UNAVAILABLE', {
      organisation: this.#peer.organisation,
      problem,
    })
    this.#onFault(failure)
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
      },
      body: batch.map(({ signed }) => `${JSON.stringify(signed)}\n`).join(''),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  }
}

type AnswerLine = (CommandAnswer | GatewayRefusal) & { readonly line: number }

async function* answersIn({ ok, body }: Response): AsyncGenerator<AnswerLine> {
  if (!ok || body === null) return
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
