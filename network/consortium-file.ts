import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Document } from 'yaml'
import { LineCounter, parseDocument } from 'yaml'

const closed = { additionalProperties: false } as const

const MspId = Type.String({ pattern: '^[a-z][a-z0-9-]{0,30}$' })
const Host = Type.String({ pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$', maxLength: 120 })
const party = {
  id: MspId,
  name: Type.String({ minLength: 1, maxLength: 60 }),
  domain: Type.String({ pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$', maxLength: 60 }),
  /** Host of `peer0`, `orderer0`, `chaincode`, `gateway`, … where parties run their own nodes. */
  hosts: Type.Optional(Type.Record(Type.String(), Host)),
}

const Role = Type.Union([Type.Literal('issuer'), Type.Literal('acceptor')])

/** An organisation, or the operator of an orderer. */
export const PartyShape = Type.Object(party, closed)

/** What the file has to look like. */
export const ConsortiumShape = Type.Object(
  {
    channel: Type.String({ pattern: '^[a-z][a-z0-9.-]{0,60}$' }),
    chaincode: Type.String({ pattern: '^[a-z][a-z0-9-]{0,30}$' }),
    basePort: Type.Integer({ minimum: 1025, maximum: 65_000 }),
    ca: Type.Optional(Type.Union([Type.Literal('cryptogen'), Type.Literal('fabric-ca')])),
    organisations: Type.Array(
      Type.Object(
        {
          ...party,
          peers: Type.Optional(Type.Integer({ minimum: 1, maximum: 4 })),
          roles: Type.Optional(Type.Array(Role, { minItems: 1, uniqueItems: true })),
        },
        closed,
      ),
      { minItems: 1, maxItems: 8 },
    ),
    operator: PartyShape,
    ordering: Type.Object(
      {
        type: Type.Union([Type.Literal('bft'), Type.Literal('raft')]),
        bft: Type.Array(MspId, { minItems: 4, maxItems: 10 }),
        raft: Type.Array(MspId, { minItems: 1, maxItems: 9 }),
        blockTimeoutMs: Type.Integer({ minimum: 10, maximum: 10_000 }),
        blockTransactions: Type.Integer({ minimum: 1, maximum: 10_000 }),
        blockBytes: Type.Integer({ minimum: 1_048_576, maximum: 52_428_800 }),
      },
      closed,
    ),
  },
  closed,
)

/** The consortium as its file describes it. */
export type Consortium = Type.Static<typeof ConsortiumShape>
export type OrderingType = Consortium['ordering']['type']
export type Party = Type.Static<typeof PartyShape>
export type Organisation = Consortium['organisations'][number]
export type BusinessRole = Type.Static<typeof Role>

/** What an organisation does in the business: both, unless the file says otherwise. */
export function rolesOf({ roles }: Organisation): readonly BusinessRole[] {
  return roles ?? ['issuer', 'acceptor']
}

/** The file is not a consortium; the message has one line for each problem, with its place. */
export class ConsortiumFileError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConsortiumFileError'
  }
}

interface Problem {
  readonly path: readonly string[]
  readonly message: string
}

/** The file beside this module. */
export const CONSORTIUM_FILE = join(import.meta.dirname, 'consortium.yaml')

/** Reads a consortium file. Throws ConsortiumFileError, and whatever reading a file throws. */
export function readConsortium(path = CONSORTIUM_FILE): Consortium {
  return parseConsortium(readFileSync(path, 'utf8'), path)
}

/** Parses a consortium file; `name` begins its messages. Throws ConsortiumFileError. */
export function parseConsortium(text: string, name: string): Consortium {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    throw new ConsortiumFileError(
      document.errors.map(
        ({ pos, message }) => `${name}:${lines.linePos(pos[0]).line}: ${message}`,
      ),
    )
  }
  const value: unknown = document.toJS()
  const problems = Value.Check(ConsortiumShape, value) ? contradictions(value) : misshapes(value)
  if (problems.length === 0 && Value.Check(ConsortiumShape, value)) return value
  throw new ConsortiumFileError(
    problems.map(({ path, message }) => {
      const at = path.length === 0 ? '' : ` ${path.join('.')}`
      return `${name}:${lineOf(document, lines, path)}:${at} ${message}`
    }),
  )
}

function misshapes(value: unknown): Problem[] {
  return [...Value.Errors(ConsortiumShape, value)].flatMap((error): Problem[] => {
    const path = error.instancePath.split('/').slice(1)
    if (error.keyword === 'boolean') return [{ path, message: 'is not known here' }]
    // Its parts are reported one by one.
    if (error.keyword === 'additionalProperties') return []
    return [{ path, message: error.message }]
  })
}

function contradictions({ organisations, operator, ordering }: Consortium): Problem[] {
  const parties = [...organisations, operator]
  const ids = new Set(parties.map(({ id }) => id))
  const at = (index: number): string[] =>
    index < organisations.length ? ['organisations', String(index)] : ['operator']
  const repeated = (['id', 'domain'] as const).flatMap((field) =>
    parties.flatMap((party, index): Problem[] =>
      parties.findIndex((other) => other[field] === party[field]) < index
        ? [{ path: [...at(index), field], message: `${party[field]} is already taken` }]
        : [],
    ),
  )
  const unknown = (['bft', 'raft'] as const).flatMap((type) =>
    ordering[type].flatMap((id, index): Problem[] =>
      ids.has(id)
        ? []
        : [{ path: ['ordering', type, String(index)], message: `there is no party ${id}` }],
    ),
  )
  const homeless = parties.flatMap((party, index) => {
    const peers = index < organisations.length ? (organisations[index]?.peers ?? 1) : 0
    const nodes = nodesOf(party.id, peers, ordering)
    return Object.keys(party.hosts ?? {})
      .filter((node) => !nodes.includes(node))
      .map((node) => ({
        path: [...at(index), 'hosts', node],
        message: `is no node of ${party.id}; its nodes: ${nodes.join(', ')}`,
      }))
  })
  return [...repeated, ...unknown, ...homeless]
}

/** Nodes of a party, with either kind of ordering, by the names that `hosts` uses. */
function nodesOf(id: string, peers: number, { bft, raft }: Consortium['ordering']): string[] {
  const count = (ids: readonly string[]): number => ids.filter((other) => other === id).length
  return [
    ...numbered('peer', peers),
    ...numbered('orderer', Math.max(count(bft), count(raft))),
    ...(peers > 0 ? ['chaincode', 'gateway'] : []),
  ]
}

function numbered(kind: string, length: number): string[] {
  return Array.from({ length }, (_, ordinal) => `${kind}${String(ordinal)}`)
}

/** The line of the value at `path`, or of the nearest thing around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly string[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true)
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      const [start] = node.range as readonly unknown[]
      if (typeof start === 'number') return lines.linePos(start).line
    }
  }
  return 1
}
