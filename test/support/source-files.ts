import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** Folders that hold the project's own TypeScript. */
const FOLDERS = [
  'ledger',
  'chaincode',
  'gateway',
  'network',
  'cli',
  'data',
  'docs',
  'bench',
  'test',
]

/** A TypeScript file of the project. `path` is relative to the project's root. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

export function projectFileExists(path: string): boolean {
  return existsSync(join(ROOT, path))
}

function walk(folder: string): string[] {
  if (!projectFileExists(folder)) return []
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((item) => {
    const path = `${folder}/${item.name}`
    if (item.isDirectory()) return item.name === 'node_modules' ? [] : walk(path)
    return item.name.endsWith('.ts') ? [path] : []
  })
}

/** Every TypeScript file of the project. */
export function sourceFiles(): SourceFile[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.ts'))
  return [...top, ...FOLDERS.flatMap(walk)].map((path) => ({ path, text: readProjectFile(path) }))
}

/** What a file imports: a package as it stands there, a file by its path from the root. */
export function importsOf({ path, text }: SourceFile): string[] {
  const specifiers = [...text.matchAll(/\b(?:from|import)(?:\s+|\s*\(\s*)'([^'\n]+)'/g)]
  return specifiers.map(([, specifier = '']) => resolve(path, specifier))
}

/** Files that a file names, imported or not: workers and scripts are started by their path. */
export function filesNamedIn({ path, text }: SourceFile): string[] {
  const names = [...text.matchAll(/'([^'\n]+\.ts)'/g)]
  return names.map(([, name = '']) => relative(ROOT, join(ROOT, dirname(path), name)))
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  return relative(ROOT, join(ROOT, dirname(from), specifier))
}

/** The code without its comments; good enough to look for words in it. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}
