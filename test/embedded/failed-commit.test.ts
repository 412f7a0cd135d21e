import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { common } from '@hyperledger/fabric-protos'
import { expect, test } from 'vitest'
import { ChannelLedger, openChannel } from '../../network/embedded/channel-ledger.ts'
import { LedgerStore } from '../../network/embedded/ledger-store.ts'
import { Membership } from '../../network/embedded/membership.ts'
import { openEnvelope } from '../../network/embedded/transaction.ts'

test('when a block cannot be written the ledger stops, and what is on disk is whole', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-ledger-'))
  const store = new LedgerStore(join(dataDir, 'ledger.sqlite'))
  const configuration = { channel: 'points', caCertificates: new Map<string, string>() }
  openChannel(store, configuration)
  const ledger = new ChannelLedger(
    { store, membership: new Membership(new Map()), chaincodes: new Set() },
    { maxTransactions: 1, maxBytes: 1000, timeoutMs: 1 },
  )
  const { signal } = new AbortController()
  const first = ledger.feed.next(signal)
  ledger.order(someEnvelope())
  await first
  expect(store.height).toBe(2)

  // NaN becomes NULL, which the table refuses: the block is rolled back half way.
  const commit = store.commit.bind(store)
  store.commit = (block) => {
    const transactions = block.transactions.map((one) => ({ ...one, validationCode: Number.NaN }))
    commit({ ...block, transactions })
  }
  const second = ledger.feed.next(signal)
  ledger.order(someEnvelope())
  await expect(second).rejects.toMatchObject({ code: 14 })
  expect(() => ledger.order(someEnvelope())).toThrow('the ledger cannot commit')
  expect(store.height).toBe(2)
  await ledger.stop()
  await ledger.close()

  const reopened = new LedgerStore(join(dataDir, 'ledger.sqlite'))
  openChannel(reopened, configuration)
  expect(reopened.height).toBe(2)
  reopened.close()
  rmSync(dataDir, { recursive: true })
})

function someEnvelope() {
  const header = new common.Header()
  header.setChannelHeader(new common.ChannelHeader().serializeBinary())
  header.setSignatureHeader(new common.SignatureHeader().serializeBinary())
  const payload = new common.Payload()
  payload.setHeader(header)
  const envelope = new common.Envelope()
  envelope.setPayload(payload.serializeBinary())
  return openEnvelope(envelope)
}
