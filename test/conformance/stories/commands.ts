import { expect, test } from 'vitest'
import { accountOf, HUI, registerMember, signed, walletOf } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { available, purchase, redemption, transfer } from './requests.ts'

const ANN = 'mall:m-ann'
const BOB = 'bank:m-bob'
export const BUYERS = [ANN, BOB]

/** Commands as clients post them, and their answers. */
export function commandStories(net: GetNetwork): void {
  test('an issue, a transfer to another home and a redemption there, each answered with its entry', async () => {
    const issued = await net().post('mall', '/issues', purchase(ANN))
    expect(issued.status).toBe(201)
    expect(issued.body).toMatchObject({ status: 'accepted', replayed: false })
    expect(await available(net(), ANN)).toBe('1000')

    const moved = await net().post('mall', '/transfers', transfer(ANN, BOB, '300'))
    expect(moved.status).toBe(201)
    const block = String(moved.body['blockNumber'])
    const seen = await net().get('bank', `/accounts/${accountOf(BOB)}?minBlock=${block}`)
    expect(Number(seen.body['asOfBlock'])).toBeGreaterThanOrEqual(Number(block))
    expect(await available(net(), BOB)).toBe('300')

    // Taken at the mall's till, forwarded to the bank, where the member's account is at home.
    const redeem = redemption(BOB, '120', { order: 'O-first' })
    const redeemed = await net().post('mall', '/redemptions', redeem)
    expect(redeemed.status).toBe(201)
    const at = String(redeemed.body['blockNumber'])
    const entry = await net().get(
      'mall',
      `/entries/${String(redeemed.body['entryHash'])}?minBlock=${at}`,
    )
    expect(entry.body['entry']).toMatchObject({
      type: 'RedeemPoints',
      submitter: 'bank',
      references: { order: 'O-first', acceptor: 'airline' },
    })
    const trial = await net().get('airline', `/trial-balance?minBlock=${at}`)
    expect(trial.body).toMatchObject({ balanced: true, generalEqualsDetail: true })
  })

  test('the same command again is answered as the first time, at any gateway, and moves nothing', async () => {
    const command = purchase(ANN)
    const first = await net().post('mall', '/commands', command)
    const before = await available(net(), ANN)
    const again = await net().post('mall', '/commands', command)
    expect(again.status).toBe(200)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.body).toEqual({ ...first.body, replayed: true })
    const elsewhere = await net().post('airline', '/commands', command)
    expect(elsewhere.body).toMatchObject({
      replayed: true,
      entryHash: first.body['entryHash'],
    })
    expect(await available(net(), ANN)).toBe(before)
    const { actor, id } = command.command
    expect((await net().get('mall', `/commands/${actor}/${id}`)).body).toMatchObject(again.body)
  })

  test('two posts of one command at the same moment make one entry', async () => {
    const command = purchase(ANN)
    const answers = await Promise.all(
      ['mall', 'mall', 'bank', 'airline', 'mall'].map((at) => net().post(at, '/commands', command)),
    )
    expect(new Set(answers.map(({ body }) => body['entryHash'])).size).toBe(1)
    expect(answers.filter(({ body }) => body['replayed'] === false).length).toBeLessThanOrEqual(1)
  })

  test('an id used for other content is refused', async () => {
    const command = purchase(ANN)
    await net().post('mall', '/commands', command)
    const other = signed(
      'IssuePoints',
      'mall:till',
      { ...command.command.body, spendFen: '20000' },
      {
        id: command.command.id,
      },
    )
    const answer = await net().post('mall', '/commands', other)
    expect(answer.status).toBe(409)
    expect(answer.body['code']).toBe('COMMAND_ID_REUSED')
  })

  test('the Idempotency-Key header must name the command', async () => {
    const command = purchase(ANN)
    const wrong = await net().post('mall', '/issues', command, { 'idempotency-key': 'another-id' })
    expect(wrong.body['code']).toBe('IDEMPOTENCY_KEY_MISMATCH')
    const { id } = command.command
    const right = await net().post('mall', '/issues', command, { 'idempotency-key': id })
    expect(right.status).toBe(201)
  })

  test('a refusal is a problem with the code of the table, kept under the id for every gateway', async () => {
    const command = transfer(ANN, BOB, '999999999')
    const refused = await net().post('mall', '/transfers', command)
    expect(refused.status).toBe(422)
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
    expect(refused.body).toMatchObject({
      code: 'INSUFFICIENT_POINTS',
      status: 422,
      replayed: false,
    })
    await net().post('mall', '/issues', purchase(ANN, { spendFen: '999999999900' }))
    for (const gateway of ['mall', 'bank', 'airline']) {
      const again = await net().post(gateway, '/transfers', command)
      expect(again.body).toMatchObject({ code: 'INSUFFICIENT_POINTS', replayed: true })
    }
  })

  test('many commands in one post, each with its own answer', async () => {
    const commands = [
      purchase(ANN),
      transfer(ANN, BOB, '-5'),
      purchase(ANN),
      transfer(ANN, ANN, '1'),
    ]
    const answers = await net().postMany('mall', commands)
    expect(answers.map((answer) => answer['code'] ?? answer['status'])).toEqual([
      'accepted',
      'COMMAND_MALFORMED',
      'accepted',
      'SAME_ACCOUNT',
    ])
  })

  test('a member who sends on in the same breath what he receives can do so', async () => {
    const before = BigInt(await available(net(), BOB))
    const answers = await net().postMany('mall', [
      purchase(ANN, { spendFen: '5000000' }),
      ...Array.from({ length: 50 }, () => transfer(ANN, BOB, '7')),
    ])
    expect(answers.every((answer) => answer['status'] === 'accepted')).toBe(true)
    const last = Math.max(...answers.map((answer) => Number(answer['blockNumber'])))
    await net().get('bank', `/ledger?minBlock=${last}`)
    expect(BigInt(await available(net(), BOB)) - before).toBe(350n)
  })

  test('the trace of a request goes into the entry', async () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
    const posted = await net().post('mall', '/issues', purchase(ANN), { traceparent })
    const entry = await net().get('mall', `/entries/${String(posted.body['entryHash'])}`)
    expect(entry.body['traceparent']).toBe(traceparent)
    const problem = await net().post('mall', '/issues', {}, { traceparent })
    expect(problem.body['instance']).toBe('ab'.repeat(16))
  })

  test('tokens open what their role may do', async () => {
    const anonymous = await net().request(
      'mall',
      '/ledger',
      { headers: { authorization: '' } },
      'client',
    )
    expect(anonymous.status).toBe(401)
    const foreign = { authorization: `Bearer ${net().token('bank', 'admin')}` }
    expect((await net().request('mall', '/ledger', { headers: foreign }, 'client')).status).toBe(
      401,
    )
    expect((await net().post('mall', '/issues', purchase(ANN), {}, 'auditor')).status).toBe(403)
    const own = signed('RegisterOrganisation', 'mall', { name: 'The mall' })
    expect((await net().post('mall', '/organisations', own)).body['code']).toBe('FORBIDDEN')
    const known = await net().post('mall', '/organisations', own, {}, 'admin')
    expect(known.body['code']).toBe('ORGANISATION_EXISTS')
  })

  test('a route takes only its own type of command', async () => {
    const answer = await net().post('mall', '/transfers', purchase(ANN))
    expect(answer.body['code']).toBe('COMMAND_TYPE_MISMATCH')
  })

  test('a purchase of another programme by its partner only', async () => {
    const answer = await net().post('mall', '/issues', purchase(ANN, { asset: HUI }))
    expect(answer.body['code']).toBe('NOT_AUTHORISED')
  })

  test('a member may rotate the key, and the old one signs no more', async () => {
    const member = 'mall:m-rotating'
    await net().post('mall', '/members', registerMember(member))
    const next = walletOf('mall:m-rotated-key')
    const rotate = signed('RotateKey', member, { publicKey: next.publicKey })
    expect((await net().post('mall', '/commands', rotate)).status).toBe(201)
    const old = await net().post('mall', '/transfers', transfer(member, ANN, '1'))
    expect(old.body['code']).toBe('PROOF_INVALID')
  })

  test('the description names every route and can be read', async () => {
    const description = await net().request('mall', '/openapi.json', {}, 'auditor')
    const paths = Object.keys(description.body['paths'] as object)
    for (const path of ['/commands', '/issues', '/accounts/{id}', '/trial-balance', '/blocks']) {
      expect(paths).toContain(path)
    }
    expect(description.body['openapi']).toBe('3.1.0')
    const page = await fetch(`${net().url('mall')}/docs/`)
    expect(page.status).toBe(200)
  })

  test('points are issued by the gateway of the organisation that funds them, wherever they are posted', async () => {
    const answer = await net().post('bank', '/issues', purchase(ANN))
    expect(answer.status).toBe(201)
    const at = String(answer.body['blockNumber'])
    const entry = await net().get(
      'bank',
      `/entries/${String(answer.body['entryHash'])}?minBlock=${at}`,
    )
    expect(entry.body['entry']).toMatchObject({ submitter: 'mall' })
  })

  test('a purchase larger than the budget is refused and keeps nothing from the others', async () => {
    const giant = await net().post('mall', '/issues', purchase(ANN, { spendFen: '9999999999999' }))
    expect(giant.body['code']).toBe('BUDGET_EXHAUSTED')
    const small = await Promise.all(
      [1, 2, 3].map(() => net().post('mall', '/issues', purchase(ANN))),
    )
    expect(small.map(({ status }) => status)).toEqual([201, 201, 201])
  })

  test('a blank line in a bulk post does not shift the numbers of the others', async () => {
    const lines = ['', JSON.stringify(purchase(ANN)), '', JSON.stringify(transfer(ANN, ANN, '1'))]
    const response = await fetch(`${net().url('mall')}/commands`, {
      method: 'POST',
      body: lines.join('\n'),
      headers: {
        'content-type': 'application/x-ndjson',
        authorization: `Bearer ${net().token('mall', 'client')}`,
      },
    })
    const answers = (await response.text()).trimEnd().split('\n')
    const numbered = answers.map((line) => JSON.parse(line) as { line: number; code?: string })
    const byLine = numbered.toSorted((a, b) => a.line - b.line)
    expect(byLine.map(({ line, code }) => [line, code])).toEqual([
      [2, undefined],
      [4, 'SAME_ACCOUNT'],
    ])
  })
}
