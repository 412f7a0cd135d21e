const CALL_LIMIT_MS = 3_000

interface Observed {
  readonly operationsPort: number
}

/** The node's metrics by name and labels, as they are written; none when it does not answer. */
export async function metricsOf({ operationsPort }: Observed): Promise<Map<string, number>> {
  const text = (await get(operationsPort, '/metrics')) ?? ''
  return new Map(
    text.split('\n').flatMap((line): [string, number][] => {
      const space = line.lastIndexOf(' ')
      return line.startsWith('#') || space < 0
        ? []
        : [[line.slice(0, space), Number(line.slice(space + 1))]]
    }),
  )
}

async function get(port: number, path: string): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    })
    const text = await response.text()
    return response.ok ? text : undefined
  } catch {
    return undefined
  }
}
