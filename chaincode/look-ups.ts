import { Type } from 'typebox'
import type { TSchema, Static } from 'typebox'
import type { CanonicalValue, Key, StateReader } from '../ledger/index.ts'
import {
  accountKey,
  AccountIdText,
  ActorIdText,
  canonicalJson,
  CommandIdText,
  commandKey,
  creditKey,
  holdingKey,
  LANES,
  LedgerError,
  mergeLots,
  OrganisationIdText,
  PointsAssetIdText,
  programmeKey,
  QuotaBoundText,
  quotaLaneKey,
  quotaPoolKey,
  shapeOf,
  TransactionIdText,
} from '../ledger/index.ts'

/** A long evaluation would hold the peer's commit lock, so one look-up reads at most so many keys. */
export const MAX_LOOKED_UP_KEYS = 1_000

const closed = { additionalProperties: false } as const

/** Parses a look-up's request. Throws SUBMIT_MALFORMED. */
function parser<Schema extends TSchema>(schema: Schema): (requestJson: string) => Static<Schema> {
  const check = shapeOf(schema)
  return (requestJson) => {
    const checked = check(parseJson(requestJson))
    if (!checked.ok) throw new LedgerError('SUBMIT_MALFORMED', checked.detail)
    return checked.value
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new LedgerError('SUBMIT_MALFORMED', { problem: 'not JSON' })
  }
}

async function lookUp<T>(
  keys: readonly Key<T>[],
  reader: StateReader,
): Promise<readonly (T | undefined)[]> {
  if (keys.length > MAX_LOOKED_UP_KEYS) {
    throw new LedgerError('SUBMIT_MALFORMED', { problem: `more than ${MAX_LOOKED_UP_KEYS} keys` })
  }
  const texts = await reader.readMany(keys.map(({ name }) => name))
  return keys.map((key, index) => {
    const text = texts[index]
    return text === undefined ? undefined : key.codec.decode(text)
  })
}

// Records are what canonicalJson once wrote, so they can be written again.
function answer(value: object): string {
  return canonicalJson(value as unknown as CanonicalValue)
}

const parseAccount = parser(
  Type.Object(
    {
      account: AccountIdText,
      asset: PointsAssetIdText,
      credits: Type.Array(TransactionIdText, { maxItems: MAX_LOOKED_UP_KEYS - 2 }),
    },
    closed,
  ),
)

/** An account with its lots of an asset: the base, and the credits that the caller names. */
export async function getAccount(requestJson: string, reader: StateReader): Promise<string> {
  const { account, asset, credits } = parseAccount(requestJson)
  const [record] = await lookUp([accountKey(account)], reader)
  const keys = [
    holdingKey(account, asset),
    ...[...new Set(credits)].map((transactionId) => creditKey(account, asset, transactionId)),
  ]
  const holdings = await lookUp(keys, reader)
  // No date is taken into account: what is pending or expired is the reader's to say.
  const lots = mergeLots(
    holdings.flatMap((holding) => [...(holding?.lots ?? [])]),
    '',
  )
  return answer({ account: record ?? null, asset, lots: lots.map((lot) => ({ ...lot })) })
}

const parseOutcomes = parser(
  Type.Object(
    { commands: Type.Array(Type.Object({ actor: ActorIdText, id: CommandIdText }, closed)) },
    closed,
  ),
)

/** The recorded outcomes of commands, null where there is none. */
export async function getOutcomes(requestJson: string, reader: StateReader): Promise<string> {
  const { commands } = parseOutcomes(requestJson)
  const keys = commands.map(({ actor, id }) => commandKey(actor, id))
  const outcomes = await lookUp(keys, reader)
  return answer({ outcomes: outcomes.map((outcome) => outcome ?? null) })
}

const parseProgrammes = parser(Type.Object({ assets: Type.Array(PointsAssetIdText) }, closed))

/** The terms of points programmes, null where there is none. */
export async function getProgrammes(requestJson: string, reader: StateReader): Promise<string> {
  const { assets } = parseProgrammes(requestJson)
  const programmes = await lookUp(assets.map(programmeKey), reader)
  return answer({ programmes: programmes.map((programme) => programme ?? null) })
}

const parseQuota = parser(
  Type.Object({ asset: QuotaBoundText, organisation: OrganisationIdText }, closed),
)

/** What is left of a budget: in its pool, and in each lane of an organisation that was ever filled. */
export async function getQuota(requestJson: string, reader: StateReader): Promise<string> {
  const { asset, organisation } = parseQuota(requestJson)
  const lanes = Array.from({ length: LANES }, (_, lane) => lane)
  const keys = [
    quotaPoolKey(asset),
    ...lanes.map((lane) => quotaLaneKey(asset, organisation, lane)),
  ]
  const [pool, ...left] = await lookUp(keys, reader)
  return answer({
    pool: pool?.left ?? null,
    lanes: left.flatMap((quota, lane) => (quota === undefined ? [] : [{ lane, left: quota.left }])),
  })
}

const parseRecords = parser(
  Type.Object(
    {
      keys: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
        maxItems: MAX_LOOKED_UP_KEYS,
      }),
    },
    closed,
  ),
)

/** Records of any kind by the names of their keys, as the state has them; null where there is none. */
export async function getRecords(requestJson: string, reader: StateReader): Promise<string> {
  const { keys } = parseRecords(requestJson)
  const texts = await reader.readMany(keys)
  return answer({ records: texts.map((text) => text ?? null) })
}
