import { DatabaseSync } from 'node:sqlite'
import { addDays } from '../ledger/index.ts'
import type { BreakPolicy } from './break-policy.ts'
import { checkWriteOff, roleOf } from './break-policy.ts'
import type { FinishedRun, FoundBreak, IdentifiedBreak } from './found-breaks.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'

/** How a break came to its end. */
export type BreakEnd = 'explained' | 'adjusted' | 'matched' | 'reclassified'

/** A break as it is followed over runs. */
export interface RegisteredBreak extends FoundBreak {
  readonly id: string
  readonly source: string
  readonly owner: string
  readonly dueOn: string
  readonly lastSeen: string
  readonly status: 'open' | BreakEnd
}

/** Something that was done about a break, or came of a run. */
export interface BreakEvent {
  readonly at: string
  readonly by: string
  readonly what: 'found' | 'assigned' | 'postponed' | BreakEnd
  readonly detail: string
}

/** What a run has changed. */
export interface TakenRun {
  readonly found: number
  readonly closed: number
  readonly open: number
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS runs (source TEXT NOT NULL, out TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS breaks (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, class TEXT NOT NULL, reference TEXT NOT NULL,
  impact TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, due_on TEXT NOT NULL,
  owner TEXT NOT NULL, status TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS breaks_by_reference ON breaks (source, reference);
CREATE TABLE IF NOT EXISTS events (
  break TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_break ON events (break);
`

/** The file in which an organisation follows its breaks over runs: its own working paper. */
export class BreakRegister {
  readonly #database: DatabaseSync
  readonly #now: () => string

  /** Opens a register or makes it. Throws REGISTER_UNREADABLE. */
  constructor(path: string, now: () => string = () => new Date().toISOString()) {
    this.#now = now
    try {
      this.#database = new DatabaseSync(path)
      this.#database.exec(SCHEMA)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new ReconciliationProblem('REGISTER_UNREADABLE', `${path}: ${why}`)
    }
  }

  /** Folder of the last run of a source: what it has left open is to be looked at again. */
  lastRun(source: string): string | undefined {
    const found = this.#database
      .prepare('SELECT out FROM runs WHERE source = ? ORDER BY rowid DESC LIMIT 1')
      .get(source)
    return found === undefined ? undefined : String(found['out'])
  }

  /**
   * Takes in what a run has found. New breaks are opened; what was only on one side and is not told
   * any more has found its counterpart. A break that somebody has closed stays so when it is told
   * again.
   */
  takeRun(run: FinishedRun, found: readonly IdentifiedBreak[], policy: BreakPolicy): TakenRun {
    return this.#whole(() => {
      const { source, out } = run
      this.#database.prepare('INSERT INTO runs VALUES (?, ?)').run(source, out)
      let opened = 0
      for (const one of found) if (this.#see(run, one, policy)) opened += 1
      const closed = this.#closeUnseen(source, found)
      const open = this.list({ source, status: 'open' }).length
      return { found: opened, closed, open }
    })
  }

  /** Breaks in the order in which they are due. */
  list({
    source,
    status,
  }: {
    readonly source?: string | undefined
    readonly status?: string | undefined
  }): RegisteredBreak[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM breaks WHERE (? IS NULL OR source = ?) AND (? IS NULL OR status = ?)
         ORDER BY due_on, id`,
      )
      .all(source ?? null, source ?? null, status ?? null, status ?? null)
    return rows.map(breakOf)
  }

  /** A break and all that has come of it. Throws BREAK_UNKNOWN. */
  read(id: string): { readonly found: RegisteredBreak; readonly events: readonly BreakEvent[] } {
    const row = this.#database.prepare('SELECT * FROM breaks WHERE id = ?').get(id)
    if (row === undefined) {
      throw new ReconciliationProblem('BREAK_UNKNOWN', `there is no break ${id} in the register`)
    }
    const events = this.#database
      .prepare('SELECT at, by, what, detail FROM events WHERE break = ? ORDER BY rowid')
      .all(id)
    return { found: breakOf(row), events: events as unknown as BreakEvent[] }
  }

  /** Gives a break to somebody. Throws BREAK_UNKNOWN, BREAK_CLOSED, PERSON_UNKNOWN. */
  assign(id: string, owner: string, by: string, policy: BreakPolicy): void {
    this.#openBreak(id)
    roleOf(policy, by)
    roleOf(policy, owner)
    this.#change(id, 'owner', owner, { by, what: 'assigned', detail: owner })
  }

  /** Puts off the day on which a break is due. Throws BREAK_UNKNOWN, BREAK_CLOSED, PERSON_UNKNOWN. */
  postpone(id: string, dueOn: string, reason: string, by: string, policy: BreakPolicy): void {
    this.#openBreak(id)
    roleOf(policy, by)
    this.#change(id, 'due_on', dueOn, { by, what: 'postponed', detail: `${dueOn}: ${reason}` })
  }

  /**
   * Closes a break by words. What it comes to is written off, so it must be within the limit of the
   * role. Throws BREAK_UNKNOWN, BREAK_CLOSED, PERSON_UNKNOWN, LIMIT_EXCEEDED.
   */
  explain(id: string, reason: string, by: string, policy: BreakPolicy): void {
    const { impact } = this.#openBreak(id)
    checkWriteOff(policy, roleOf(policy, by), impact)
    this.#change(id, 'status', 'explained', { by, what: 'explained', detail: reason })
  }

  /**
   * Closes a break by an entry that both sides have signed. Throws BREAK_UNKNOWN, BREAK_CLOSED,
   * PERSON_UNKNOWN, and ENTRY_USED when it has closed another one.
   */
  adjust(id: string, entryHash: string, reason: string, by: string, policy: BreakPolicy): void {
    this.#openBreak(id)
    roleOf(policy, by)
    const used = this.#database
      .prepare("SELECT break FROM events WHERE what = 'adjusted' AND detail LIKE ? || ':%'")
      .get(entryHash)
    if (used !== undefined) {
      const message = `that entry has closed break ${String(used['break'])}`
      throw new ReconciliationProblem('ENTRY_USED', message)
    }
    const detail = `${entryHash}: ${reason}`
    this.#change(id, 'status', 'adjusted', { by, what: 'adjusted', detail })
  }

  close(): void {
    this.#database.close()
  }

  /** Whether the break is a new one. */
  #see({ source, day }: FinishedRun, one: IdentifiedBreak, policy: BreakPolicy): boolean {
    const { id, firstSeen } = one
    const again = this.#database
      .prepare('UPDATE breaks SET last_seen = ? WHERE id = ?')
      .run(day, id)
    if (again.changes > 0) return false
    const { owner, dueDays } = policy
    const dueOn = addDays(firstSeen, dueDays)
    const impact = JSON.stringify(one.impact)
    this.#database
      .prepare('INSERT INTO breaks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(id, source, one.class, one.reference, impact, firstSeen, day, dueOn, owner, 'open')
    this.#note(id, { by: source, what: 'found', detail: one.class })
    return true
  }

  /** Lines of one side are looked at again in every run: what is not told any more is matched. */
  #closeUnseen(source: string, found: readonly IdentifiedBreak[]): number {
    const seen = new Set(found.map(({ id }) => id))
    const classOf = new Map(found.map((one) => [one.reference, one.class]))
    const gone = this.list({ source, status: 'open' }).filter(
      (one) => one.class.startsWith('ONLY_') && !seen.has(one.id),
    )
    for (const { id, reference } of gone) {
      const now = classOf.get(reference)
      const what = now === undefined ? 'matched' : 'reclassified'
      const detail = now === undefined ? 'its counterpart has come' : `it is ${now} now`
      this.#change(id, 'status', what, { by: source, what, detail })
    }
    return gone.length
  }

