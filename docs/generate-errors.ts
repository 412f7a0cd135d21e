import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorSpec } from '../ledger/errors.ts'
import { EDGE_ERRORS, LEDGER_ERRORS } from '../ledger/errors.ts'

/** The page, beside this script, that `node docs/generate-errors.ts` writes. */
export const ERRORS_PAGE = join(import.meta.dirname, 'errors.md')

function rows(errors: Readonly<Record<string, ErrorSpec>>): string[] {
  return Object.entries(errors).map(([code, { status, retryable, recorded, message }]) => {
    const again = retryable ? 'yes' : 'no'
    return `| \`${code}\` | ${status} | ${again} | ${recorded ? 'yes' : 'no'} | ${message} |`
  })
}

const HEAD = ['| code | HTTP | retry | on chain | meaning |', '|---|---|---|---|---|']

/** The table of error codes as Markdown. */
export function errorsPage(): string {
  return [
    '# Error codes',
    '',
    'Generated from `ledger/errors.ts` by `node docs/generate-errors.ts`. Codes are never used again',
    'for another meaning. *retry*: the same command may succeed later, so send it again under the same',
    "id. *on chain*: the refusal is kept under the command's id and stays, whoever sends it again.",
    '',
    '## Of the ledger',
    '',
    'In the order in which the ledger tests.',
    '',
    ...HEAD,
    ...rows(LEDGER_ERRORS),
    '',
    '## Of a gateway or the command line',
    '',
    ...HEAD,
    ...rows(EDGE_ERRORS),
    '',
  ].join('\n')
}

if (import.meta.main) writeFileSync(ERRORS_PAGE, errorsPage())
