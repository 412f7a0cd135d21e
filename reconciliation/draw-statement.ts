import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Source } from './load-source.ts'
import { loadSource } from './load-source.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import type { StatementLine } from './statement-tree.ts'
import { StatementTree } from './statement-tree.ts'

/** A party's statement drawn from its file: what it has to get and to pay, and the tree of its lines. */
export interface DrawnStatement {
  readonly tree: StatementTree
  readonly toGet: bigint
  readonly toPay: bigint
}

export interface StatementOptions {
  /** Amounts above zero are what the party has to get. All lines have one asset. */
  readonly source: Source
  /** What only the two of the pair know. */
  readonly key: string
  /** Whether the party is the second of the pair by name: its amounts stand in the tree reversed. */
  readonly isSecond: boolean
}

/** Draws a statement from a file. Throws what loading does, and LINES_REJECTED or ASSETS_MIXED. */
export async function drawStatement(options: StatementOptions): Promise<DrawnStatement> {
  const scratch = mkdtempSync(join(tmpdir(), 'tallystick-statement-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await loadSource(connection, 'left', options.source, join(scratch, 'left.utf8'))
    await checkLines(connection, options.source.path)
    return await statementOf(connection, options)
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function checkLines(connection: DuckDBConnection, path: string): Promise<void> {
  const count = async (query: string): Promise<number> => {
    const [row] = (await connection.runAndReadAll(query)).getRowObjects()
    return Number(row?.['found'])
  }
  const rejected = await count('SELECT count(*) AS found FROM left_rejects')
  if (rejected > 0) {
    const message = `${path}: ${String(rejected)} lines cannot be read; reconcile tells which`
    throw new ReconciliationProblem('LINES_REJECTED', message)
  }
  if ((await count('SELECT count(DISTINCT asset) AS found FROM left_file_lines')) > 1) {
    throw new ReconciliationProblem('ASSETS_MIXED', `${path}: a statement has lines of one asset`)
  }
}

async function statementOf(
  connection: DuckDBConnection,
  { key, isSecond }: StatementOptions,
): Promise<DrawnStatement> {
  const lines: StatementLine[] = []
  let [toGet, toPay] = [0n, 0n]
  const result = await connection.stream('SELECT reference, asset, amount FROM left_file_lines')
  for await (const rows of result.yieldRows()) {
    for (const [reference, asset, value] of rows) {
      const amount = BigInt(String(value))
      if (amount > 0n) toGet += amount
      else toPay -= amount
      lines.push({
        reference: String(reference),
        asset: String(asset),
        amount: isSecond ? -amount : amount,
      })
    }
  }
  return { tree: StatementTree.of(lines, key), toGet, toPay }
}
