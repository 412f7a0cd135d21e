import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallLimit } from '../../gateway/fabric/call-limit.ts'

test('never more calls at once than allowed, all of them in the end, in order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { maxLength: 20 }),
      async (scheduler, most, fails) => {
        const limit = new CallLimit(most)
        const started: number[] = []
        let running = 0
        let peak = 0
        const calls = fails.map(async (isFailing, index) => {
          await limit.run(async () => {
            started.push(index)
            running += 1
            peak = Math.max(peak, running)
            await scheduler.schedule(Promise.resolve())
            running -= 1
            if (isFailing) throw new Error('the call failed')
          })
        })
        const settled = Promise.allSettled(calls)
        await scheduler.waitFor(settled)
        const results = await settled
        expect(results.map(({ status }) => status === 'rejected')).toEqual(fails)
        expect(started).toEqual(fails.map((_, index) => index))
        expect(peak).toBe(Math.min(most, fails.length))
      },
    ),
  )
})
