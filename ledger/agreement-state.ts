import type { Agreement } from './agreement.ts'
import { isSameTerms, oracleText } from './agreement.ts'
import type { AgreementBody } from './agreement-execution.ts'
import type { Command } from './command.ts'
import { isPastDate } from './contract.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { DecisionContext } from './rule.ts'

/** Refuses what is not the agreement that is open; undefined when it is. */
export function checkOpen(
  { agreement: id, terms }: AgreementBody,
  agreement: Agreement,
  context: DecisionContext,
): Refusal | undefined {
  const { status } = agreement
  if (!isSameTerms(terms, agreement.terms)) return refuse('AGREEMENT_DIFFERS', { id })
  if (status !== 'open') return refuse('AGREEMENT_CLOSED', { id, status })
  if (isPastDate(agreement, context.ledger.cycle.date)) return refuse('CONTRACT_PAST_DATE', { id })
  return undefined
}

/** The agreement with what its oracle has signed, when the command brings that. */
export function withOracle(
  { body, channel, ledgerId }: Command<AgreementBody & { readonly oracleSignature?: string }>,
  agreement: Agreement,
  context: DecisionContext,
): { readonly ok: true; readonly value: Agreement } | Refusal {
  const { agreement: id, oracleSignature } = body
  if (oracleSignature === undefined) return { ok: true, value: agreement }
  const { oracle } = agreement.terms
  const text = oracleText({ channel, ledgerId }, id, oracle?.text ?? '')
  const isRight =
    oracle !== undefined && context.verifyP256(oracle.publicKey, text, oracleSignature)
  if (!isRight) return refuse('ORACLE_SIGNATURE_INVALID', { id })
  return { ok: true, value: { ...agreement, oracleSigned: true } }
}
