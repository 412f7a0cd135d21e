import { randomUUID } from 'node:crypto'
import { Contract } from 'fabric-contract-api'
import type { Context } from 'fabric-contract-api'

/** A contract that does one thing of each kind, to try a ledger with. */
export class ProbeContract extends Contract {
  constructor() {
    super('probe')
  }

  async Put(ctx: Context, key: string, value: string): Promise<void> {
    await ctx.stub.putState(key, Buffer.from(value))
  }

  async Get(ctx: Context, key: string): Promise<string> {
    return Buffer.from(await ctx.stub.getState(key)).toString()
  }

  async Delete(ctx: Context, key: string): Promise<void> {
    await ctx.stub.deleteState(key)
  }

  /** Reads, writes and reads again; answers both readings. */
  async Append(ctx: Context, key: string, suffix: string): Promise<string> {
    const before = Buffer.from(await ctx.stub.getState(key)).toString()
    await ctx.stub.putState(key, Buffer.from(before + suffix))
    const after = Buffer.from(await ctx.stub.getState(key)).toString()
    return JSON.stringify({ before, after })
  }

  /** Reads a range, writes how many keys it has, and answers the keys. */
  async Count(ctx: Context, startKey: string, endKey: string, target: string): Promise<string> {
    const keys: string[] = []
    for await (const { key } of ctx.stub.getStateByRange(startKey, endKey)) keys.push(key)
    if (target !== '') await ctx.stub.putState(target, Buffer.from(String(keys.length)))
    return JSON.stringify(keys)
  }

  /** Reads only the first key of a range and writes it down; nothing when the range is empty. */
  async First(ctx: Context, startKey: string, endKey: string, target: string): Promise<string> {
    const range = await ctx.stub.getStateByRange(startKey, endKey)
    const found = (await range.next()) as { readonly value?: { readonly key: string } }
    await range.close()
    const key = found.value?.key ?? ''
    await ctx.stub.putState(target, Buffer.from(key))
    return key
  }

  /** Deletes every key of a range and answers them. */
  async Sweep(ctx: Context, startKey: string, endKey: string): Promise<string> {
    const keys: string[] = []
    for await (const { key } of ctx.stub.getStateByRange(startKey, endKey)) keys.push(key)
    for (const key of keys) await ctx.stub.deleteState(key)
    return JSON.stringify(keys)
  }

  /** Reads one key and writes what it holds to another. */
  async Copy(ctx: Context, from: string, to: string): Promise<string> {
    const value = Buffer.from(await ctx.stub.getState(from))
    await ctx.stub.putState(to, value)
    return value.toString()
  }

  /** Deletes a key and writes it again in the same transaction. */
  async Recreate(ctx: Context, key: string, value: string): Promise<void> {
    await ctx.stub.deleteState(key)
    await ctx.stub.putState(key, Buffer.from(value))
  }

  /** Every key of a range with its value. */
  async Dump(ctx: Context, startKey: string, endKey: string): Promise<string> {
    const found: [string, string][] = []
    for await (const { key, value } of ctx.stub.getStateByRange(startKey, endKey)) {
      found.push([key, Buffer.from(value).toString()])
    }
    return JSON.stringify(found)
  }

  /** Nothing: what brings up a Fabric network asks this before it says that the network is ready. */
  async GetProgrammes(_ctx: Context, _request: string): Promise<string> {
    return '{}'
  }

  /** Nothing, as `GetProgrammes`. */
  async Submit(_ctx: Context, _request: string): Promise<string> {
    return '{}'
  }

  async PutComposite(ctx: Context, type: string, attributes: string): Promise<void> {
    const key = ctx.stub.createCompositeKey(type, JSON.parse(attributes) as string[])
    await ctx.stub.putState(key, Buffer.from('composite'))
  }

  async ListComposite(ctx: Context, type: string, attributes: string): Promise<string> {
    const found: string[][] = []
    const prefix = JSON.parse(attributes) as string[]
    for await (const { key } of ctx.stub.getStateByPartialCompositeKey(type, prefix)) {
      found.push(ctx.stub.splitCompositeKey(key).attributes)
    }
    return JSON.stringify(found)
  }

  async Announce(ctx: Context, key: string, name: string, payload: string): Promise<void> {
    const before = Buffer.from(await ctx.stub.getState(key)).toString()
    await ctx.stub.putState(key, Buffer.from(`${before}!`))
    ctx.stub.setEvent(name, Buffer.from(payload))
  }

  async Fail(_ctx: Context, message: string): Promise<void> {
    throw new Error(message)
  }

  /** Comes to something else at every peer. */
  async Differ(ctx: Context): Promise<void> {
    await ctx.stub.putState('differ', Buffer.from(randomUUID()))
  }

  async Whoami(ctx: Context): Promise<string> {
    const { seconds } = ctx.stub.getTxTimestamp()
    return JSON.stringify({
      mspId: ctx.clientIdentity.getMSPID(),
      id: ctx.clientIdentity.getID(),
      peer: ctx.stub.getMspID(),
      channel: ctx.stub.getChannelID(),
      txId: ctx.stub.getTxID(),
      seconds: Number(seconds.toString()),
      date: ctx.stub.getDateTimestamp().toISOString(),
      transient: Buffer.from(ctx.stub.getTransient().get('secret') ?? []).toString(),
      binding: ctx.stub.getBinding(),
    })
  }

  /** Calls what the embedded ledger does not do, by name. */
  async Unsupported(ctx: Context, what: string): Promise<void> {
    const { stub } = ctx
    const calls: Record<string, () => Promise<unknown>> = {
      getPrivateData: async () => await stub.getPrivateData('secrets', 'key'),
      putPrivateData: async () => await stub.putPrivateData('secrets', 'key', Buffer.from('x')),
      getQueryResult: async () => await stub.getQueryResult('{}'),
      getHistoryForKey: async () => await stub.getHistoryForKey('key'),
      setStateValidationParameter: async () =>
        await stub.setStateValidationParameter('key', Buffer.from('x')),
      getStateByRangeWithPagination: async () =>
        await stub.getStateByRangeWithPagination('a', 'b', 10),
      invokeChaincode: async () => await stub.invokeChaincode('other', [], 'points'),
    }
    await calls[what]?.()
  }

  /** As many reads and writes and as large an event as a full batch has. */
  async Load(ctx: Context, prefix: string, reads: string, writes: string): Promise<void> {
    for (let index = 0; index < Number(reads); index += 1) {
      await ctx.stub.getState(`${prefix}-${index}`)
    }
    const value = Buffer.alloc(200, 'v')
    for (let index = 0; index < Number(writes); index += 1) {
      await ctx.stub.putState(`${prefix}-${index}`, value)
    }
    ctx.stub.setEvent('loaded', Buffer.alloc(Number(writes) * 300, 'e'))
  }
}
