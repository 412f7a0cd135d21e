import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { ProblemCode } from './reconciliation-problem.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'

/** The value in a file, YAML or JSON. Throws a problem of that code with its path. */
export function readYamlFile(path: string, code: ProblemCode): unknown {
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new ReconciliationProblem(code, `${path}: ${reason}`)
  }
}
