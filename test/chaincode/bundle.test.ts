import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import type { Bundle } from '../../chaincode/bundle.ts'
import { buildBundle } from '../../chaincode/bundle.ts'
import { readProjectFile } from '../support/source-files.ts'

const ROOT = join(import.meta.dirname, '../..')
const scratch = mkdtempSync(join(tmpdir(), 'tallystick-bundle-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const run = promisify(execFile)

/** What a bundle is made of, at another place. */
function copySources(name: string): string {
  const copy = join(scratch, name)
  for (const part of ['chaincode', 'ledger', 'package.json']) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

async function runBundle(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, 'chaincode/bundle.ts'), ...args], {
    cwd: scratch,
  })
  return stdout
}

test('the same sources give the same bytes, wherever they lie and the bundle goes', async () => {
  const here = await buildBundle(join(scratch, 'out/of/here'))
  const copy = copySources('copy')
  const there = JSON.parse(await runBundle(copy, '--out', join(copy, 'out'), '--json')) as Bundle
  const bytes = readFileSync(here.path)
  expect(readFileSync(there.path).equals(bytes)).toBe(true)
  expect([here.sha256, there.sha256]).toEqual([hash('sha256', bytes), hash('sha256', bytes)])
  expect(here.path).not.toBe(there.path)
})

test('other sources give other bytes', async () => {
  const changed = copySources('changed')
  const path = join(changed, 'chaincode/look-ups.ts')
  const source = readFileSync(path, 'utf8')
  writeFileSync(path, source.replace('MAX_LOOKED_UP_KEYS = 1_000', 'MAX_LOOKED_UP_KEYS = 1_001'))
  const { sha256 } = await buildBundle(join(scratch, 'unchanged'))
  const other = JSON.parse(await runBundle(changed, '--out', changed, '--json')) as Bundle
  expect(other.sha256).not.toBe(sha256)
})

test('nothing is left outside, and no path of this machine is inside', async () => {
  const { path } = await buildBundle(join(scratch, 'alone'))
  const code = readFileSync(path, 'utf8')
  const required = [...code.matchAll(/(?<!\* )\brequire\(\s*(?:\/\*.*?\*\/\s*)?"([^"]+)"\s*\)/g)]
  const names = new Set(required.map(([, name = '']) => name.replace(/^node:/, '')))
  expect([...names].filter((name) => !builtinModules.includes(name))).toEqual([])
  expect(names).toContain('http2')
  expect(code).not.toContain(ROOT)
})

test('what cannot be found is an error, not left for the machine that runs it', async () => {
  const broken = copySources('broken')
  const path = join(broken, 'chaincode/serve.ts')
  writeFileSync(path, `import 'not-installed'\n${readFileSync(path, 'utf8')}`)
  await expect(runBundle(broken, '--out', broken)).rejects.toThrow(/not-installed/)
})

test('the command says what was built and what to do with it', async () => {
  const out = join(scratch, 'said')
  const said = await runBundle(ROOT, '--out', out)
  const sha256 = hash('sha256', readFileSync(join(out, 'chaincode.cjs')))
  expect(said).toContain(`path    ${join(out, 'chaincode.cjs')}\nsha256  ${sha256}\n`)
  for (const [variable] of readProjectFile('chaincode/serve.ts').matchAll(/\bCHAINCODE_\w+/g)) {
    expect(said).toContain(variable)
  }
  expect(await runBundle(ROOT, '--help')).toContain('--out <dir>')
  await expect(runBundle(ROOT)).rejects.toThrow(/required option '--out <dir>'/)
})
