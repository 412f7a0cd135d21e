import { createPrivateKey } from 'node:crypto'
import type { Transaction } from '@hyperledger/fabric-gateway'
import { ledger, msp, peer } from '@hyperledger/fabric-protos'
import type { FabricIdentity } from '../../gateway/index.ts'
import { signLowS } from '../../network/embedded/signing.ts'
import type { EditableAction } from '../embedded/transaction-editing.ts'
import { defined, editTransaction } from '../embedded/transaction-editing.ts'

/** Those whose names a forger can use: members' clients, and somebody no authority knows. */
export interface Forgers {
  readonly clients: ReadonlyMap<string, FabricIdentity>
  readonly stranger: FabricIdentity
}

type Edit = (action: EditableAction, forgers: Forgers) => void

export const INVENTED_ID = 'ab'.repeat(32)

/** Edits after which the client signs again, as it may: the envelope is in order. */
const EDITS = {
  changedWrite: ({ chaincodeAction }) => {
    editSet(chaincodeAction, (results) => {
      const namespace = results.getNsRwsetList().at(-1) ?? results.addNsRwset()
      const set = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(namespace.getRwset_asU8())
      const write = new ledger.rwset.kvrwset.KVWrite()
      write.setKey('forged')
      write.setValue(Buffer.from('1000000'))
      set.addWrites(write)
      namespace.setRwset(set.serializeBinary())
    })
  },
  otherNamespaceRead: ({ chaincodeAction }) => {
    editSet(chaincodeAction, (set) => set.addNsRwset().setNamespace('elsewhere'))
  },
  sameNamespaceTwice: ({ chaincodeAction }) => {
    editSet(chaincodeAction, (set) => {
      for (const namespace of ['twice', 'twice']) set.addNsRwset().setNamespace(namespace)
    })
  },
  unreadableResults: ({ chaincodeAction }) => chaincodeAction.setResults(Buffer.from('garbage')),
  otherEvent: ({ chaincodeAction }) => {
    const event = new peer.ChaincodeEvent()
    event.setChaincodeId('elsewhere')
    event.setEventName('forged')
    chaincodeAction.setEvents(event.serializeBinary())
  },
  otherChaincode: ({ chaincodeAction }) => chaincodeAction.getChaincodeId()?.setName('elsewhere'),
  noChaincode: ({ chaincodeAction }) => chaincodeAction.clearChaincodeId(),
  noVersion: ({ chaincodeAction }) => chaincodeAction.getChaincodeId()?.setVersion(''),
  noEndorsements: ({ endorsed }) => endorsed.setEndorsementsList([]),
  oneEndorsement: ({ endorsed }) => {
    endorsed.setEndorsementsList(endorsed.getEndorsementsList().slice(0, 1))
  },
  oneEndorserTwice: ({ endorsed }) => {
    const first = defined(endorsed.getEndorsementsList()[0])
    endorsed.setEndorsementsList([first, first])
  },
  clientsForPeers: ({ endorsed }, { clients }) => {
    endorsed.setEndorsementsList(
      [...clients].map(([member, identity]) => endorsement(endorsed, member, identity)),
    )
  },
  strangerForPeer: ({ endorsed }, { stranger }) => {
    const [first] = endorsed.getEndorsementsList()
    endorsed.setEndorsementsList([
      defined(first),
      ...['bank', 'mall', 'airline'].map((member) => endorsement(endorsed, member, stranger)),
    ])
  },
  strangerBesides: ({ endorsed }, { stranger }) => {
    const forged = endorsement(endorsed, 'nobody', stranger)
    endorsed.setEndorsementsList([forged, ...endorsed.getEndorsementsList()])
  },
  repeatedBesides: ({ endorsed }) => {
    const all = endorsed.getEndorsementsList()
    endorsed.setEndorsementsList([...all, ...all])
  },
  changedHeader: ({ channelHeader }) => channelHeader.setVersion(7),
  otherEpoch: ({ channelHeader }) => channelHeader.setEpoch(1),
  inventedId: ({ channelHeader }) => channelHeader.setTxId(INVENTED_ID),
  noNonce: ({ signatureHeader }) => signatureHeader.setNonce(''),
} as const satisfies Record<string, Edit>

/** Signatures of the envelope that no orderer takes. */
const BAD_SIGNATURES = ['signedByAnother', 'signedByGarbage'] as const

export type Tampering = 'none' | keyof typeof EDITS | (typeof BAD_SIGNATURES)[number]

export const TAMPERINGS: readonly Tampering[] = [
  ...(Object.keys(EDITS) as (keyof typeof EDITS)[]),
  ...BAD_SIGNATURES,
]
export const REFUSED_BY_ORDERERS: ReadonlySet<Tampering> = new Set(BAD_SIGNATURES)

/** What somebody makes of an endorsed transaction: bytes, and whose key signs them. */
export function tamper(
  transaction: Transaction,
  tampering: Exclude<Tampering, 'none'>,
  forgers: Forgers,
): { readonly bytes: Uint8Array; readonly signer: 'client' | 'another' | 'garbage' } {
  switch (tampering) {
    case 'signedByAnother':
      return { bytes: transaction.getBytes(), signer: 'another' }
    case 'signedByGarbage':
      return { bytes: transaction.getBytes(), signer: 'garbage' }
    default: {
      const edit: Edit = EDITS[tampering]
      const bytes = editTransaction(transaction, (action) => edit(action, forgers))
      return { bytes, signer: 'client' }
    }
  }
}

type ResultSet = InstanceType<typeof ledger.rwset.TxReadWriteSet>

/** Edits what the transaction is said to have read and written. */
function editSet(action: peer.ChaincodeAction, edit: (set: ResultSet) => void): void {
  const set = ledger.rwset.TxReadWriteSet.deserializeBinary(action.getResults_asU8())
  edit(set)
  action.setResults(set.serializeBinary())
}

function endorsement(
  endorsed: peer.ChaincodeEndorsedAction,
  member: string,
  { certificate, privateKey }: FabricIdentity,
): peer.Endorsement {
  const identity = new msp.SerializedIdentity()
  identity.setMspid(member)
  identity.setIdBytes(Buffer.from(certificate))
  const endorser = identity.serializeBinary()
  const payload = endorsed.getProposalResponsePayload_asU8()
  const forged = new peer.Endorsement()
  forged.setEndorser(endorser)
  forged.setSignature(signLowS(createPrivateKey(privateKey), payload, endorser))
  return forged
}
