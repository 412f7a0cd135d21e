import '../support/quiet-shim.ts'
import { describe, expect, test } from 'vitest'
import type { Context } from 'fabric-contract-api'
import type { JsonName } from '@peculiar/x509'
import { readCall } from '../../chaincode/caller.ts'
import { certificateOf } from '../support/certificates.ts'

function contextOf(mspid: string, certificate: string): Context {
  const stub = {
    getCreator: () => ({ mspid, idBytes: Buffer.from(certificate) }),
    getChannelID: () => 'consortium',
    getTxID: () => 'f'.repeat(64),
  }
  return { stub } as unknown as Context
}

async function isAdmin(subject: JsonName): Promise<boolean> {
  return readCall(contextOf('mall', await certificateOf(subject))).caller.isAdmin
}

test('the caller is the organisation of the MSP, in the transaction of the stub', async () => {
  const certificate = await certificateOf([{ CN: ['someone'] }, { O: ['bank'] }])
  expect(readCall(contextOf('mall', certificate))).toEqual({
    channel: 'consortium',
    transactionId: 'f'.repeat(64),
    caller: { organisation: 'mall', isAdmin: false },
  })
})

describe('an admin', () => {
  test.each<[string, JsonName]>([
    ['alone', [{ OU: ['admin'] }]],
    [
      'among others',
      [{ C: ['CN'] }, { O: ['mall'] }, { OU: ['client'] }, { OU: ['admin'] }, { CN: ['root'] }],
    ],
  ])('is one by the organisational unit, %s', async (_name, subject) => {
    expect(await isAdmin(subject)).toBe(true)
  })

  test.each<[string, JsonName]>([
    ['a client', [{ OU: ['client'] }, { CN: ['admin'] }]],
    ['an organisation of that name', [{ O: ['admin'] }]],
    ['a name that contains it', [{ CN: ['OU=admin'] }]],
    ['a name with a line of it', [{ CN: ['x\nOU=admin'] }]],
    ['a name with a part of it', [{ CN: ['x,OU=admin'] }]],
    ['a unit that starts so', [{ OU: ['admin2'] }]],
    ['a unit with a line of it', [{ OU: ['client\nOU=admin'] }]],
    ['a unit in capitals', [{ OU: ['Admin'] }]],
    ['a unit with a blank', [{ OU: ['admin '] }]],
    ['nothing', [{ CN: ['x'] }]],
  ])('is not %s', async (_name, subject) => {
    expect(await isAdmin(subject)).toBe(false)
  })
})

test('is read anew for every certificate, however many there are', async () => {
  const admin = await certificateOf([{ OU: ['admin'] }])
  const clients = await Promise.all(
    Array.from({ length: 120 }, (_, at) => certificateOf([{ OU: ['client'] }, { CN: [`${at}`] }])),
  )
  for (const client of clients) {
    expect(readCall(contextOf('mall', client)).caller.isAdmin).toBe(false)
    expect(readCall(contextOf('mall', admin)).caller.isAdmin).toBe(true)
    expect(readCall(contextOf('mall', client)).caller.isAdmin).toBe(false)
  }
})
