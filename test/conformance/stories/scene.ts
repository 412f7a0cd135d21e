import { expect } from 'vitest'
import type { Lot, SignedCommand } from '../../../ledger/index.ts'
import type { GatewayTokens } from '../../../network/gateways-file.ts'
import { accountOf, ORGANISATIONS, STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'

export type Json = Readonly<Record<string, unknown>>

/** A lot as the API shows it. */
type LotText = Readonly<Record<Exclude<keyof Lot, 'amount'> | 'amount', string>>

interface HoldingText {
  readonly asset: string
  readonly available: string
  readonly lots: readonly LotText[]
}

/** The requests of one story: each gateway answers only once it has seen all that came before. */
export class Scene {
  readonly #net: GetNetwork
  #block = 0

  constructor(net: GetNetwork) {
    this.#net = net
  }

  /** Posts a command to its route. Throws unless it is accepted. */
  async take(
    organisation: string,
    path: string,
    command: SignedCommand,
    role: keyof GatewayTokens = 'client',
  ): Promise<Json> {
    const body = await this.#post(organisation, path, command, role)
    if (body['status'] === 'accepted') return body
    throw new Error(`${command.command.type}: ${JSON.stringify(body)}`)
  }

  /** The code by which a command is refused, or `accepted`. */
  async verdict(organisation: string, path: string, command: SignedCommand): Promise<string> {
    const body = await this.#post(organisation, path, command)
    return String(body['code'] ?? body['status'])
  }

  /** Posts what is no command, such as a quote that is asked for. */
  async ask(organisation: string, path: string, body: Json): Promise<Json> {
    return (await this.#net().post(organisation, this.#behind(path), body)).body
  }

  async read(organisation: string, path: string): Promise<Json> {
    return (await this.#net().get(organisation, this.#behind(path))).body
  }

  async coupon(series: string, serial: string, at = 'bank'): Promise<Json> {
    return await this.read(at, `/coupons/${series}/${serial}`)
  }

  async lots(member: string, asset = STAR): Promise<readonly LotText[]> {
    return (await this.#holding(member, asset))?.lots ?? []
  }

  /** How many points a member can spend. */
  async points(member: string, asset = STAR): Promise<number> {
    return Number((await this.#holding(member, asset))?.available ?? '0')
  }

  /** Sees at every gateway that the books balance. */
  async expectBalanced(): Promise<void> {
    for (const at of ORGANISATIONS) {
      const books = await this.read(at, '/trial-balance')
      expect(books, at).toMatchObject({ balanced: true, generalEqualsDetail: true })
    }
  }

  async #holding(member: string, asset: string): Promise<HoldingText | undefined> {
    const home = member.split(':')[0] ?? ''
    const { holdings } = await this.read(home, `/accounts/${accountOf(member)}`)
    return (holdings as HoldingText[]).find((holding) => holding.asset === asset)
  }

  async #post(
    organisation: string,
    path: string,
    command: SignedCommand,
    role: keyof GatewayTokens = 'client',
  ): Promise<Json> {
    const { body } = await this.#net().post(organisation, this.#behind(path), command, {}, role)
    this.#block = Math.max(this.#block, Number(body['blockNumber'] ?? 0))
    return body
  }

  #behind(path: string): string {
    return `${path}${path.includes('?') ? '&' : '?'}minBlock=${this.#block}`
  }
}
