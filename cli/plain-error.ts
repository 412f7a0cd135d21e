/** An expected failure, told in plain words that say what to do about it. */
export class PlainError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PlainError'
  }
}

/** Runs a read of a local file; a missing or unreadable file becomes a plain error. */
export function readOrExplain<Value>(path: string, remedy: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!/^E[A-Z]+$/.test(code)) throw error
    const problem = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`
    throw new PlainError(`${path} ${problem}. ${remedy}`)
  }
}
