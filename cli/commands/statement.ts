import { hash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Type } from 'typebox'
import { statementText } from '../../ledger/index.ts'
import type { DrawnStatement } from '../../reconciliation/index.ts'
import {
  drawStatement,
  findDifferences,
  readMapping,
  readRules,
  ReconciliationProblem,
  ruleSetHash,
  StatementTree,
} from '../../reconciliation/index.ts'
import { readJsonFile } from '../json-file.ts'
import { PlainError } from '../plain-error.ts'

interface StatementFlags {
  readonly map: string
  readonly rules: string
  readonly key: string
  readonly org: string
  readonly counterparty: string
  readonly cycle: string
  readonly out: string
}

/** A drawn statement as it is kept: what it takes to commit, to reveal, and to find differences. */
const KeptStatement = Type.Object({
  organisation: Type.String(),
  counterparty: Type.String(),
  cycle: Type.String(),
  statement: Type.Record(Type.String(), Type.String()),
  salt: Type.String(),
  commitment: Type.String(),
  buckets: Type.Array(Type.Tuple([Type.Integer(), Type.Array(Type.String())])),
})

/** `statement FILE` and `statement-differences OWN OTHER`. */
export function addStatementCommands(program: Command): void {
  program
    .command('statement')
    .description(
      "draw up an organisation's statement of a cycle from its file: what CommitStatement commits " +
        'to, what RevealStatement shows, and the tree of its lines (docs/reconciliation.md)',
    )
    .argument('<file>', 'its lines with the counterparty; above zero is what it has to get')
    .requiredOption('--map <file>', 'mapping file: how the columns are read')
    .requiredOption('--rules <file>', 'the rules by which lines are matched; their hash is stated')
    .requiredOption('--key <file>', 'file with the key that only the two of the pair know')
    .requiredOption('--org <name>', 'whose statement it is')
    .requiredOption('--counterparty <name>', 'the other of the pair')
    .requiredOption('--cycle <name>', 'the cycle, such as 2026-12-01.1')
    .requiredOption(
      '--out <file>',
      'where the statement is kept; not to be shown before both commit',
    )
    .action(async (file: string, flags: StatementFlags) => await drawUp(file, flags))
  program
    .command('statement-differences')
    .description(
      'tell the lines in which two kept statements differ, and how little had to be shown',
    )
    .argument('<own>', 'statement that `tallystick statement` has kept')
    .argument('<other>', "the counterparty's")
    .option('--json', 'print one JSON object instead of text', false)
    .action(async (own: string, other: string, { json }: { json: boolean }) => {
      process.exitCode = await compare(own, other, json)
    })
}

async function drawUp(file: string, flags: StatementFlags): Promise<void> {
  const { org, counterparty, cycle, out } = flags
  const drawn = await drawnFrom(file, flags)
  const statement = {
    lines: String(drawn.tree.root.lines),
    toGet: String(drawn.toGet),
    toPay: String(drawn.toPay),
    root: drawn.tree.root.hash,
    ruleSet: ruleSetHash(readRules(flags.rules)),
  }
  const salt = randomBytes(32).toString('hex')
  const commitment = hash('sha256', statementText(org, { cycle, counterparty }, statement, salt))
  const pair = { organisation: org, counterparty, cycle }
  const kept = { ...pair, statement, salt, commitment, buckets: drawn.tree.buckets() }
  writeFileSync(out, `${JSON.stringify(kept)}\n`, { mode: 0o600 })
  console.log(JSON.stringify({ ...pair, commitment }))
  console.error(`Next: sign that as the body of a CommitStatement. ${out} holds what to reveal.`)
}

async function drawnFrom(file: string, flags: StatementFlags): Promise<DrawnStatement> {
  const { map, key, org, counterparty } = flags
  try {
    return await drawStatement({
      source: { path: file, mapping: readMapping(map) },
      key: readFileSync(key, 'utf8').trim(),
      isSecond: org > counterparty,
    })
  } catch (error) {
    if (error instanceof ReconciliationProblem) throw new PlainError(error.message)
    throw error
  }
}

/** 1 when there is a difference. */
async function compare(ownPath: string, otherPath: string, json: boolean): Promise<number> {
  const [own, other] = [ownPath, otherPath].map((path) => {
    const { buckets } = readJsonFile(path, KeptStatement, 'Draw it up with `tallystick statement`.')
    return new StatementTree(new Map(buckets))
  })
  if (own === undefined || other === undefined) throw new Error('two statements')
  const found = await findDifferences(own, other.root, (...place) => other.childrenOf(...place))
  const onlyOwn: string[] = []
  const onlyOther: string[] = []
  for (const bucket of found.buckets) {
    const [ours, theirs] = [new Set(own.linesIn(bucket)), new Set(other.linesIn(bucket))]
    onlyOwn.push(...[...ours].filter((line) => !theirs.has(line)))
    onlyOther.push(...[...theirs].filter((line) => !ours.has(line)))
  }
  const { nodesShown } = found
  if (json) console.log(JSON.stringify({ nodesShown, onlyOwn, onlyOther }))
  else {
    for (const line of onlyOwn) console.log(`only here   ${line}`)
    for (const line of onlyOther) console.log(`only there  ${line}`)
    console.log(`${String(nodesShown)} nodes of the other tree had to be shown`)
  }
  return onlyOwn.length + onlyOther.length === 0 ? 0 : 1
}
