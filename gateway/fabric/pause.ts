import { setTimeout as delay } from 'node:timers/promises'

/** Resolves after the time, or as soon as the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}

/** The delay before a retry, from 0: doubling up to the most, give or take a half of it. */
export function jittered(attempt: number, firstMs: number, mostMs: number): number {
  return Math.min(firstMs * 2 ** attempt, mostMs) * (0.5 + Math.random())
}
