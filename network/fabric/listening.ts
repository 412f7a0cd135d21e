import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { NetworkFailure } from './network-failure.ts'

const LIMIT_MS = 60_000
const POLL_MS = 50

/** Waits until a port of this machine takes connections. Throws NOT_LISTENING. */
export async function listening(name: string, port: number): Promise<void> {
  const deadline = Date.now() + LIMIT_MS
  while (!(await accepts(port))) {
    if (Date.now() > deadline) {
      const problem = `${name} does not listen on ${String(port)}; its log says why.`
      throw new NetworkFailure('NOT_LISTENING', problem)
    }
    await sleep(POLL_MS)
  }
}

/** Those of the ports that something listens on. */
export async function takenPorts(ports: readonly number[]): Promise<readonly number[]> {
  const taken = await Promise.all(ports.map(accepts))
  return ports.filter((_, index) => taken[index] === true)
}

async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const settle = (result: boolean): void => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
