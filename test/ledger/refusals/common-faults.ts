import { isOrganisation, organisationOf } from '../../../ledger/index.ts'
import type { Fault } from '../../support/faults.ts'
import { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll } from '../../support/opened-ledger.ts'
import { signed } from '../../support/world.ts'

async function useId(ledger: MemoryLedger, actor: string, id: string): Promise<void> {
  const other = signed('VoidCommand', actor, { actor, id: 'something-else' }, { id })
  await acceptAll(ledger, organisationOf(actor), [other])
}

async function voidId(ledger: MemoryLedger, actor: string, id: string): Promise<void> {
  const organisation = organisationOf(actor)
  await acceptAll(ledger, organisation, [signed('VoidCommand', organisation, { actor, id })])
}

/** Faults of envelope and proofs, the same for every type, tested before the rule's own. */
export function commonFaults(actor: string): Fault[] {
  const own = isOrganisation(actor)
  return [
    { name: 'another version', code: 'COMMAND_MALFORMED', envelope: { v: 2 as 1 } },
    { name: 'another channel', code: 'WRONG_LEDGER', envelope: { channel: 'other' } },
    {
      name: 'no ledger yet',
      code: 'LEDGER_NOT_OPEN',
      ledger: () => Promise.resolve(new MemoryLedger()),
    },
    { name: 'another ledger', code: 'WRONG_LEDGER', envelope: { ledgerId: 'other-ledger-01' } },
    {
      name: 'an id that was voided',
      code: 'COMMAND_VOIDED',
      before: async (ledger, made) => await voidId(ledger, made.actor, made.id),
    },
    {
      name: 'an id that is used',
      code: 'COMMAND_ID_REUSED',
      before: async (ledger, made) => await useId(ledger, made.actor, made.id),
    },
    ...(own ? [otherCaller] : []),
    { name: 'a proof by a stranger', code: 'ACTOR_UNKNOWN', proofs: 'of a stranger' },
    { name: 'a forged proof', code: 'PROOF_INVALID', proofs: 'forged' },
    ...(own ? [] : [unproved]),
    {
      name: 'past its last day',
      code: 'COMMAND_EXPIRED',
      envelope: { notAfter: '2026-11-29' },
    },
  ]
}

const unproved: Fault = { name: 'no proof', code: 'PROOF_MISSING', proofs: 'none' }

const otherCaller: Fault = {
  name: 'another organisation',
  code: 'CALLER_NOT_ORGANISATION',
  call: { organisation: 'nobody' },
}
