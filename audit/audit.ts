import { CHAINCODE_NAME } from '../ledger/index.ts'
import type { BlockFileWriter } from './block-file.ts'
import { readBlockFile } from './block-file.ts'
import { auditBooks } from './books-audit.ts'
import type { AuditCounts } from './chain-audit.ts'
import { ChainAudit } from './chain-audit.ts'
import type { Finding } from './finding.ts'
import type { PeerChain } from './peer-chain.ts'
import type { ReadGateway } from './read-model-audit.ts'
import { auditReadModel, blockOfReadModel } from './read-model-audit.ts'
import { auditWorldState } from './world-state-audit.ts'

/** What an audit came to. */
export interface AuditReport extends Readonly<AuditCounts> {
  /** SHA-256 of the last block's header: who has the same has the same chain. */
  readonly lastHash: string
  /** Keys of the peer's world state that were compared; none of a copy. */
  readonly keys: number
  /** What the blocks were compared with besides themselves. */
  readonly compared: readonly string[]
  /** What could not be compared, and why. */
  readonly notCompared: readonly string[]
  readonly findings: readonly Finding[]
}

/** Told after every block how many there were, and how many there will be, where that is known. */
export type OnBlock = (done: number, total: number | undefined) => void

/** How often a comparison is begun anew because the ledger has moved on meanwhile. */
const MAX_ATTEMPTS = 5

/** Audits a copy of a chain by itself: there is no peer and no gateway to compare it with. */
export async function auditCopy(path: string, onBlock: OnBlock): Promise<AuditReport> {
  const audit = new ChainAudit(CHAINCODE_NAME)
  const findings: Finding[] = []
  for await (const { block, finding } of readBlockFile(path)) {
    if (finding !== undefined) findings.push(finding)
    if (block !== undefined) findings.push(...(await audit.take(block)))
    onBlock(audit.counts.blocks, undefined)
  }
  findings.push(...auditBooks(audit))
  const compared = ['records with entries']
  return { ...summaryOf(audit), keys: 0, compared, notCompared: [], findings }
}

export interface PeerAuditOptions {
  readonly peer: Pick<PeerChain, 'height' | 'blocks' | 'evaluate'>
  /** The organisation's own gateway; without it the read model is not compared. */
  readonly gateway?: ReadGateway
  /** Where a copy of the blocks goes. */
  readonly copy?: BlockFileWriter
  readonly onBlock: OnBlock
}

/**
 * Audits the whole chain at an organisation's own peer, and compares what it comes to with the
 * peer's world state and the gateway's read model, at the same block.
 */
export async function auditPeer(options: PeerAuditOptions): Promise<AuditReport> {
  const audit = new ChainAudit(CHAINCODE_NAME)
  const findings: Finding[] = []
  await catchUp(audit, findings, options)
  const live = await compareLive(audit, findings, options)
  findings.push(...auditBooks(audit), ...(live ?? []))
  const subjects = ['world state', ...(options.gateway === undefined ? [] : ['read model'])]
  const isLive = live !== undefined
  return {
    ...summaryOf(audit),
    keys: isLive ? [...audit.records()].length + audit.deletedKeys.size : 0,
    compared: ['records with entries', ...(isLive ? subjects : [])],
    notCompared: isLive ? [] : [`${subjects.join(' and ')}: the ledger never stood still`],
    findings,
  }
}

/** Goes through the blocks that have come since, and says how many there are now. */
async function catchUp(
  audit: ChainAudit,
  findings: Finding[],
  { peer, copy, onBlock }: PeerAuditOptions,
): Promise<number> {
  const height = await peer.height()
  for await (const block of peer.blocks(audit.counts.blocks, height)) {
    await copy?.add(block)
    findings.push(...(await audit.take(block)))
    onBlock(audit.counts.blocks, height)
  }
  return height
}

/** Undefined when blocks came during every attempt, so that nothing was compared at one block. */
async function compareLive(
  audit: ChainAudit,
  findings: Finding[],
  options: PeerAuditOptions,
): Promise<Finding[] | undefined> {
  const { peer, gateway } = options
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const height = await catchUp(audit, findings, options)
    const found = await auditWorldState(audit, peer.evaluate)
    if (gateway !== undefined) {
      const newest = await blockOfReadModel(gateway, height - 1)
      if (newest >= height) continue
      found.push(...(await auditReadModel(audit, gateway)))
    }
    if ((await peer.height()) === height) return found
  }
  return undefined
}

function summaryOf(audit: ChainAudit): AuditCounts & { readonly lastHash: string } {
  return { ...audit.counts, lastHash: audit.lastHash }
}
