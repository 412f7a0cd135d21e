import { X509Certificate } from 'node:crypto'
import type { Context } from 'fabric-contract-api'
import type { CallContext } from '../ledger/index.ts'

/** Who calls: the organisation of the certificate, and whether it is an admin by its NodeOU. */
export function readCall(context: Context): CallContext {
  const { stub } = context
  const creator = stub.getCreator()
  return {
    channel: stub.getChannelID(),
    transactionId: stub.getTxID(),
    caller: { organisation: creator.mspid, isAdmin: isAdmin(creator.idBytes) },
  }
}

const MAX_REMEMBERED = 100
const remembered = new Map<string, boolean>()

// A function of the certificate's bytes alone, so every endorser remembers the same.
function isAdmin(certificate: Uint8Array): boolean {
  const pem = Buffer.from(certificate).toString('utf8')
  const known = remembered.get(pem)
  if (known !== undefined) return known
  const units = new X509Certificate(pem).subject.split('\n')
  const answer = units.includes('OU=admin')
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(pem, answer)
  return answer
}
