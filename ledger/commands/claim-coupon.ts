import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { StateView } from '../batch-state.ts'
import { ClaimSignatureText, claimText } from '../claim-code.ts'
import type { Command } from '../command.ts'
import { issueKeys, issueWithin } from '../coupon-issue.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, organisationOf, SeriesIdText } from '../identifiers.ts'
import { accountKey, claimCodeKey, quotaLaneKey, seriesKey } from '../keys.ts'
import { keyIdOf, PublicKeyText } from '../public-key.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const Body = Type.Object(
  {
    series: SeriesIdText,
    code: PublicKeyText,
    to: AccountIdText,
    signature: ClaimSignatureText,
  },
  { additionalProperties: false },
)

/**
 * A member gets the coupon that a code on paper is good for. The code's key signs for his account,
 * so that whoever sees the claim on its way can do nothing with it.
 */
export const claimCoupon = defineRule({
  type: 'ClaimCoupon',
  body: Body,
  subjects: ({ series }) => [seriesKey(series)],
  home: ({ series }) => organisationOf(series),
  debits: () => [],
  reads({ body: { series, code, to } }, { lane, sha256 }) {
    const serial = keyIdOf(code, sha256)
    return [
      accountKey(to),
      claimCodeKey(series, serial),
      quotaLaneKey(series, organisationOf(series), lane),
      ...issueKeys(series, to, [serial]),
    ]
  },
  decide(command, state, context) {
    const { series: id, code, to } = command.body
    const issuer = organisationOf(id)
    // First of all: the lane is the issuer's, so under another nothing may be refused for good.
    if (context.caller.organisation !== issuer) return refuse('ISSUER_MUST_SUBMIT', { issuer })
    const series = state.get(seriesKey(id))
    if (series === undefined) return refuse('ASSET_UNKNOWN', { asset: id })
    const serial = keyIdOf(code, context.sha256)
    const refusal = refuseClaim(command, serial, state, context)
    if (refusal !== undefined) return refusal
    const issued = issueWithin(
      { series, to, serials: [serial] },
      { bound: id, exhausted: 'BUDGET_EXHAUSTED' },
      state,
      context,
    )
    if (!issued.ok) return issued

    // From here it must succeed.
    const claimed = write(claimCodeKey(id, serial), { status: 'claimed' })
    return accept([claimed, ...issued.writes], issued.entry)
  },
})

function refuseClaim(
  { actor, body }: Command<Static<typeof Body>>,
  serial: string,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const { series, code, to, signature } = body
  const account = state.get(accountKey(to))
  if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: to })
  const known = state.get(claimCodeKey(series, serial))
  if (known === undefined) return refuse('CLAIM_CODE_UNKNOWN', { series })
  if (account.owner !== actor) return refuse('NOT_AUTHORISED')
  const { channel, ledger } = context
  const text = claimText({ channel, ledgerId: ledger.ledgerId }, series, to)
  if (!context.verifyP256(code, text, signature)) return refuse('CLAIM_SIGNATURE_INVALID')
  return known.status === 'open' ? undefined : refuse('CLAIM_CODE_USED', { series, serial })
}
