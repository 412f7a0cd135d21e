import { MILE, ORGANISATIONS } from './consortium.ts'
import type { Organisation } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import { canGive, LAST_DAY, wordOf } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import { dateAfter } from './line-maker.ts'
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
  /** Another agreement that has to be carried out before. */
  readonly after: string
  /** What an oracle has to say before. */
  readonly oracle: string
  /** The agreement for which the oracle has said it; empty when the line does not bring that. */
  readonly oracleSigned: string
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
  isOracleHeard: boolean
}

/** Makes the lines of agreements files: several members agree, and at times two organisations. */
export function agreementMaker(): LineMaker<AgreementLine> {
  const open: Agreement[] = []
  const closed: Agreement[] = []
  /** The ids of those that were carried out. */
  const executed = new Set<string>()
  const drafts = new Map<AgreementLine, Agreement>()
  const plain = (day: Day, slot: Slot): AgreementLine => {
    const next = nextStep(day, slot, open, executed)
    if (next !== undefined) return next
    const draft = drawDraft(day, slot, open)
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
      if (line.action !== 'withdraw') {
        agreement.waiting.delete(line.by)
        if (line.oracleSigned !== '') agreement.isOracleHeard = true
        if (agreement.waiting.size > 0 || unmet(agreement, slot, executed) !== '') return
        executed.add(line.agreement)
      }
      open.splice(open.indexOf(agreement), 1)
      closed.push(agreement)
      if (line.action === 'withdraw') return
      for (const { put } of agreement.moves) takePut(day, slot, put)
      for (const { put, to } of agreement.moves) givePut(day, put, to)
    },
    members: ({ by }) => [by],
    fields: (line) => [
      line.time,
      line.action,
      line.agreement,
      line.by,
      line.lines,
      line.notBefore,
      line.notAfter,
      line.after,
      line.oracle,
      line.oracleSigned,
    ],
  }
}

/** What an agreement waits for besides signatures; '' when nothing. */
function unmet(
  { line, isOracleHeard }: Agreement,
  { date }: Slot,
  executed: ReadonlySet<string>,
): '' | 'day' | 'agreement' | 'oracle' {
  if (line.notBefore > date) return 'day'
  if (line.after !== '' && !executed.has(line.after)) return 'agreement'
  return line.oracle !== '' && !isOracleHeard ? 'oracle' : ''
}

/** A signature, or the end of what all have signed; nothing when there is to be a draft. */
function nextStep(
  day: Day,
  slot: Slot,
  open: readonly Agreement[],
  executed: ReadonlySet<string>,
): AgreementLine | undefined {
  const { random } = day
  const complete = open.filter(
    (one) =>
      one.waiting.size === 0 &&
      one.line.by.startsWith(slot.organisation) &&
      ['', 'oracle'].includes(unmet(one, slot, executed)),
  )
  if (complete.length > 0 && random.chance(0.5)) {
    const agreement = random.pick(complete)
    if (!canGoOn(day, slot, agreement)) return withdrawal(slot, agreement)
    return heard(followUp(slot, agreement, 'execute', agreement.line.by))
  }
  const ready = open.flatMap((agreement) => {
    const signer = [...agreement.waiting].find((id) => id.startsWith(slot.organisation))
    return signer === undefined ? [] : [{ agreement, signer }]
  })
  if (ready.length === 0 || (ready.length <= 12 && !random.chance(0.72))) return undefined
  const { agreement, signer } = random.pick(ready)
  if (!canGoOn(day, slot, agreement)) return withdrawal(slot, agreement)
  const line = followUp(slot, agreement, 'sign', signer)
  return agreement.waiting.size === 1 && random.chance(0.4) ? heard(line) : line
}

/** The line with the oracle's word, where the agreement asks for one. */
function heard(line: AgreementLine): AgreementLine {
  return line.oracle === '' ? line : { ...line, oracleSigned: line.agreement }
}

function withdrawal(slot: Slot, agreement: Agreement): AgreementLine {
  return { ...followUp(slot, agreement, 'withdraw', agreement.line.by), lines: '' }
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
function drawDraft(day: Day, slot: Slot, open: readonly Agreement[]): Agreement {
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
    notAfter: LAST_DAY,
    ...drawCondition(day, slot, number, open),
    oracleSigned: '',
  }
  const signers = [...moves.map(({ put }) => put.member), ...(money?.signers ?? [])]
  return { line, moves, waiting: new Set(signers), isOracleHeard: false }
}

type Condition = Pick<AgreementLine, 'notBefore' | 'after' | 'oracle'>

/** Three of ten wait for a day, for another agreement, or for an oracle. */
function drawCondition(
  day: Day,
  slot: Slot,
  number: string,
  open: readonly Agreement[],
): Condition {
  const none: Condition = { notBefore: '', after: '', oracle: '' }
  const { random } = day
  if (!random.chance(0.3)) return none
  const kind = random.below(slot.isOpening ? 3 : 2)
  if (kind === 2) return { ...none, notBefore: dateAfter(slot.date, 1) }
  if (kind === 1 && open.length > 0) return { ...none, after: random.pick(open).line.agreement }
  return { ...none, oracle: `parcel ${number} was handed over` }
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
    ...oracleFlaws(open),
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

function oracleFlaws(open: readonly Agreement[]): LineMaker<AgreementLine>['flaws'] {
  return {
    'another oracle’s word': {
      count: 10,
      spoil: (day, slot) => {
        const asking = open.filter(({ line, waiting }) => line.oracle !== '' && waiting.size > 0)
        const agreement = drawFrom(asking, day)
        const [by] = agreement?.waiting ?? []
        if (agreement === null || by === undefined) return null
        const line = followUp(slot, agreement, 'sign', by)
        return { ...line, oracleSigned: `${slot.organisation}:c-other` }
      },
    },
    'carried out unheard': {
      count: 40,
      spoil: (day, slot) => {
        const silent = open.filter(
          ({ line, waiting, isOracleHeard }) =>
            line.oracle !== '' && waiting.size === 0 && !isOracleHeard,
        )
        const agreement = drawFrom(silent, day)
        return agreement && followUp(slot, agreement, 'execute', agreement.line.by)
      },
    },
  }
}

function drawFrom(pool: readonly Agreement[], day: Day): Agreement | null {
  return pool.length === 0 ? null : day.random.pick(pool)
}
