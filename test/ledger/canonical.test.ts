import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../ledger/index.ts'

describe('canonical JSON', () => {
  test('sorts keys, leaves out what is undefined, and writes bigint as text', () => {
    const value = { b: [1, true, null, { d: 2n, c: 'ü' }], a: undefined, B: '"', é: -1 }
    expect(canonicalJson(value)).toBe('{"B":"\\"","b":[1,true,null,{"c":"ü","d":"2"}],"é":-1}')
  })

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('has no number %d', (value) => {
    expect(() => canonicalJson(value)).toThrow('not a safe integer')
  })

  test('is JSON of the same value, and the same for the value that it is', () => {
    const values = [
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
    ]
    fc.assert(
      fc.property(fc.object({ values, key: fc.string({ unit: 'binary' }) }), (value) => {
        const text = canonicalJson(value as { readonly [key: string]: string })
        expect(canonicalJson(JSON.parse(text) as string)).toBe(text)
        expect(JSON.parse(text)).toEqual(value)
      }),
      { seed: 62, numRuns: 300 },
    )
  })
})
