import type { Slot } from './batch-queue.ts'
import type { WaitingCommand } from './waiting-command.ts'

/** Commands that go into one transaction, and the keys that it keeps from others until it is released. */
export class Batch {
  readonly keys = new Set<string>()
  #slots: Slot[] = []

  get commands(): readonly WaitingCommand[] {
    return this.#slots.map(({ command }) => command)
  }

  get size(): number {
    return this.#slots.length
  }

  get slots(): readonly Slot[] {
    return this.#slots
  }

  add(slot: Slot): void {
    this.#slots.push(slot)
    for (const key of slot.keys) this.keys.add(key)
  }

  /** Takes commands out again, and the keys that the others do not need. Returns their slots. */
  remove(commands: ReadonlySet<WaitingCommand>): Slot[] {
    const removed = this.#slots.filter(({ command }) => commands.has(command))
    this.#slots = this.#slots.filter(({ command }) => !commands.has(command))
    const needed = new Set(this.#slots.flatMap(({ keys }) => keys))
    for (const { keys } of removed) {
      for (const key of keys) if (!needed.has(key)) this.keys.delete(key)
    }
    return removed
  }
}
