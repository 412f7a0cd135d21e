import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import type { LoadAnswer } from './http-load.ts'
import { connections, postPart } from './http-load.ts'

export interface BulkStreamOptions {
  readonly gateways: readonly GatewayAddress[]
  /** Requests that are open at each gateway, and how long each is. */
  readonly requests: number
  readonly lines: number
  readonly make: (organisation: string) => SignedCommand
  readonly onAnswer: (answer: LoadAnswer) => void
}

const RETRY_MS = 200

/**
 * Bulk requests without a pause, the next one as soon as one is answered, until the signal aborts;
 * resolves when all are answered. What a gateway refuses comes again in a later request.
 */
export async function streamBulk(options: BulkStreamOptions, signal: AbortSignal): Promise<void> {
  const { gateways, requests, lines, make, onAnswer } = options
  const one = async ({ organisation, url, tokens }: GatewayAddress): Promise<void> => {
    const agent = connections(1)
    let again: string[] = []
    while (!signal.aborted) {
      const part = new CommandsById()
      for (const text of again) part.add(text)
      while (part.size < lines) {
        part.sign(make(organisation))
        // Signing is slow, and others in this process measure how long their answers take.
        if (part.size % 50 === 0) await setImmediate()
      }
      const target = { url, token: tokens.client }
      const { status } = await postPart(target, agent, part.texts(), (answer) => {
        if (answer.status === 'accepted') part.settle(answer.id)
        onAnswer(answer)
      })
      again = part.texts()
      if (status !== 200 || again.length > lines / 2) await sleep(RETRY_MS)
    }
    agent.destroy()
  }
  await Promise.all(
    gateways.flatMap((gateway) => Array.from({ length: requests }, async () => await one(gateway))),
  )
}

/** Texts of commands that are not accepted yet, by the id of each. */
export class CommandsById {
  readonly #texts = new Map<string, string>()

  get size(): number {
    return this.#texts.size
  }

  sign(signed: SignedCommand): void {
    this.#texts.set(signed.command.id, JSON.stringify(signed))
  }

  add(text: string): void {
    const { command } = JSON.parse(text) as SignedCommand
    this.#texts.set(command.id, text)
  }

  settle(id: string | undefined): void {
    this.#texts.delete(id ?? '')
  }

  texts(): string[] {
    return [...this.#texts.values()]
  }
}
