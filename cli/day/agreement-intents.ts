import { oracleText } from '../../ledger/index.ts'
import { signText } from '../wallet.ts'
import { couponOf, pointsOf, wordsOf } from './basket-words.ts'
import type { Intent, LineContext } from './intent.ts'
import type { FieldsOf } from './line-files.ts'

const TYPES = new Map([
  ['draft', 'DraftAgreement'],
  ['sign', 'SignAgreement'],
  ['execute', 'ExecuteAgreement'],
])

/**
 * A party drafts an agreement, signs or carries it out with all its terms, or withdraws it. Lines have
 * a semicolon between them: `points FROM TO asset=points`, `coupon FROM TO series/serial` and
 * `money DEBTOR CREDITOR micro-yuan`.
 */
export function agreementIntent(
  fields: FieldsOf<'agreements'>,
  context: LineContext,
): Intent | undefined {
  const { keys } = context
  const { action, agreement, by, not_before: notBefore, not_after: notAfter, after } = fields
  if (action === 'withdraw') return { type: 'WithdrawAgreement', actor: by, body: { agreement } }
  const type = TYPES.get(action)
  if (type === undefined) return undefined
  const terms = {
    lines: linesOf(fields.lines).map(([kind = '', from = '', to = '', what = '']) => {
      if (kind === 'money') return { kind, debtor: from, creditor: to, amount: what }
      const moved = kind === 'coupon' ? couponOf(what) : pointsOf(what)
      return { kind, from: keys.accountOf(from), to: keys.accountOf(to), ...moved }
    }),
    ...(notBefore !== '' && { notBefore }),
    notAfter,
    ...(after !== '' && { after }),
    ...(fields.oracle !== '' && { oracle: oracleOf(fields.oracle, context) }),
  }
  return { type, actor: by, body: { agreement, terms, ...heardOf(fields, context) } }
}

/** Whoever says what an agreement waits for has a key that the text itself names. */
function oracleOf(text: string, { keys }: LineContext): { publicKey: string; text: string } {
  return { publicKey: keys.walletOf(`oracle ${text}`).publicKey, text }
}

/** What the oracle has signed, and for which agreement, where the line brings that. */
function heardOf(
  { oracle, oracle_signed: agreement }: FieldsOf<'agreements'>,
  { keys, ledger }: LineContext,
): { readonly oracleSignature?: string } {
  if (agreement === '') return {}
  const text = oracleText(ledger, agreement, oracle)
  return { oracleSignature: signText(text, keys.walletOf(`oracle ${oracle}`)) }
}

/** The members that lines of an agreement name. */
export function membersOf(lines: string): string[] {
  return linesOf(lines).flatMap(([kind, from = '', to = '']) =>
    kind === 'money' ? [] : [from, to],
  )
}

/** Who signs for what the lines of an agreement take: members, and finance staff of debtors. */
export function signatoriesOf(lines: string): string[] {
  return linesOf(lines).map(([kind, from = '']) => (kind === 'money' ? `${from}:finance-1` : from))
}

/** The coupons that lines of an agreement name, as words. */
export function couponsOf(lines: string): string[] {
  return linesOf(lines).flatMap(([kind, , , what = '']) => (kind === 'coupon' ? [what] : []))
}

function linesOf(text: string): string[][] {
  return text
    .split(';')
    .map(wordsOf)
    .filter((words) => words.length > 0)
}
