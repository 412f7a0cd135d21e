import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ERROR_TABLE, isErrorCode, LedgerError, parseLedgerError } from '../../ledger/index.ts'
import { EDGE_ERRORS, LEDGER_ERRORS } from '../../ledger/errors.ts'
import { ERRORS_PAGE, errorsPage } from '../../docs/generate-errors.ts'

test('docs/errors.md is what docs/generate-errors.ts writes', () => {
  expect(readFileSync(ERRORS_PAGE, 'utf8')).toBe(errorsPage())
})

describe('the table of errors', () => {
  test('has no code in both parts', () => {
    expect(Object.keys(ERROR_TABLE)).toEqual([
      ...Object.keys(LEDGER_ERRORS),
      ...Object.keys(EDGE_ERRORS),
    ])
  })

  test.each(Object.entries(ERROR_TABLE))('%s makes sense', (code, spec) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
    expect(spec.status).toBeGreaterThanOrEqual(400)
    expect(spec.status).toBeLessThan(600)
    expect(spec.retryable && spec.recorded).toBe(false)
    expect(spec.message).toMatch(/^[A-Z].*\.$/)
  })

  test.each(['', 'toString', '__proto__', 'constructor', 'account_unknown', 'NO_SUCH_CODE'])(
    'does not have %j',
    (text) => expect(isErrorCode(text)).toBe(false),
  )
})

describe('a coded refusal', () => {
  const error = new LedgerError('SUBMIT_MALFORMED', { at: '/lane', problem: 'must be "integer"' })

  test.each([
    ['bare', error.message],
    ['wrapped by a peer', `chaincode response 500, ${error.message}`],
    ['among other words', `10 ABORTED: peer0: ${error.message} (mall)`],
  ])('is found again in a message, %s', (_name, message) => {
    const found = parseLedgerError(message)
    expect([found?.code, found?.detail]).toEqual([error.code, error.detail])
  })

  test.each(['', 'something else', 'NO_SUCH_CODE {}', 'the peer says ABORTED {}'])(
    'is not found in %j',
    (message) => expect(parseLedgerError(message)).toBeUndefined(),
  )

  test('whose detail is spoilt keeps its code', () => {
    const spoilt = parseLedgerError('SUBMIT_MALFORMED {"at": 7}')
    expect([spoilt?.code, spoilt?.detail]).toEqual(['SUBMIT_MALFORMED', {}])
    expect(parseLedgerError('SUBMIT_MALFORMED {at}')?.detail).toEqual({})
  })
})
