import { expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import { CommandService } from '../../gateway/commands/command-service.ts'
import type { Outcome, SignedCommand } from '../../ledger/index.ts'
import { organisationOf } from '../../ledger/index.ts'
import { ANN, BOB } from '../support/opened-ledger.ts'
import { acceptOffer, basket, claimGift, commitBid, placeBid } from '../support/trade-world.ts'
import { HUI, STAR } from '../support/world.ts'

/** Where a gateway takes a command that a client sends to it. */
async function placeOf(organisation: string, signed: SignedCommand): Promise<string> {
  const taken = (place: string) => (): Promise<Outcome> => {
    const { actor, id } = signed.command
    return Promise.resolve({ status: 'accepted', actor, id, replayed: false, entryHash: place })
  }
  const service = new CommandService({
    organisation,
    sha256: cryptography.sha256,
    outcome: () => undefined,
    account: (id) => ({ id, owner: ANN, home: organisationOf(id) }),
    submit: taken('here'),
    isCaughtUp: () => true,
    forwarder: (home) => taken(home),
  })
  const call = { access: 'write', isForwarded: false, client: 'app', traceparent: '' } as const
  const answer = await service.submit(signed, call)
  return answer.status === 'accepted' ? (answer.entryHash ?? '') : answer.code
}

test.each([
  ['bids', placeBid('bank:a-1', ANN, 20)],
  ['sealed bids', commitBid('bank:a-1', ANN, 20)],
  ['claims', claimGift('bank:g-1', ANN)],
])('all %s of one contract meet at its home, whoever makes them', async (_what, command) => {
  expect(await placeOf('mall', command)).toBe('bank')
  expect(await placeOf('airline', command)).toBe('bank')
  expect(await placeOf('bank', command)).toBe('here')
})

test('an offer is accepted at the home of the account that pays', async () => {
  const command = acceptOffer('bank:o-1', BOB, basket({ [STAR]: 1 }), basket({ [HUI]: 1 }))
  expect(await placeOf('mall', command)).toBe('bank')
  expect(await placeOf('bank', command)).toBe('here')
})
