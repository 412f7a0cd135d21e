import type { AuditReport } from '../../audit/index.ts'
import { auditPeer, PeerChain } from '../../audit/index.ts'
import type { BlockFileWriter } from '../../audit/index.ts'
import type { Evaluate } from '../../audit/world-state-audit.ts'
import type { ReadGateway } from '../../audit/read-model-audit.ts'
import { shapeOf } from '../../ledger/index.ts'
import type { TestNetwork } from './test-network.ts'

/** What a test changes of what an auditor is given. */
export interface AuditedAs {
  readonly copy?: BlockFileWriter
  readonly evaluate?: (honest: Evaluate) => Evaluate
  readonly gateway?: (honest: ReadGateway) => ReadGateway
}

/** Audits the chain at an organisation's peer, its world state and its gateway. */
export async function auditOf(
  net: TestNetwork,
  organisation: string,
  change: AuditedAs = {},
): Promise<AuditReport> {
  const peer = new PeerChain(net.profile(organisation))
  const gateway: ReadGateway = async (path, schema) => {
    const { body } = await net.get(organisation, path)
    const checked = shapeOf(schema)(body)
    if (!checked.ok) throw new Error(JSON.stringify(checked.detail))
    return checked.value
  }
  const { copy, evaluate, gateway: changed } = change
  try {
    return await auditPeer({
      peer: {
        height: async () => await peer.height(),
        blocks: (from, to) => peer.blocks(from, to),
        evaluate: evaluate === undefined ? peer.evaluate : evaluate(peer.evaluate),
      },
      gateway: changed === undefined ? gateway : changed(gateway),
      ...(copy && { copy }),
      onBlock: () => undefined,
    })
  } finally {
    peer.close()
  }
}
