import { afterEach, expect, test, vi } from 'vitest'
import { EndorserBlocks } from '../../gateway/fabric/endorser-blocks.ts'

/** An endorser whose blocks come when they are told to. */
class FakeEndorser {
  readonly name: string
  opened = 0
  #next = Promise.withResolvers<bigint>()

  constructor(name: string) {
    this.name = name
  }

  readonly blocks = async function* (this: FakeEndorser, signal: AbortSignal) {
    this.opened += 1
    signal.addEventListener('abort', () => this.#next.reject(new Error('aborted')))
    for (;;) {
      const blockNumber = await this.#next.promise
      this.#next = Promise.withResolvers<bigint>()
      yield blockNumber
    }
  }.bind(this)

  commit(blockNumber: bigint): void {
    this.#next.resolve(blockNumber)
  }

  breakOff(): void {
    this.#next.reject(new Error('gone'))
    this.#next = Promise.withResolvers<bigint>()
  }
}

const watching: EndorserBlocks[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const one of watching.splice(0)) await one.stop()
})

function watch(...endorsers: FakeEndorser[]): { blocks: EndorserBlocks; faults: string[] } {
  const faults: string[] = []
  const blocks = new EndorserBlocks(endorsers, (error) => faults.push(String(error)))
  blocks.start()
  watching.push(blocks)
  return { blocks, faults }
}

async function turn(): Promise<void> {
  await new Promise(setImmediate)
}

/** Whether it has resolved by the next turn. */
async function isThere(waiting: Promise<void>): Promise<boolean> {
  let isResolved = false
  void waiting.then(() => (isResolved = true))
  await turn()
  return isResolved
}

test('without endorsers nothing is waited for', async () => {
  expect(await isThere(watch().blocks.have(9n))).toBe(true)
})

test('a block is there when every endorser has it', async () => {
  const [bank, mall] = [new FakeEndorser('bank'), new FakeEndorser('mall')]
  const { blocks } = watch(bank, mall)
  bank.commit(4n)
  mall.commit(4n)
  await turn()
  const waiting = blocks.have(5n)
  bank.commit(5n)
  expect(await isThere(waiting)).toBe(false)
  mall.commit(7n)
  expect(await isThere(waiting)).toBe(true)
  expect(await isThere(blocks.have(5n))).toBe(true)
})

test('one that cannot be reached is not waited for, and breaking off is told once', async () => {
  const [bank, mall] = [new FakeEndorser('bank'), new FakeEndorser('mall')]
  const { blocks, faults } = watch(bank, mall)
  // The stream of the mall is not open yet.
  bank.commit(5n)
  await turn()
  expect(await isThere(blocks.have(5n))).toBe(true)
  mall.commit(4n)
  await turn()
  const waiting = blocks.have(5n)
  expect(await isThere(waiting)).toBe(false)
  mall.breakOff()
  expect(await isThere(waiting)).toBe(true)
  await vi.waitUntil(() => mall.opened > 1)
  mall.breakOff()
  await vi.waitUntil(() => mall.opened > 2)
  expect(faults).toEqual(['Error: the blocks of mall broke off'])
  mall.commit(6n)
  await turn()
  expect(await isThere(blocks.have(6n))).toBe(false)
})

test('a laggard is left to itself after a moment', async () => {
  const bank = new FakeEndorser('bank')
  const { blocks } = watch(bank)
  bank.commit(4n)
  await turn()
  await expect(blocks.have(1_000n)).resolves.toBeUndefined()
})
