import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { actorKey } from '../keys.ts'
import { keyIdOf, PublicKeyText } from '../public-key.ts'
import { accept, defineRule, write } from '../rule.ts'

/** A person replaces the key that signs this command with another. */
export const rotateKey = defineRule({
  type: 'RotateKey',
  body: Type.Object({ publicKey: PublicKeyText }, { additionalProperties: false }),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: () => [],
  decide(command, _state, context) {
    const signer = context.signers.find(({ actor }) => actor.id === command.actor)
    if (signer === undefined) return refuse('NOT_AUTHORISED')
    const { publicKey } = command.body
    const next = { keyId: keyIdOf(publicKey, context.sha256), kind: 'p256', publicKey } as const
    const keys = signer.actor.keys.filter(
      ({ keyId }) => keyId !== signer.key.keyId && keyId !== next.keyId,
    )
    return accept([write(actorKey(command.actor), { ...signer.actor, keys: [...keys, next] })])
  },
})
