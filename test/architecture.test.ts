import { describe, expect, test } from 'vitest'
import type { SourceFile } from './support/source-files.ts'
import {
  filesNamedIn,
  importsOf,
  projectFileExists,
  readProjectFile,
  sourceFiles,
  withoutComments,
} from './support/source-files.ts'

const FILES = sourceFiles()

const MAX_LINES = 400

function filesUnder(...folders: readonly string[]): SourceFile[] {
  return FILES.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)))
}

/** Imports of files in `folder` that are not among the allowed ones. */
function strayImports(folder: string, isAllowed: (imported: string) => boolean): string[] {
  return filesUnder(folder).flatMap((file) =>
    importsOf(file)
      .filter((imported) => !isAllowed(imported))
      .map((imported) => `${file.path} imports ${imported}`),
  )
}

function isIn(imported: string, ...folders: readonly string[]): boolean {
  return folders.some((folder) => imported.startsWith(`${folder}/`))
}

const OWN = [
  'ledger',
  'chaincode',
  'gateway',
  'network',
  'audit',
  'cli',
  'data',
  'docs',
  'bench',
  'test',
]

describe('imports go one way', () => {
  test('the rules import nothing but themselves and typebox', () => {
    const stray = strayImports('ledger', (imported) => /^(ledger|typebox)(\/|$)/.test(imported))
    expect(stray).toEqual([])
    expect(filesUnder('ledger').length).toBeGreaterThan(20)
  })

  test.each([
    ['chaincode', ['chaincode', 'ledger']],
    ['gateway', ['gateway', 'ledger']],
    ['network', ['network', 'ledger', 'chaincode', 'gateway']],
    ['network/embedded', ['network/embedded', 'ledger', 'chaincode']],
    ['audit', ['audit', 'ledger', 'chaincode', 'network']],
    ['reconciliation', ['reconciliation', 'ledger']],
    ['cli', ['cli', 'ledger', 'audit', 'reconciliation']],
    ['data', ['data']],
  ])('%s imports of the house only %j', (folder, allowed) => {
    const isAllowed = (imported: string): boolean =>
      !isIn(imported, ...OWN) || isIn(imported, ...allowed)
    expect(strayImports(folder, isAllowed)).toEqual([])
  })

  test('the other layers see the rules by ledger/index.ts alone', () => {
    const inner = filesUnder(
      'chaincode',
      'gateway',
      'network',
      'audit',
      'reconciliation',
      'cli',
    ).flatMap((file) =>
      importsOf(file)
        .filter((imported) => isIn(imported, 'ledger') && imported !== 'ledger/index.ts')
        .map((imported) => `${file.path} imports ${imported}`),
    )
    expect(inner).toEqual([])
  })
})

/** Places where code of a folder uses what a pattern describes. */
function usesOf(folder: string, pattern: RegExp): string[] {
  return filesUnder(folder).flatMap(({ path, text }) =>
    [...withoutComments(text).matchAll(pattern)].map(([found]) => `${path}: ${found}`),
  )
}

describe('endorsers must agree', () => {
  test('the rules know no clock, no chance, no surroundings and no bytes', () => {
    const banned =
      /\b(?:new Date|Date\.|Math\.random|process|Buffer|performance|crypto|globalThis|setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\b/g
    expect(usesOf('ledger', banned)).toEqual([])
  })

  test('the rules never depend on locale or on an order that is not theirs', () => {
    const banned = /\b(?:localeCompare|toLocale\w+|Intl|for await|Promise\.race|Promise\.any)\b/g
    expect(usesOf('ledger', banned)).toEqual([])
  })

  test('the chaincode knows no clock, no chance and no surroundings, and reads no range', () => {
    const banned =
      /\b(?:new Date\(|Date\.now|Math\.random|process\.env|randomUUID|randomBytes|getTxTimestamp|getDateTimestamp|getStateByRange\w*|getStateByPartialCompositeKey\w*|getQueryResult\w*|getHistoryForKey)/g
    // The server that hosts the contract is told by its environment where to listen.
    const server = 'chaincode/serve.ts: process.env'
    expect(usesOf('chaincode', banned).filter((use) => use !== server)).toEqual([])
  })

  test('deciding is synchronous', () => {
    expect(usesOf('ledger/commands', /\b(?:async|await|Promise)\b/g)).toEqual([])
  })
})

test('no file is longer than 400 lines', () => {
  const long = FILES.flatMap(({ path, text }) => {
    const lines = text.split('\n').length
    return lines > MAX_LINES ? [`${path}: ${lines}`] : []
  })
  expect(long).toEqual([])
})

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
}

const { scripts } = JSON.parse(readProjectFile('package.json')) as Manifest

/** What is started by name: by a script of package.json, by vitest, by a person, or by a peer. */
function isEntryPoint(path: string): boolean {
  const named = ['chaincode/index.ts', 'data/generate-day.ts', 'docs/generate-errors.ts']
  const started = Object.values(scripts).some((script) => script.split(' ').includes(path))
  const isTest = path.startsWith('test/') && path.endsWith('.test.ts')
  return started || isTest || named.includes(path) || /^(bench\/)?[^/]+\.ts$/.test(path)
}

test('every file is reached from something that is started', () => {
  const byPath = new Map(FILES.map((file) => [file.path, file]))
  const reached = new Set(FILES.map(({ path }) => path).filter(isEntryPoint))
  for (const path of reached) {
    const file = byPath.get(path)
    if (file === undefined) continue
    for (const named of [...importsOf(file), ...filesNamedIn(file)]) {
      if (byPath.has(named)) reached.add(named)
    }
  }
  expect(FILES.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([])
})

describe('docs/INVARIANTS.md', () => {
  const lines = readProjectFile('docs/INVARIANTS.md').split('\n')
  const invariants = lines.filter((line) => /^\d/.test(line))

  test('numbers its invariants one after the other', () => {
    expect(invariants.map((line) => Number.parseInt(line, 10))).toEqual(
      invariants.map((_, at) => at + 1),
    )
    expect(invariants.length).toBeGreaterThan(10)
  })

  test.each(invariants)('names a test that exists: %s', (line) => {
    const [, path = '', title = ''] = /`(test\/[^`]+)` “(.+)”$/.exec(line) ?? []
    expect([path, projectFileExists(path)]).toEqual([path, true])
    expect(readProjectFile(path).replaceAll(/\\'/g, "'")).toContain(title)
  })
})
