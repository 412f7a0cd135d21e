import { status } from '@grpc/grpc-js'
import { peer } from '@hyperledger/fabric-protos'
import { describe, expect, test } from 'vitest'
import {
  classifyEndorsement,
  classifySubmission,
  classifyValidation,
  REMEDIES,
} from '../../gateway/fabric/classify-failure.ts'

const DETAILS = 'failed to endorse transaction, see attached details for more info'
const COLLECT = 'failed to collect enough transaction endorsements, see attached details'
const SIMULATION = 'error in simulation: failed to execute transaction 1f: '

describe('an endorsement that failed', () => {
  test.each([
    ['the peer is down', status.UNAVAILABLE, 'No connection established', 'unavailable'],
    ['the peer went away', status.UNAVAILABLE, 'Connection dropped', 'unavailable'],
    ['in time', status.DEADLINE_EXCEEDED, 'endorsement timeout expired', 'unavailable'],
    ['cancelled', status.CANCELLED, 'call cancelled', 'unavailable'],
    [
      'the 501st call',
      status.UNKNOWN,
      'too many requests for /gateway.Gateway, exceeding concurrency limit (500)',
      'unavailable',
    ],
    [
      'gossip has not settled',
      status.FAILED_PRECONDITION,
      'no combination of peers can be derived which satisfy the endorsement policy',
      'unavailable',
    ],
    [
      'other peers are down',
      status.FAILED_PRECONDITION,
      'failed to select a set of endorsers that satisfy the endorsement policy due to ' +
        'unavailability of peers: [...]',
      'unavailable',
    ],
    [
      'the peer has not opened the channel',
      status.FAILED_PRECONDITION,
      'failed to get config for channel [consortium]: channel not found',
      'unavailable',
    ],
    [
      'a message too large to send',
      status.RESOURCE_EXHAUSTED,
      'Sent message larger than max',
      'fault',
    ],
    ['not understood', status.INVALID_ARGUMENT, 'an endorse request is required', 'denied'],
    ['not allowed', status.PERMISSION_DENIED, 'no', 'denied'],
  ])('%s', (_name, code, message, kind) => {
    expect(classifyEndorsement({ code, messages: [message] })).toBe(kind)
  })

  test.each([
    [
      DETAILS,
      [`${SIMULATION}could not launch chaincode ledger: connection to ledger failed`],
      'unavailable',
    ],
    [DETAILS, [`${SIMULATION}error sending: chaincode stream terminated`], 'unavailable'],
    [DETAILS, [`${SIMULATION}timeout expired while executing transaction`], 'unavailable'],
    [COLLECT, ['rpc error: code = Unavailable desc = connection refused'], 'unavailable'],
    [COLLECT, ['ProposalResponsePayloads do not match'], 'mismatch'],
    [COLLECT, ['code = Unavailable', 'ProposalResponsePayloads do not match'], 'mismatch'],
    [DETAILS, ['chaincode response 500, TypeError: x is not a function'], 'fault'],
    [DETAILS, ['chaincode response 500, SUBMIT_MALFORMED {"field":"lane"}'], 'fault'],
    [DETAILS, ['access denied: channel [consortium] creator org [mall]'], 'denied'],
    [DETAILS, ["error validating proposal: The creator's signature is not valid"], 'denied'],
  ])('%s: %j', (message, details, kind) => {
    const failure = { code: status.ABORTED, messages: [message, ...details] }
    expect(classifyEndorsement(failure)).toBe(kind)
  })
})

describe('a submission that failed', () => {
  const refused = 'received unsuccessful response from orderer: status='
  test.each([
    [status.DEADLINE_EXCEEDED, ['submit timeout expired while broadcasting'], 'doubtful'],
    [status.UNAVAILABLE, ['no orderers could successfully process transaction'], 'doubtful'],
    [status.UNAVAILABLE, ['no orderer nodes available'], 'doubtful'],
    [status.UNAVAILABLE, ['insufficient number of orderers', 'code = Unavailable'], 'doubtful'],
    [
      status.UNAVAILABLE,
      ['insufficient number', `${refused}SERVICE_UNAVAILABLE, info=request already processed`],
      'ordered',
    ],
    [
      status.UNAVAILABLE,
      [`${refused}SERVICE_UNAVAILABLE, info=failed to submit request: request already exists`],
      'ordered',
    ],
    [status.ABORTED, [`${refused}FORBIDDEN, info=implicit policy failed`], 'doubtful'],
    [
      status.ABORTED,
      [
        `${refused}REQUEST_ENTITY_TOO_LARGE, info=message payload is 11 bytes and exceeds maximum allowed 10`,
      ],
      'too large',
    ],
  ])('%j %j', (code, messages, doubt) => {
    expect(classifySubmission({ code, messages })).toBe(doubt)
  })
})

describe('a transaction that is in a block and not valid', () => {
  test('conflicts whatever else happened', () => {
    for (const rulesChanged of [true, false]) {
      expect(classifyValidation('MVCC_READ_CONFLICT', rulesChanged)).toBe('conflict')
      expect(classifyValidation('PHANTOM_READ_CONFLICT', rulesChanged)).toBe('conflict')
    }
  })

  test.each(['ENDORSEMENT_POLICY_FAILURE', 'EXPIRED_CHAINCODE', 'CHAINCODE_VERSION_CONFLICT'])(
    '%s is endorsed anew only when rules have changed',
    (code) => {
      expect(classifyValidation(code, true)).toBe('policy')
      expect(classifyValidation(code, false)).toBe('denied')
    },
  )

  test('for any other of Fabric’s reasons is reported', () => {
    const known = /CONFLICT|POLICY_FAILURE|EXPIRED_CHAINCODE|^VALID$/
    const others = Object.keys(peer.TxValidationCode).filter((code) => !known.test(code))
    expect(others.length).toBeGreaterThan(15)
    for (const code of others) expect(classifyValidation(code, true)).toBe('denied')
  })
})

test('what was sent and not seen, and what is denied, is neither tried again nor split', () => {
  expect(REMEDIES.unknown).toMatchObject({ retries: 0, isSplit: false })
  expect(REMEDIES.denied).toMatchObject({ retries: 0, isSplit: false })
  expect(REMEDIES.mismatch).toMatchObject({ retries: 5, isSplit: false })
  expect(REMEDIES.policy).toMatchObject({ retries: 1, isSplit: false })
})
