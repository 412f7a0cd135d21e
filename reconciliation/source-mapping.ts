import { Type } from 'typebox'
import type { Static } from 'typebox'
import { shapeOf } from '../ledger/index.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import { readYamlFile } from './yaml-file.ts'

const closed = { additionalProperties: false } as const

/** A column by its name in the header, or by its place, from 1, where there is none. */
const Column = Type.Union([Type.String({ minLength: 1 }), Type.Integer({ minimum: 1 })])

const MappingText = Type.Object(
  {
    version: Type.Literal(1),
    format: Type.Enum(['csv', 'jsonl', 'parquet']),
    /** Of CSV and JSON lines. */
    encoding: Type.Optional(Type.Enum(['utf-8', 'gb18030'])),
    /** Of CSV. */
    delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
    quote: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
    header: Type.Optional(Type.Boolean()),
    columns: Type.Object(
      {
        reference: Column,
        amount: Column,
        order: Type.Optional(Column),
        account: Type.Optional(Column),
        asset: Type.Optional(Column),
        fee: Type.Optional(Column),
        status: Type.Optional(Column),
        time: Type.Optional(Column),
        sign: Type.Optional(Column),
      },
      closed,
    ),
    /** Digits behind the point; amounts become whole numbers of so small a part. */
    amountDigits: Type.Integer({ minimum: 0, maximum: 6 }),
    /** What the sign column says of an amount that is taken from zero. */
    negativeSigns: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    /** The asset of every line, where no column says it. */
    asset: Type.Optional(Type.String({ minLength: 1 })),
    /** How DuckDB's strptime reads the time; needed with a time column. */
    timeFormat: Type.Optional(Type.String({ minLength: 1 })),
    /** How far the file's times are ahead of those that days are counted by. */
    timeAheadMinutes: Type.Optional(Type.Integer({ minimum: -1_440, maximum: 1_440 })),
    /** What statuses are called on the other side. */
    statuses: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  closed,
)

/** How the columns of one source are read. */
export type SourceMapping = Static<typeof MappingText>

const check = shapeOf(MappingText)

/** Reads a mapping file, YAML or JSON. Throws MAPPING_UNREADABLE or MAPPING_WRONG. */
export function readMapping(path: string): SourceMapping {
  return checkMapping(readYamlFile(path, 'MAPPING_UNREADABLE'), path)
}

/** A mapping that was read. Throws MAPPING_WRONG with the place that is wrong. */
export function checkMapping(value: unknown, path: string): SourceMapping {
  const checked = check(value)
  if (!checked.ok) {
    const { at = '', problem = 'is wrong' } = checked.detail
    throw new ReconciliationProblem('MAPPING_WRONG', `${path}: ${at || 'the file'} ${problem}`)
  }
  const wrong = contradictionIn(checked.value)
  if (wrong !== undefined) throw new ReconciliationProblem('MAPPING_WRONG', `${path}: ${wrong}`)
  return checked.value
}

function contradictionIn(mapping: SourceMapping): string | undefined {
  const { columns, format, header = true, asset, timeFormat, negativeSigns } = mapping
  if ((columns.asset === undefined) === (asset === undefined)) {
    return 'say the asset either by a column or for all lines'
  }
  if (columns.time !== undefined && timeFormat === undefined) return 'a time needs its timeFormat'
  if ((columns.sign === undefined) !== (negativeSigns === undefined)) {
    return 'a sign column and negativeSigns go together'
  }
  const hasNames = format !== 'csv' || header
  const isOther = Object.values(columns).some((column) => (typeof column === 'string') !== hasNames)
  if (!isOther) return undefined
  return hasNames ? 'columns have names' : 'without a header columns are counted from 1'
}
