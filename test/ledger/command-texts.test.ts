import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CanonicalValue } from '../../ledger/index.ts'
import { canonicalJson, contentText, signingText } from '../../ledger/index.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const commands = fc.record({
  v: fc.constant(1 as const),
  id: text,
  type: text,
  actor: text,
  channel: text,
  ledgerId: text,
  notAfter: text,
  body: fc.dictionary(text, fc.oneof(text, fc.dictionary(text, text))),
})

test('the texts of a command hold the canonical JSON of what they cover', () => {
  fc.assert(
    fc.property(commands, (command) => {
      const { id: _id, notAfter: _notAfter, ...content } = command
      expect(contentText(command)).toBe(canonicalJson(content as CanonicalValue))
      const lines = ['tallystick/command/1', command.channel, command.ledgerId, 'ledger']
      const signed = [...lines, canonicalJson(command)]
      expect(signingText(command)).toBe(signed.join('\n'))
    }),
  )
})
