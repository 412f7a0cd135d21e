import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Type } from 'typebox'
import type { AuditReport, OnBlock } from '../../audit/index.ts'
import { auditCopy, auditPeer, BlockFileWriter, PeerChain } from '../../audit/index.ts'
import { startBlockProgress } from '../block-progress.ts'
import { gatewayOf, openGateways } from '../gateways-file.ts'
import { readJsonFile } from '../json-file.ts'

import { PlainError, readOrExplain } from '../plain-error.ts'
import type { CommonFlags } from './flags.ts'
import { addCommonFlags } from './flags.ts'

interface AuditFlags extends CommonFlags {
  readonly org?: string
  readonly connection?: string
  readonly copy?: string
  readonly blocks?: string
}

const ConnectionText = Type.Object({
  channel: Type.String(),
  chaincode: Type.String(),
  organisation: Type.String(),
  peerAddress: Type.String(),
  tlsRootCertificate: Type.String(),
  client: Type.Object({ certificate: Type.String(), privateKey: Type.String() }),
})

/** More than that nobody reads at a terminal; `--json` has them all. */
const MAX_SHOWN = 40

/** `audit --org ORG`: replays the chain at an organisation's own peer, or in a copy. */
export function addAuditCommand(program: Command): void {
  const command = program
    .command('audit')
    .description(
      "replay every block from an organisation's own peer: hashes, endorsements, command " +
        'signatures and rules; recompute every balance, and compare with world state and read model',
    )
    .option('--org <organisation>', 'whose peer and gateway')
    .option(
      '--connection <file>',
      'how its peer is reached (default: connections/ORG.json in --data)',
    )
    .option('--copy <file>', 'write a copy of the blocks there')
    .option('--blocks <file>', 'audit such a copy instead of a peer')
  addCommonFlags(command).action(async (flags: AuditFlags) => {
    process.exitCode = await runAudit(flags)
  })
}

async function runAudit(flags: AuditFlags): Promise<number> {
  const progress = startBlockProgress()
  const report = await audit(flags, progress.onBlock).finally(() => progress.end())
  if (flags.json === true) console.log(JSON.stringify(report))
  else show(report, flags)
  return report.findings.length + report.notCompared.length === 0 ? 0 : 1
}

async function audit(flags: AuditFlags, onBlock: OnBlock): Promise<AuditReport> {
  const { org, blocks, data } = flags
  if (blocks !== undefined) {
    const remedy = 'Make a copy with `tallystick audit --org ORG --copy FILE` first.'
    readOrExplain(blocks, remedy, () => accessSync(blocks, constants.R_OK))
    return await auditCopy(blocks, onBlock)
  }
  if (org === undefined)
    throw new PlainError('Say whose peer: --org ORGANISATION, or --blocks FILE.')
  const gateway = gatewayOf(openGateways(data), org)
  const path = flags.connection ?? join(data, 'connections', `${org}.json`)
  const remedy = 'Start the ledger with `npm start` (and the same --data) first.'
  const peer = new PeerChain(readJsonFile(path, ConnectionText, remedy))
  const copy = flags.copy === undefined ? undefined : await createCopy(flags.copy)
  try {
    return await auditPeer({
      peer,
      gateway: async (resource, schema) =>
        await gateway.readPatiently(resource, schema, flags.patience),
      ...(copy && { copy }),
      onBlock,
    })
  } finally {
    peer.close()
    await copy?.close()
  }
}

async function createCopy(path: string): Promise<BlockFileWriter> {
  try {
    return await BlockFileWriter.create(path)
  } catch {
    throw new PlainError(`${path} cannot be made, or is there already. Choose another name.`)
  }
}

function show(report: AuditReport, { org, blocks }: AuditFlags): void {
  const { findings, compared, notCompared, lastHash, keys, ...counts } = report
  console.log(`Audited ${blocks ?? `the chain at the peer of ${org ?? ''}`}:`)
  for (const [name, count] of Object.entries({ ...counts, keys })) {
    console.log(`  ${name.padEnd(14)}${String(count).padStart(12)}`)
  }
  console.log(`  compared      ${compared.join(', ')}`)
  console.log(`  last block    ${lastHash}`)
  for (const what of notCompared) console.log(`  not compared  ${what}`)
  console.log(`${String(findings.length)} differences`)
  for (const { where, what } of findings.slice(0, MAX_SHOWN)) console.log(`  ${where}: ${what}`)
  if (findings.length > MAX_SHOWN) console.log('  … and more; --json has them all')
  console.log(nextStep(report))
}

function nextStep({ findings, notCompared }: AuditReport): string {
  if (findings.length > 0) {
    return 'Next: have another organisation audit its own peer, and compare the hash of the last block.'
  }
  if (notCompared.length > 0) return 'Next: run it again when the ledger is quiet.'
  return 'Next: compare the hash of the last block with what other organisations get.'
}
