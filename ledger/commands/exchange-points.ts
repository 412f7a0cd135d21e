import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import type { StateView } from '../batch-state.ts'
import { BusinessDateText } from '../business-date.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { exchangeEntry } from '../exchange-entry.ts'
import type { ExchangeLeg } from '../exchange-terms.ts'
import { exchangeLegs, refuseRate } from '../exchange-terms.ts'
import { AccountIdText, ContractIdText, PointsAssetIdText } from '../identifiers.ts'
import { accountKey, memberExchangeKey, programmeKey, quotaLaneKey, rateKey } from '../keys.ts'
import { takeAvailable } from '../lot.ts'
import { drawQuota } from '../quota.ts'
import type { ExchangeRate } from '../rate.ts'
import { rateBound } from '../rate.ts'
import type { Account, PointsProgramme } from '../records.ts'
import type { DecisionContext, RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import { refuseShort, shortfall } from '../sufficiency.ts'

const MAX_LEGS = 2

const PointsText = Type.Object(
  { asset: PointsAssetIdText, amount: PositiveAmount },
  { additionalProperties: false },
)

const Body = Type.Object(
  {
    from: AccountIdText,
    to: AccountIdText,
    pays: PointsText,
    legs: Type.Array(
      Type.Object({ rate: ContractIdText, receives: PointsText }, { additionalProperties: false }),
      {
        minItems: 1,
        maxItems: MAX_LEGS,
        description: 'one rate, or two of which the second goes on where the first ends',
      },
    ),
    quotedOn: BusinessDateText,
  },
  { additionalProperties: false },
)

type Body = Static<typeof Body>

/**
 * A member exchanges points of one issuer for another's, at exactly what he was quoted that day. What
 * he receives is issued under the rate's own cap, beyond the budget of its programme.
 */
export const exchangePoints = defineRule({
  type: 'ExchangePoints',
  body: Body,
  subjects: ({ legs, pays }) => [
    programmeKey(pays.asset),
    ...legs.flatMap(({ rate, receives }) => [rateKey(rate), programmeKey(receives.asset)]),
  ],
  home: () => undefined,
  clears: true,
  debits: ({ from, pays }) => [{ account: from, asset: pays.asset }],
  reads: ({ actor, body }, { organisation, lane }) => [
    accountKey(body.from),
    accountKey(body.to),
    ...body.legs.flatMap(({ rate }) => [
      memberExchangeKey(rate, actor),
      quotaLaneKey(rateBound(rate, body.quotedOn), organisation, lane),
    ]),
  ],
  decide(command, state, context) {
    const { from, to, pays } = command.body
    const found = findTerms(command.body, state)
    if (!found.ok) return found
    const { rates, programmes } = found
    const payer = state.get(accountKey(from))
    if (payer === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    const payee = state.get(accountKey(to))
    if (payee === undefined) return refuse('ACCOUNT_UNKNOWN', { id: to })
    if (payer.owner !== command.actor) return refuse('NOT_AUTHORISED')
    const legs = exchangeLegs(rates, BigInt(pays.amount))
    const refusal =
      refuseForAnother(payer, payee, programmes) ?? checkQuote(command.body, legs, context)
    if (refusal !== undefined) return refusal
    const drawn = drawCaps(command, legs, state, context)
    if (!drawn.ok) return drawn
    const held = state.lots(from, pays.asset)
    const short = shortfall(held, BigInt(pays.amount), context.ledger.cycle.date)
    if (short !== undefined) return refuseShort(short, payer, pays.asset, state, context)

    // From here it must succeed.
    const given = takeAvailable(held, BigInt(pays.amount), context.ledger.cycle.date)
    const rateIds = command.body.legs.map(({ rate }) => rate)
    const exchange = { from, to, given, rateIds, legs, programmes: programmes.slice(1) }
    return accept(drawn.writes, exchangeEntry(exchange, context))
  },
})

interface FoundTerms {
  readonly ok: true
  readonly rates: readonly ExchangeRate[]
  /** Of what is paid, of what lies between two rates, and of what is received. */
  readonly programmes: readonly PointsProgramme[]
}

function findTerms({ legs, pays }: Body, state: StateView): FoundTerms | Refusal {
  const assets = [pays.asset, ...legs.map(({ receives }) => receives.asset)]
  const programmes: PointsProgramme[] = []
  for (const asset of assets) {
    const programme = state.get(programmeKey(asset))
    if (programme === undefined) return refuse('ASSET_UNKNOWN', { asset })
    programmes.push(programme)
  }
  const rates: ExchangeRate[] = []
  for (const { rate: id } of legs) {
    const rate = state.get(rateKey(id))
    if (rate === undefined) return refuse('CONTRACT_UNKNOWN', { kind: 'rate', id })
    rates.push(rate)
  }
  const unfit = rates.findIndex(({ from, to }, at) => from !== assets[at] || to !== assets[at + 1])
  if (unfit !== -1) return refuse('RATES_UNFIT', { id: legs[unfit]?.rate ?? '' })
  if (assets.at(-1) === pays.asset) return refuse('ASSET_TWICE', { asset: pays.asset })
  return { ok: true, rates, programmes }
}

/** Points that cannot be passed on are not passed on by way of an exchange either. */
function refuseForAnother(
  payer: Account,
  payee: Account,
  programmes: readonly PointsProgramme[],
): Refusal | undefined {
  if (payer.owner === payee.owner) return undefined
  const fixed = programmes.find(({ transferable }) => !transferable)
  return fixed && refuse('NOT_TRANSFERABLE', { asset: fixed.id })
}

/** The quote, as the member has signed it, against what the rates give. */
function checkQuote(
  { legs: quoted, quotedOn }: Body,
  legs: readonly ExchangeLeg[],
  context: DecisionContext,
): Refusal | undefined {
  const today = context.ledger.cycle.date
  if (today > quotedOn) return refuse('QUOTE_EXPIRED', { businessDate: today })
  if (today < quotedOn) return refuse('QUOTE_NOT_YET', { businessDate: today })
  for (const [at, { rate, receives }] of legs.entries()) {
    const { rate: id, receives: signed } = quoted[at] ?? { rate: '', receives: { amount: '0' } }
    const refusal = refuseRate(rate, { id, isChained: legs.length > 1, today })
    if (refusal !== undefined) return refusal
    if (receives.whole !== BigInt(signed.amount)) {
      return refuse('QUOTE_CHANGED', { id, gives: String(receives.whole) })
    }
  }
  return undefined
}

/** What the exchange takes of each rate's caps: the member's, then the one that all share. */
function drawCaps(
  { actor, body }: Command<Body>,
  legs: readonly ExchangeLeg[],
  state: StateView,
  context: DecisionContext,
): { readonly ok: true; readonly writes: readonly RecordWrite[] } | Refusal {
  const date = context.ledger.cycle.date
  const writes: RecordWrite[] = []
  for (const [at, { rate, receives }] of legs.entries()) {
    const id = body.legs[at]?.rate ?? ''
    const key = memberExchangeKey(id, actor)
    const before = state.get(key)
    const amount = receives.whole + (before?.date === date ? before.amount : 0n)
    if (amount > rate.capPerMemberDay) return refuse('EXCHANGE_MEMBER_CAP', { id })
    writes.push(write(key, { date, amount }))
  }
  for (const [at, { receives }] of legs.entries()) {
    const bound = rateBound(body.legs[at]?.rate ?? '', date)
    const { organisation } = context.caller
    const draw = { bound, organisation, amount: receives.whole, exhausted: 'EXCHANGE_CAP' } as const
    const drawn = drawQuota(draw, state, context)
    if (!drawn.ok) return drawn
    writes.push(drawn.write)
  }
  return { ok: true, writes }
}
