import { createReadStream } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { DuckDBInstance } from '@duckdb/node-api'
import { reconcile } from '../../reconciliation/index.ts'
import { MAPPING } from './made-files.ts'

/**
 * One way to compare two files, in a process of its own so that its time and memory are its own:
 * `contestant.ts full|join|plain LEFT RIGHT` prints `{ seconds, rssMb, answer }`.
 */
const [, , name = '', left = '', right = ''] = process.argv

const CONTESTANTS: Readonly<Record<string, () => Promise<unknown>>> = {
  full: async () => {
    const out = join(dirname(left), 'out')
    const sides = {
      left: { path: left, mapping: MAPPING },
      right: { path: right, mapping: MAPPING },
    }
    const { matched, breaks } = await reconcile({ ...sides, out })
    return { matched, breaks }
  },
  join: async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const answer = await connection.runAndReadAll(`
      SELECT count(*) AS lines, count(*) FILTER (l.amount = r.amount) AS same
      FROM read_csv('${left}') l FULL OUTER JOIN read_csv('${right}') r USING (reference)`)
    return answer.getRowsJson()
  },
  plain: async () => {
    const amounts = new Map<string, string>()
    for await (const [reference = '', , , , amount = ''] of fieldsOf(left)) {
      amounts.set(reference, amount)
    }
    let [same, other, onlyRight] = [0, 0, 0]
    for await (const [reference = '', , , , amount = ''] of fieldsOf(right)) {
      const found = amounts.get(reference)
      if (found === undefined) onlyRight += 1
      else if (found === amount) same += 1
      else other += 1
      amounts.delete(reference)
    }
    return { same, other, onlyRight, onlyLeft: amounts.size }
  },
}

async function* fieldsOf(path: string): AsyncGenerator<string[]> {
  for await (const line of createInterface(createReadStream(path))) yield line.split(',')
}

const startedMs = performance.now()
const answer = await CONTESTANTS[name]?.()
const seconds = (performance.now() - startedMs) / 1_000
const rssMb = Math.round(process.resourceUsage().maxRSS / 1_024)
console.log(JSON.stringify({ seconds, rssMb, answer }))
