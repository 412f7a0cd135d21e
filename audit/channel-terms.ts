import { common, msp, peer } from '@hyperledger/fabric-protos'
import { Membership } from '../network/embedded/membership.ts'

/** Who belongs to the channel from a configuration block on, and whose endorsements it takes. */
export interface ChannelTerms {
  readonly channel: string
  readonly membership: Membership
  readonly endorsers: ReadonlySet<string>
  /** Of so many of these organisations a peer must have endorsed. */
  readonly endorsementsNeeded: number
}

/**
 * Reads the envelope of a configuration block. A certificate is good at the time that `nowMs`
 * tells. Throws on bytes that are no configuration.
 */
export function readChannelTerms(
  channel: string,
  configuration: Uint8Array,
  nowMs: () => number,
): ChannelTerms {
  const application = common.ConfigEnvelope.deserializeBinary(configuration)
    .getConfig()
    ?.getChannelGroup()
    ?.getGroupsMap()
    .get('Application')
  if (application === undefined) throw new Error('a configuration without organisations')
  const authorities = new Map<string, string>()
  application.getGroupsMap().forEach((group: common.ConfigGroup) => {
    const { id, authority } = readMsp(group)
    authorities.set(id, authority)
  })
  const membership = new Membership(authorities, nowMs)
  return { channel, membership, ...readEndorsementPolicy(application, membership) }
}

function readMsp(group: common.ConfigGroup): { readonly id: string; readonly authority: string } {
  const value = group.getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array()
  const fabricMsp = msp.FabricMSPConfig.deserializeBinary(
    msp.MSPConfig.deserializeBinary(value).getConfig_asU8(),
  )
  const [root] = fabricMsp.getRootCertsList_asU8()
  if (root === undefined) throw new Error('an organisation without a certification authority')
  return { id: fabricMsp.getName(), authority: Buffer.from(root).toString('utf8') }
}

type EndorsementPolicy = Pick<ChannelTerms, 'endorsers' | 'endorsementsNeeded'>

/** The policy that names the endorsers (ADR 13); without one, a majority of all organisations. */
function readEndorsementPolicy(
  application: common.ConfigGroup,
  membership: Membership,
): EndorsementPolicy {
  const policy = application.getPoliciesMap().get('Endorsement')?.getPolicy()
  if (policy?.getType() !== common.Policy.PolicyType.SIGNATURE) {
    return { endorsers: new Set(membership.mspIds), endorsementsNeeded: membership.majority }
  }
  const envelope = common.SignaturePolicyEnvelope.deserializeBinary(policy.getValue_asU8())
  const endorsers = envelope.getIdentitiesList().map((principal) => {
    return msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8()).getMspIdentifier()
  })
  const needed = envelope.getRule()?.getNOutOf()?.getN()
  if (needed === undefined) throw new Error('an endorsement policy of another form')
  return { endorsers: new Set(endorsers), endorsementsNeeded: needed }
}

/** Whether an envelope's type is one that changes the channel. */
export function isConfiguration(type: number): boolean {
  return type === common.HeaderType.CONFIG
}

/** Fabric's names of what a peer may find of a transaction. */
export const VALIDATION_CODES: ReadonlyMap<number, string> = new Map(
  Object.entries(peer.TxValidationCode).map(([name, code]) => [code, name]),
)
