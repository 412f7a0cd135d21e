import type { ClientDuplexStream } from '@grpc/grpc-js'
import { credentials } from '@grpc/grpc-js'
import { common, msp, peer } from '@hyperledger/fabric-protos'
import type { KeyPair } from '../../network/embedded/identity-material.ts'

const { Type } = peer.ChaincodeMessage
type Message = peer.ChaincodeMessage
export type MessageType = ReturnType<Message['getType']>

export interface PeerStreamOptions {
  /** Of the authority that made the server's certificate. */
  readonly caCertificate: string
  /** Certificate of the client whose proposals the peer passes on; it is one of the bank's. */
  readonly creator: string
  /** With what the peer shows itself; without, it shows nothing. */
  readonly identity?: KeyPair
}

/** A peer's end of the conversation with a chaincode server. */
export class PeerStream {
  readonly #client: peer.ChaincodeClient
  readonly #creator: string
  readonly #stream: ClientDuplexStream<Message, Message>
  readonly #messages: AsyncIterator<Message, undefined>

  constructor(address: string, { caCertificate, creator, identity }: PeerStreamOptions) {
    const key = identity && Buffer.from(identity.privateKey)
    const certificate = identity && Buffer.from(identity.certificate)
    const ca = Buffer.from(caCertificate)
    this.#creator = creator
    this.#client = new peer.ChaincodeClient(address, credentials.createSsl(ca, key, certificate))
    this.#stream = this.#client.connect()
    this.#messages = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Message, undefined>
  }

  /** Whatever the server says next. Throws gRPC's error when there is no connection. */
  async next(): Promise<Message> {
    const read = await this.#messages.next()
    if (read.done === true) throw new Error('the server ended the conversation')
    return read.value
  }

  send(
    type: MessageType,
    payload: Uint8Array = new Uint8Array(),
    proposal?: peer.SignedProposal,
  ): void {
    const message = new peer.ChaincodeMessage()
    message.setType(type)
    message.setPayload(payload)
    message.setTxid('f00d')
    message.setChannelId('consortium')
    message.setProposal(proposal)
    this.#stream.write(message)
  }

  /** Greets the server, as a peer does, and answers with the chaincode's name. */
  async register(offer?: peer.ChaincodeAdditionalParams): Promise<string> {
    const registration = await this.next()
    assertType(registration, Type.REGISTER)
    this.send(Type.REGISTERED)
    this.send(Type.READY, offer?.serializeBinary())
    return peer.ChaincodeID.deserializeBinary(registration.getPayload_asU8()).getName()
  }

  /** Runs a function over an empty state. */
  async invoke(...args: readonly string[]): Promise<Invocation> {
    const input = new peer.ChaincodeInput()
    input.setArgsList(args.map((arg) => Buffer.from(arg)))
    this.send(Type.TRANSACTION, input.serializeBinary(), signedProposal(input, this.#creator))
    const asked: string[] = []
    const written: [string, string][] = []
    const messages: MessageType[] = []
    for (;;) {
      const message = await this.next()
      const payload = message.getPayload_asU8()
      if (message.getType() === Type.COMPLETED) {
        const response = peer.Response.deserializeBinary(payload)
        const answer = Buffer.from(response.getPayload_asU8()).toString('utf8')
        const [status, said] = [response.getStatus(), response.getMessage()]
        return { status, message: said, answer, asked, written, messages }
      }
      messages.push(message.getType())
      this.send(Type.RESPONSE, this.#carryOut(message, asked, written))
    }
  }

  #carryOut(message: Message, asked: string[], written: [string, string][]): Uint8Array {
    const payload = message.getPayload_asU8()
    switch (message.getType()) {
      case Type.GET_STATE: {
        const key = peer.GetState.deserializeBinary(payload).getKey()
        asked.push(key)
        return new Uint8Array()
      }
      case Type.GET_STATE_MULTIPLE: {
        const keys = peer.GetStateMultiple.deserializeBinary(payload).getKeysList()
        asked.push(...keys)
        const result = new peer.GetStateMultipleResult()
        result.setValuesList(keys.map(() => ''))
        return result.serializeBinary()
      }
      case Type.PUT_STATE: {
        const put = peer.PutState.deserializeBinary(payload)
        written.push([put.getKey(), textOf(put.getValue_asU8())])
        return new Uint8Array()
      }
      case Type.WRITE_BATCH_STATE: {
        for (const record of peer.WriteBatchState.deserializeBinary(payload).getRecList()) {
          if (record.getType() !== peer.WriteRecord.Type.PUT_STATE) throw new Error('a deletion')
          written.push([record.getKey(), textOf(record.getValue_asU8())])
        }
        return new Uint8Array()
      }
      default:
        throw new Error(`unexpected: ${String(message)}`)
    }
  }

  close(): void {
    this.#client.close()
    this.#stream.cancel()
  }
}

export interface Invocation {
  readonly status: number
  readonly message: string
  readonly answer: string
  /** Keys that were read. */
  readonly asked: readonly string[]
  /** Keys and values that were written. */
  readonly written: readonly (readonly [string, string])[]
  /** What the server asked of the peer. */
  readonly messages: readonly MessageType[]
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

function assertType(message: Message, type: MessageType): void {
  if (message.getType() !== type) throw new Error(`unexpected: ${String(message)}`)
}

function signedProposal(input: peer.ChaincodeInput, certificate: string): peer.SignedProposal {
  const creator = new msp.SerializedIdentity()
  creator.setMspid('bank')
  creator.setIdBytes(Buffer.from(certificate))
  const signatureHeader = new common.SignatureHeader()
  signatureHeader.setCreator(creator.serializeBinary())
  const channelHeader = new common.ChannelHeader()
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION)
  const header = new common.Header()
  header.setSignatureHeader(signatureHeader.serializeBinary())
  header.setChannelHeader(channelHeader.serializeBinary())
  const proposal = new peer.Proposal()
  proposal.setHeader(header.serializeBinary())
  const payload = new peer.ChaincodeProposalPayload()
  payload.setInput(input.serializeBinary())
  proposal.setPayload(payload.serializeBinary())
  const signed = new peer.SignedProposal()
  signed.setProposalBytes(proposal.serializeBinary())
  return signed
}
