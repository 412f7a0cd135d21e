import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ProcessSpec, ProcessStatus } from '../../network/fabric/process-spec.ts'
import {
  stopSupervisor,
  supervise,
  superviseGateways,
  supervisorStatus,
} from '../../network/fabric/supervisor-client.ts'

const LINGER = 'setInterval(() => {}, 1000);'
const PATIENT = { timeout: 20_000, interval: 20 }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-'))
})
afterEach(async () => {
  await stopSupervisor(folder)
  rmSync(folder, { recursive: true })
})

function lingering(name: string, kind: ProcessSpec['kind'], program = ''): ProcessSpec {
  const args = ['-e', LINGER + program]
  return { name, kind, command: process.execPath, args, env: { GENERATION: '1' } }
}

/** Notes in a file that it runs, and takes its time to end. */
const SLOW = `
  const { appendFileSync } = require('node:fs')
  const note = (what) => appendFileSync('notes', what + process.env.GENERATION + ' ')
  process.on('SIGTERM', () => setTimeout(() => { note('-'); process.exit(0) }, 300))
  note('+')`

function notes(): string {
  const path = join(folder, 'notes')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

async function running(): Promise<readonly ProcessStatus[]> {
  const processes = (await supervisorStatus(folder))?.processes ?? []
  return processes.filter(({ state }) => state === 'running')
}

async function names(): Promise<string[]> {
  return (await running()).map(({ name }) => name)
}

describe('gateways beside the nodes', () => {
  test('go on when the nodes change, and the nodes when they do', async () => {
    await supervise(folder, [lingering('peer', 'peer')])
    await superviseGateways(folder, [lingering('gateway', 'gateway')])
    expect(await names()).toEqual(['peer', 'gateway'])
    const [peer, gateway] = await running()
    await supervise(folder, [lingering('peer', 'peer'), lingering('chaincode', 'chaincode')])
    expect(await names()).toEqual(['peer', 'gateway', 'chaincode'])
    expect((await running())[1]).toEqual(gateway)
    await superviseGateways(folder, [])
    expect(await names()).toEqual(['peer', 'chaincode'])
    expect((await running())[0]).toEqual(peer)
  })

  test('have ended when the call returns that no longer wants them', async () => {
    await supervise(folder, [])
    await superviseGateways(folder, [lingering('gateway', 'gateway', SLOW)])
    await vi.waitUntil(() => notes() === '+1 ', PATIENT)
    await superviseGateways(folder, [])
    expect(notes()).toBe('+1 -1 ')
  })

  test('are replaced once they have ended, because both need the same port', async () => {
    await supervise(folder, [])
    const first = lingering('gateway', 'gateway', SLOW)
    await superviseGateways(folder, [first])
    await vi.waitUntil(() => notes() === '+1 ', PATIENT)
    await superviseGateways(folder, [{ ...first, env: { GENERATION: '2' } }])
    await vi.waitUntil(() => notes() === '+1 -1 +2 ', PATIENT)
    expect(await names()).toEqual(['gateway'])
  })

  test('come back with a supervisor that is started anew', async () => {
    await supervise(folder, [lingering('peer', 'peer')])
    await superviseGateways(folder, [lingering('gateway', 'gateway')])
    await stopSupervisor(folder)
    await supervise(folder, [lingering('peer', 'peer')])
    expect(await names()).toEqual(['peer', 'gateway'])
  })
})
