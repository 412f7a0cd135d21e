/** Anything that can stand in canonical JSON. `undefined` members of objects are left out. */
export type CanonicalValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue | undefined }

/**
 * The one text of a value: keys sorted by UTF-16 code unit, no white space, bigint as a decimal
 * string. Every endorser hashes and signs this text, so it must not depend on insertion order.
 * Throws on a number that is not a safe integer: amounts are bigint.
 */
export function canonicalJson(value: CanonicalValue): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `"${value}"`
    case 'number':
      if (!Number.isSafeInteger(value)) throw new TypeError(`not a safe integer: ${value}`)
      return String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    default:
      return value === null ? 'null' : canonicalObject(value)
  }
}

function isArray(value: object): value is readonly CanonicalValue[] {
  return Array.isArray(value)
}

function canonicalObject(
  value: readonly CanonicalValue[] | { readonly [key: string]: CanonicalValue | undefined },
): string {
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}
