import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { PointsProgramme } from '../../ledger/index.ts'
import { Amount } from './read-response.ts'

const RationalAnswer = Type.Object({ numerator: Amount, denominator: Amount })

/** The fields of a points programme as the API answers them. */
export const programmeFields = {
  asset: Type.String(),
  issuer: Type.String(),
  name: Type.String(),
  pointsPerYuan: RationalAnswer,
  pricePerPoint: RationalAnswer,
  expiresAfterMonths: Type.Union([Type.Integer(), Type.Null()]),
  transferable: Type.Boolean(),
  budget: Amount,
  budgetLeft: Amount,
  acceptors: Type.Array(Type.String()),
  partners: Type.Array(Type.String()),
  returns: Type.Optional(
    Type.String({
      description: 'none (absent) or owed: spent points that are due back with goods',
    }),
  ),
}

export const ProgrammeAnswer = Type.Object(programmeFields)

function rationalText({ numerator, denominator }: PointsProgramme['pricePerPoint']) {
  return { numerator: String(numerator), denominator: String(denominator) }
}

/** `budgetLeft` is what may still be issued, whichever lane it lies in. */
export function programmeAnswer(
  programme: PointsProgramme,
  budgetLeft: bigint,
): Static<typeof ProgrammeAnswer> {
  const { id: asset, ...terms } = programme
  return {
    ...terms,
    asset,
    pointsPerYuan: rationalText(terms.pointsPerYuan),
    pricePerPoint: rationalText(terms.pricePerPoint),
    budget: String(terms.budget),
    budgetLeft: String(budgetLeft),
    acceptors: [...terms.acceptors],
    partners: [...terms.partners],
  }
}
