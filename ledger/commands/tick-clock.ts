import { Type } from 'typebox'
import { afterTick, ClockTimeText } from '../clock.ts'
import { refuse } from '../errors.ts'
import { clockKey, organisationsKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * An organisation says what time it is. The ledger's clock is what a majority has reached; only
 * auctions look at it, and what is of value otherwise hangs on the business date.
 */
export const tickClock = defineRule({
  type: 'TickClock',
  body: Type.Object({ time: ClockTimeText }, { additionalProperties: false }),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: () => [clockKey, organisationsKey],
  decide({ actor, body }, state) {
    const organisations = state.get(organisationsKey) ?? []
    if (!organisations.includes(actor)) return refuse('NOT_AUTHORISED')
    const clock = state.get(clockKey)
    const time = BigInt(body.time)
    if (time <= (clock?.ticks[actor] ?? 0n)) return refuse('TICK_NOT_LATER')

    // From here it must succeed.
    return accept([write(clockKey, afterTick(clock, { organisation: actor, time }, organisations))])
  },
})
