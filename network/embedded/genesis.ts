import { common, msp } from '@hyperledger/fabric-protos'
import { sealBlock } from './block.ts'
import type { SealedBlock } from './block.ts'
import { sha256 } from './signing.ts'

/** What block 0 says: the channel, and the certification authority of every organisation. */
export interface ChannelConfiguration {
  readonly channel: string
  readonly caCertificates: ReadonlyMap<string, string>
}

const APPLICATION = 'Application'
const MSP = 'MSP'

/** Block 0, a configuration block like Fabric's. */
export function genesisBlock(configuration: ChannelConfiguration): SealedBlock & { txId: string } {
  const application = new common.ConfigGroup()
  for (const [mspId, caCertificate] of configuration.caCertificates) {
    const organisation = new common.ConfigGroup()
    organisation.getValuesMap().set(MSP, mspValue(mspId, caCertificate))
    application.getGroupsMap().set(mspId, organisation)
  }
  const channelGroup = new common.ConfigGroup()
  channelGroup.getGroupsMap().set(APPLICATION, application)
  const config = new common.Config()
  config.setChannelGroup(channelGroup)
  const envelopeOfConfig = new common.ConfigEnvelope()
  envelopeOfConfig.setConfig(config)
  const data = envelopeOfConfig.serializeBinary()
  const txId = sha256(data).toString('hex')
  const channelHeader = new common.ChannelHeader()
  channelHeader.setType(common.HeaderType.CONFIG)
  channelHeader.setChannelId(configuration.channel)
  channelHeader.setTxId(txId)
  const header = new common.Header()
  header.setChannelHeader(channelHeader.serializeBinary())
  header.setSignatureHeader(new common.SignatureHeader().serializeBinary())
  const payload = new common.Payload()
  payload.setHeader(header)
  payload.setData(data)
  const envelope = new common.Envelope()
  envelope.setPayload(payload.serializeBinary())
  return { txId, ...sealBlock(0, new Uint8Array(), [envelope.serializeBinary()], [0]) }
}

/** Reads block 0 back; throws on bytes that are not such a block. */
export function readGenesisBlock(bytes: Uint8Array): ChannelConfiguration {
  const [first] = common.Block.deserializeBinary(bytes).getData()?.getDataList_asU8() ?? []
  if (!first) throw new Error('block 0 is empty')
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(first).getPayload_asU8(),
  )
  const headerBytes = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array()
  const channelGroup = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8())
    .getConfig()
    ?.getChannelGroup()
  const application = channelGroup?.getGroupsMap().get(APPLICATION)
  const caCertificates = new Map<string, string>()
  application?.getGroupsMap().forEach((organisation, mspId) => {
    caCertificates.set(mspId, caCertificateOf(organisation.getValuesMap().get(MSP)))
  })
  const channel = common.ChannelHeader.deserializeBinary(headerBytes).getChannelId()
  return { channel, caCertificates }
}

/** Throws when the data was made for another channel, other organisations or other authorities. */
export function checkConfiguration(found: ChannelConfiguration, wanted: ChannelConfiguration) {
  if (found.channel !== wanted.channel) {
    throw new Error(`the ledger holds the channel ${found.channel}, not ${wanted.channel}`)
  }
  const foundIds = [...found.caCertificates.keys()].sort().join(', ')
  const wantedIds = [...wanted.caCertificates.keys()].sort().join(', ')
  if (foundIds !== wantedIds) {
    throw new Error(`the ledger holds the organisations ${foundIds}, not ${wantedIds}`)
  }
  for (const [mspId, caCertificate] of wanted.caCertificates) {
    if (found.caCertificates.get(mspId) !== caCertificate) {
      throw new Error(`the ledger was started with another certification authority of ${mspId}`)
    }
  }
}

function mspValue(mspId: string, caCertificate: string) {
  const fabricMsp = new msp.FabricMSPConfig()
  fabricMsp.setName(mspId)
  fabricMsp.addRootCerts(Buffer.from(caCertificate))
  const mspConfig = new msp.MSPConfig()
  mspConfig.setConfig(fabricMsp.serializeBinary())
  const value = new common.ConfigValue()
  value.setValue(mspConfig.serializeBinary())
  return value
}

function caCertificateOf(value: InstanceType<typeof common.ConfigValue> | undefined): string {
  if (!value) return ''
  const mspConfig = msp.MSPConfig.deserializeBinary(value.getValue_asU8())
  const fabricMsp = msp.FabricMSPConfig.deserializeBinary(mspConfig.getConfig_asU8())
  return Buffer.from(fabricMsp.getRootCertsList_asU8()[0] ?? []).toString()
}
