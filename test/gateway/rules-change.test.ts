import { common, peer } from '@hyperledger/fabric-protos'
import { expect, test } from 'vitest'
import { decodeBlock } from '../../gateway/fabric/decode-block.ts'
import { sealBlock } from '../../network/embedded/block.ts'
import { envelopeOf, writing } from '../support/fake-envelope.ts'

const { ENDORSER_TRANSACTION, CONFIG } = common.HeaderType
const { VALID, MVCC_READ_CONFLICT } = peer.TxValidationCode

test.each([
  ['a configuration of the channel', envelopeOf(CONFIG, new Uint8Array()), VALID, true],
  ['a definition', envelopeOf(ENDORSER_TRANSACTION, writing('_lifecycle')), VALID, true],
  [
    'a definition that is not valid',
    envelopeOf(ENDORSER_TRANSACTION, writing('_lifecycle')),
    MVCC_READ_CONFLICT,
    false,
  ],
  ['a posting', envelopeOf(ENDORSER_TRANSACTION, writing('ledger')), VALID, false],
])('%s changes the rules of endorsement or not', (_name, bytes, code, changesRules) => {
  const sealed = sealBlock(7, Buffer.from('before'), [bytes], [code])
  const block = decodeBlock(common.Block.deserializeBinary(sealed.bytes), 'ledger')
  expect(block.changesRules).toBe(changesRules)
})
