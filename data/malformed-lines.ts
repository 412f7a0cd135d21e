import { csvLine } from './csv-line.ts'
import type { SeededRandom } from './seeded-random.ts'

const WRONG_TIMES = [
  '2026-11-31T19:20:00',
  '2026-12-01 18:03:21',
  '2026-12-01T25:10:00',
  '2026-12-01T12:60:00',
  '01/12/2026 09:15',
  '2026-12-01T09:15',
  'today',
  '',
]

/** Ways to break a record as text; each kind of file gets `count` of each. */
export const MALFORMED_LINES: Readonly<
  Record<
    string,
    { count: number; spoil: (random: SeededRandom, fields: readonly string[]) => string }
  >
> = {
  'missing columns': {
    count: 12,
    spoil: (random, fields) => csvLine(fields.slice(0, 1 + random.below(fields.length - 1))),
  },
  'extra columns': { count: 12, spoil: (_random, fields) => csvLine([...fields, 'x']) },
  'unclosed quote': {
    count: 12,
    spoil: (_random, fields) => `${fields[0]},"${csvLine(fields.slice(1))}`,
  },
  'stray quote': {
    count: 8,
    spoil: (_random, fields) => `${fields[0]},a"b,${csvLine(fields.slice(2))}`,
  },
  'empty line': { count: 12, spoil: () => '' },
  'wrong time': {
    count: 14,
    spoil: (random, fields) => csvLine([random.pick(WRONG_TIMES), ...fields.slice(1)]),
  },
}
