import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { materialOf } from './material.ts'
import { isCommandFailure, NetworkFailure } from './network-failure.ts'
import type { OrdererNode, Topology } from './topology.ts'

const CHANNELS = '/participation/v1/channels'
const CALL_LIMIT_MS = 5_000
const START_LIMIT_MS = 60_000
const POLL_MS = 100

/** Has an orderer take part in the channel, once it answers. Throws ORDERER_FAILED. */
export async function joinOrderer(
  topology: Topology,
  node: OrdererNode,
  genesisBlock: string,
): Promise<void> {
  const { channel } = topology.consortium
  const deadline = Date.now() + START_LIMIT_MS
  for (;;) {
    const answer = await call(topology, node, { method: 'GET', path: `${CHANNELS}/${channel}` })
    if (answer?.status === 200) return
    if (answer?.status === 404) break
    if (Date.now() > deadline) throw failure(node, 'it does not answer')
    await sleep(POLL_MS)
  }
  const joined = await call(topology, node, { method: 'POST', path: CHANNELS }, genesisBlock)
  if (joined?.status !== 201) throw failure(node, joined?.text ?? 'no answer to join')
}

/**
 * Tries the orderers in turn: each attempt first looks whether the one before it did succeed.
 * Throws what the last attempt threw.
 */
export async function atSomeOrderer(
  { orderers }: Topology,
  attempt: (orderer: OrdererNode) => Promise<void>,
): Promise<void> {
  let failure: NetworkFailure | undefined
  for (const orderer of orderers) {
    try {
      await attempt(orderer)
      return
    } catch (error) {
      if (!isCommandFailure(error)) throw error
      failure = error
    }
  }
  throw failure ?? new Error('a network without orderers')
}

function failure({ name }: OrdererNode, problem: string): NetworkFailure {
  return new NetworkFailure('ORDERER_FAILED', `${name}: ${problem}`)
}

interface Answer {
  readonly status: number
  readonly text: string
}

async function call(
  topology: Topology,
  node: OrdererNode,
  options: RequestOptions,
  blockPath?: string,
): Promise<Answer | undefined> {
  const party = materialOf(topology, node.owner)
  const client = party.user('Admin').tls
  const form = blockPath === undefined ? undefined : blockForm(readFileSync(blockPath))
  return await new Promise((resolve) => {
    const sent = request({
      ...options,
      host: 'localhost',
      port: node.adminPort,
      ca: readFileSync(party.tlsRoot),
      cert: readFileSync(client.certificate),
      key: readFileSync(client.key),
      agent: false,
      timeout: CALL_LIMIT_MS,
      ...(form && { headers: form.headers }),
    })
    sent.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', () => resolve(undefined))
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => resolve(undefined))
    sent.end(form?.body)
  })
}

function blockForm(block: Buffer): { headers: Record<string, string>; body: Buffer } {
  const boundary = 'tallystick-config-block'
  const head =
    `--${boundary}\r\n` +
    'Content-Disposition: form-data; name="config-block"; filename="genesis.block"\r\n' +
    'Content-Type: application/octet-stream\r\n\r\n'
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), block, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}
