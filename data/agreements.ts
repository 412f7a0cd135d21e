import { MILE, ORGANISATIONS } from './consortium.ts'
import type { Organisation } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import { canGive, LAST_DAY, wordOf } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import { drawOther, drawPoints, drawPut, givePut, isCovered, takePut } from './trade-draws.ts'
import type { Put } from './trade-draws.ts'

interface AgreementLine {
  readonly time: string
  readonly action: 'draft' | 'sign' | 'execute' | 'withdraw'
  readonly agreement: string
  readonly by: string
  readonly lines: string
  readonly notBefore: string
  readonly notAfter: string
}

/** What one member gives to another under an agreement. */
interface Move {
  readonly put: Put
  readonly to: string
}

interface Agreement {
  readonly line: AgreementLine
  readonly moves: readonly Move[]
  /** Who has not signed yet. */
  readonly waiting: Set<string>
}

/** Makes the lines of agreements files: several members agree, and at times two organisations. */
export function agreementMaker(): LineMaker<AgreementLine> {
  const open: Agreement[] = []
  const closed: Agreement[] = []
  const drafts = new Map<AgreementLine, Agreement>()
  const plain = (day: Day, slot: Slot): AgreementLine => {
    const ready = open.flatMap((agreement) => {
      const signer = [...agreement.waiting].find((id) => id.startsWith(slot.organisation))
      return signer === undefined ? [] : [{ agreement, signer }]
    })
    if (ready.length > 0 && (ready.length > 12 || day.random.chance(0.72))) {
      const { agreement, signer } = day.random.pick(ready)
      return canGoOn(day, slot, agreement)
        ? followUp(slot, agreement, 'sign', signer)
        : { ...followUp(slot, agreement, 'withdraw', agreement.line.by), lines: '' }
    }
    const draft = drawDraft(day, slot)
    drafts.set(draft.line, draft)
    return draft.line
  }
  return {
    flaws: agreementFlaws(open, closed),
    plain,
    book: (day, slot, line) => {
      const draft = drafts.get(line)
      if (draft !== undefined) {
        open.push(draft)
        return
      }
      const agreement = open.find((one) => one.line.agreement === line.agreement)
      if (agreement === undefined) return
      agreement.waiting.delete(line.by)
      if (line.action === 'sign' && agreement.waiting.size > 0) return
      open.splice(open.indexOf(agreement), 1)
      closed.push(agreement)
      if (line.action === 'withdraw') return
      for (const { put } of agreement.moves) takePut(day, slot, put)
      for (const { put, to } of agreement.moves) givePut(day, put, to)
    },
    members: ({ by }) => [by],
    fields: ({ time, action, agreement, by, lines, notBefore, notAfter }) => [
      time,
      action,
      agreement,
      by,
      lines,
      notBefore,
      notAfter,
    ],
  }
}

/** Before the last signature everything has to be there; it may be spent until then. */
function canGoOn(day: Day, slot: Slot, { moves }: Agreement): boolean {
  return moves.every(({ put }) => isCovered(day, slot, put))
}

function followUp(
  slot: Slot,
  { line }: Agreement,
  action: AgreementLine['action'],
  by: string,
): AgreementLine {
  return { ...line, time: slot.time, action, by }
}

