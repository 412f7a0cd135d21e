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

  /** All that a member has, as text that can be compared. */
  async wallet(member: string): Promise<string> {
    const [home = ''] = member.split(':')
    const { holdings } = await this.read(home, `/accounts/${accountOf(member)}`)
    const { items } = await this.read(home, `/coupons?account=${accountOf(member)}&limit=500`)
    return JSON.stringify({ holdings, items })
  }

  /** What one organisation is to get from another by clearing, over all cycles. */
  async cleared(organisation: string, counterparty: string): Promise<bigint> {
    const { detail } = await this.read(organisation, '/trial-balance')
    return (detail as Json[])
      .filter((row) => row['organisation'] === organisation)
      .filter((row) => row['counterparty'] === counterparty)
      .reduce((sum, row) => sum + BigInt(String(row['balance'])), 0n)
  }

  /** A block in which something stands that did not come about by this story's requests. */
  saw(blockNumber: unknown): void {
    this.#block = Math.max(this.#block, Number(blockNumber))
  }

  /** The organisations at whose gateways the books do not balance. */
  async unbalanced(): Promise<string[]> {
    const found: string[] = []
    for (const at of ORGANISATIONS) {
      const { balanced, generalEqualsDetail } = await this.read(at, '/trial-balance')
      if (balanced !== true || generalEqualsDetail !== true) found.push(at)
    }
    return found
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
    this.saw(body['blockNumber'] ?? 0)
    return body
  }

  #behind(path: string): string {
    return `${path}${path.includes('?') ? '&' : '?'}minBlock=${this.#block}`
  }
}