  #openBreak(id: string): RegisteredBreak {
    const { found } = this.read(id)
    if (found.status === 'open') return found
    throw new ReconciliationProblem('BREAK_CLOSED', `break ${id} is ${found.status} already`)
  }

  #change(
    id: string,
    column: 'owner' | 'due_on' | 'status',
    value: string,
    event: Omit<BreakEvent, 'at'>,
  ): void {
    this.#whole(() => {
      this.#database.prepare(`UPDATE breaks SET ${column} = ? WHERE id = ?`).run(value, id)
      this.#note(id, event)
    })
  }

  #note(id: string, { by, what, detail }: Omit<BreakEvent, 'at'>): void {
    this.#database
      .prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?)')
      .run(id, this.#now(), by, what, detail)
  }

  /** Does all of it or nothing; inside of another it is part of that. */
  #whole<Result>(work: () => Result): Result {
    if (this.#database.isTransaction) return work()
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

function breakOf(row: Readonly<Record<string, unknown>>): RegisteredBreak {
  const text = (name: string): string => String(row[name])
  return {
    id: text('id'),
    source: text('source'),
    class: text('class') as RegisteredBreak['class'],
    reference: text('reference'),
    impact: JSON.parse(text('impact')) as Record<string, string>,
    firstSeen: text('first_seen'),
    lastSeen: text('last_seen'),
    dueOn: text('due_on'),
    owner: text('owner'),
    status: text('status') as RegisteredBreak['status'],
  }
}
