import type { Rational, SignedCommand } from '../../ledger/index.ts'
import { signCommand } from '../../cli/wallet.ts'
import { exchangeLegs } from '../../ledger/exchange-terms.ts'
import { rateKey } from '../../ledger/keys.ts'
import { today } from './books.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { acceptAll, refill } from './opened-ledger.ts'
import { accountOf, command, HUI, signed, STAR, walletOf } from './world.ts'

/** 3 HUI for 2 STAR, at half a cent a HUI; the airline gets the spread. */
export const STAR_TO_HUI = 'mall:star-to-hui'
/** 5 STAR for 8 HUI: less than the way here gives, so that nobody gains by going round. */
export const HUI_TO_STAR = 'bank:hui-to-star'

/** A rate signed by the tills of both issuers; `change` overrides any of its terms. */
export function defineRate(
  rate: string,
  from: string,
  to: string,
  change: Record<string, unknown> = {},
): SignedCommand {
  const signers = [...new Set([from, to].map((asset) => `${asset.split(':')[0]}:till`))]
  const body = {
    rate,
    from,
    to,
    toPerFrom: { numerator: '3', denominator: '2' },
    pricePerPoint: { numerator: '10000', denominator: '3' },
    validFrom: '2026-11-30',
    validUntil: '2027-06-30',
    capPerDay: '100000',
    capPerMemberDay: '50000',
    chainable: true,
    ...change,
  }
  return signCommand(command('DefineRate', signers[0] ?? '', body), ...signers.map(walletOf))
}

/** Terms of a rate at a border. */
export function ratio({ numerator, denominator }: Rational): Record<string, string> {
  return { numerator: String(numerator), denominator: String(denominator) }
}

/** STAR to HUI and back, both open, with quota in lane 0 of every home. */
export async function withRates(ledger: MemoryLedger): Promise<MemoryLedger> {
  const spread = { party: 'airline', pricePerPoint: { numerator: '100', denominator: '7' } }
  await acceptAll(ledger, 'mall', [
    defineRate(STAR_TO_HUI, STAR, HUI, { spread }),
    defineRate(HUI_TO_STAR, HUI, STAR, { toPerFrom: { numerator: '5', denominator: '8' } }),
  ])
  for (const rate of [STAR_TO_HUI, HUI_TO_STAR]) await fillRate(ledger, rate, '20000')
  return ledger
}

/** Quota of a rate for today, in lane 0 of mall and bank. */
export async function fillRate(ledger: MemoryLedger, rate: string, amount: string): Promise<void> {
  for (const organisation of ['mall', 'bank']) {
    const filled = refill(`${rate}:${today(ledger)}`, amount, organisation)
    await acceptAll(ledger, organisation, [filled])
  }
}

/** An exchange of a member's points at what the rates give for them today. */
export function exchange(
  ledger: MemoryLedger,
  rates: readonly string[],
  member: string,
  amount: bigint,
  change: Record<string, unknown> = {},
): SignedCommand {
  const found = rates.flatMap((id) => ledger.get(rateKey(id)) ?? [])
  const legs = exchangeLegs(found, amount).map(({ rate, receives }, at) => ({
    rate: rates[at],
    receives: { asset: rate.to, amount: String(receives.whole) },
  }))
  return signed('ExchangePoints', member, {
    from: accountOf(member),
    to: accountOf(member),
    pays: { asset: found[0]?.from, amount: String(amount) },
    legs,
    quotedOn: today(ledger),
    ...change,
  })
}
