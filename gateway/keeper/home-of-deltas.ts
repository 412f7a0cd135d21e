import { organisationOf } from '../../ledger/index.ts'

/**
 * Whose gateway compacts the deltas of an account: the organisation in its path; else, for the
 * total of a code, the issuer of the asset; else, for a currency that nobody issues, the first of
 * the organisations. `organisations` are in order of their ids.
 */
export function homeOfDeltas(
  { path, asset }: { readonly path: string; readonly asset: string },
  organisations: readonly string[],
): string | undefined {
  const [, organisation] = path.split('/')
  const named = organisation ?? organisationOf(asset)
  return organisations.includes(named) ? named : organisations[0]
}