/** A gives to B, B to C, and C to A; an organisation may pay another one for it. */
function drawDraft(day: Day, slot: Slot): Agreement {
  const { random } = day
  const first = drawPut(day, slot, 'transfer', 0.4)
  const home = random.chance(0.7) ? slot.organisation : undefined
  const second = drawPoints(day, slot, home)
  const isPair = random.chance(0.3) || second.member === first.member
  const other = second.member === first.member ? drawOther(day, home, first.member) : second.member
  const third = drawOther(day, home, first.member, other)
  const moves: Move[] = [{ put: first, to: other }]
  if (second.member === other) moves.push({ put: second, to: isPair ? first.member : third })
  if (!isPair) moves.push(...drawReturn(day, slot, third, first.member))
  const money = random.chance(0.25) ? drawMoney(day) : undefined
  const number = String(day.nextNumber(`agreements ${slot.organisation}`)).padStart(5, '0')
  const line: AgreementLine = {
    time: slot.time,
    action: 'draft',
    agreement: `${slot.organisation}:c-${number}`,
    by: first.member,
    lines: [...moves.flatMap(linesOf), ...(money === undefined ? [] : [money.line])].join(';'),
    notBefore: '',
    notAfter: LAST_DAY,
  }
  const signers = [...moves.map(({ put }) => put.member), ...(money?.signers ?? [])]
  return { line, moves, waiting: new Set(signers) }
}

/** What the third of a round gives to the first: a coupon, or some miles, if there are any. */
function drawReturn(day: Day, slot: Slot, member: string, to: string): Move[] {
  const coupon = day.coupons.of(member).find((one) => canGive(one, 'transfer'))
  if (coupon !== undefined) return [{ put: { member, coupons: [coupon], points: [] }, to }]
  const amount = day.holdings.sum(member, MILE, 'spendable', slot.date)
  if (amount === 0n) return []
  const points = [{ asset: MILE, amount: (amount + 1n) / 2n }]
  return [{ put: { member, coupons: [], points }, to }]
}

function drawMoney(day: Day): { readonly line: string; readonly signers: readonly string[] } {
  const debtor = day.random.pick(ORGANISATIONS)
  const others: readonly Organisation[] = ORGANISATIONS.filter((id) => id !== debtor)
  const creditor = day.random.pick(others)
  const amount = 10_000 * (1 + day.random.below(500))
  return {
    line: `money ${debtor} ${creditor} ${amount}`,
    signers: [`${debtor}:finance-1`],
  }
}

function linesOf({ put, to }: Move): string[] {
  return [
    ...put.points.map(({ asset, amount }) => `points ${put.member} ${to} ${asset}=${amount}`),
    ...put.coupons.map((coupon) => `coupon ${put.member} ${to} ${wordOf(coupon)}`),
  ]
}

function agreementFlaws(
  open: readonly Agreement[],
  closed: readonly Agreement[],
): LineMaker<AgreementLine>['flaws'] {
  const drawFrom = (pool: readonly Agreement[], day: Day): Agreement | null =>
    pool.length === 0 ? null : day.random.pick(pool)
  return {
    'signed by a stranger': {
      count: 16,
      spoil: (day, slot) => {
        const agreement = drawFrom(open, day)
        if (agreement === null) return null
        return followUp(
          slot,
          agreement,
          'sign',
          drawOther(day, slot.organisation, ...agreement.waiting),
        )
      },
    },
    'signed when it is over': {
      count: 16,
      spoil: (day, slot) => {
        const agreement = drawFrom(closed, day)
        return agreement && followUp(slot, agreement, 'sign', agreement.moves[0]?.put.member ?? '')
      },
    },
    'other terms': {
      count: 12,
      spoil: (_day, _slot, line) =>
        line.action === 'sign' ? { ...line, notAfter: '2026-12-19' } : null,
    },
    'carried out too early': {
      count: 12,
      spoil: (day, slot) => {
        const agreement = drawFrom(open, day)
        return agreement && followUp(slot, agreement, 'execute', agreement.line.by)
      },
    },
    'unknown agreement': {
      count: 8,
      spoil: (_day, slot, line) =>
        line.action === 'sign' ? { ...line, agreement: `${slot.organisation}:c-none` } : null,
    },
    'with oneself': {
      count: 8,
      spoil: (_day, _slot, line) => {
        const points = /points (\S+) \S+ /.exec(line.lines)?.[1]
        if (points === undefined || line.action !== 'draft') return null
        return { ...line, lines: line.lines.replace(/points (\S+) \S+ /, 'points $1 $1 ') }
      },
    },
  }
}
