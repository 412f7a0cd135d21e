import { sign } from 'node:crypto'
import type { AgreementTerms, SignedCommand } from '../../ledger/index.ts'
import { oracleText } from '../../ledger/index.ts'
import { SPRING } from './coupon-world.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { ANN, BOB, CAT, submitOne } from './opened-ledger.ts'
import { accountOf, CHANNEL, HUI, LEDGER_ID, signed, STAR, walletOf } from './world.ts'

type Line = AgreementTerms['lines'][number]

export function pointsLine(from: string, to: string, asset: string, amount: number): Line {
  const move = { from: accountOf(from), to: accountOf(to) }
  return { kind: 'points', ...move, asset, amount: String(amount) }
}

export function couponLine(from: string, to: string, serial: string, series = SPRING): Line {
  return { kind: 'coupon', from: accountOf(from), to: accountOf(to), series, serial }
}

export function moneyLine(debtor: string, creditor: string, amount: number): Line {
  return { kind: 'money', debtor, creditor, amount: String(amount) }
}

/** Until the tenth of December; `change` adds conditions. */
export function terms(
  lines: readonly Line[],
  change: Partial<AgreementTerms> = {},
): AgreementTerms {
  return { lines: [...lines], notAfter: '2026-12-10', ...change }
}

/** What goes round among three members, and what the mall owes the airline for it. */
export const RING = [
  pointsLine(ANN, BOB, STAR, 100),
  pointsLine(ANN, CAT, STAR, 50),
  pointsLine(BOB, CAT, HUI, 80),
  couponLine(CAT, ANN, 'C-1'),
  moneyLine('mall', 'airline', 1_000_000),
]

/** Those who have to sign the ring. */
export const RING_SIGNERS = [ANN, BOB, CAT, 'mall:finance-1'] as const

export function draft(agreement: string, actor: string, agreed: AgreementTerms): SignedCommand {
  return signed('DraftAgreement', actor, { agreement, terms: agreed })
}

export function signAgreement(
  agreement: string,
  actor: string,
  agreed: AgreementTerms,
  oracleSignature?: string,
): SignedCommand {
  const body = { agreement, terms: agreed }
  return signed(
    'SignAgreement',
    actor,
    oracleSignature === undefined ? body : { ...body, oracleSignature },
  )
}

export function executeAgreement(
  agreement: string,
  actor: string,
  agreed: AgreementTerms,
  oracleSignature?: string,
): SignedCommand {
  const { command } = signAgreement(agreement, actor, agreed, oracleSignature)
  return signed('ExecuteAgreement', actor, command.body)
}

export function withdraw(agreement: string, actor: string): SignedCommand {
  return signed('WithdrawAgreement', actor, { agreement })
}

/** What an oracle has to attest, and the key by which it does. */
export const ORACLE = { publicKey: walletOf('mall:oracle').publicKey, text: 'the parcel arrived' }

/** The signature by the oracle's key, or by another, for one agreement. */
export function attest(agreement: string, by = 'mall:oracle', text = ORACLE.text): string {
  const data = oracleText({ channel: CHANNEL, ledgerId: LEDGER_ID }, agreement, text)
  const key = { key: walletOf(by).privateKey, dsaEncoding: 'ieee-p1363' } as const
  return sign('sha256', Buffer.from(data, 'utf8'), key).toString('base64')
}

/** Drafts an agreement and has it signed, and throws unless all of that is accepted. */
export async function agree(
  ledger: MemoryLedger,
  agreement: string,
  agreed: AgreementTerms,
  signers: readonly string[],
): Promise<void> {
  const drafter = agreement.startsWith('bank:') ? BOB : ANN
  const commands = [
    draft(agreement, drafter, agreed),
    ...signers.map((signer) => signAgreement(agreement, signer, agreed)),
  ]
  for (const command of commands) {
    const outcome = await submitOne(ledger, 'mall', command)
    if (outcome.status === 'refused') throw new Error(`refused: ${JSON.stringify(outcome)}`)
  }
}
