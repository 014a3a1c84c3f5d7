import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codeIdentity } from './code-identity.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-code-'))
  await writePackage('worker', { '@woolgather/llama': '*', '@woolgather/protocol': '*', zod: '4.0.0' })
  await writePackage('llama', { '@woolgather/ggml': '*' })
  await writePackage('ggml', {})
  await writePackage('protocol', {})
})
afterEach(() => rm(folder, { recursive: true }))

async function writePackage(
  name: string,
  dependencies: Record<string, string>,
  version = '1.0.0',
): Promise<void> {
  await mkdir(path.join(folder, name, 'src'), { recursive: true })
  await mkdir(path.join(folder, name, 'dist', 'inner'), { recursive: true })
  await write(`${name}/package.json`, JSON.stringify({ name, version, dependencies }))
  await write(`${name}/dist/index.js`, `export const name = '${name}'`)
  await write(`${name}/dist/inner/deep.js`, '')
}

function write(file: string, text: string): Promise<void> {
  return writeFile(path.join(folder, file), text)
}

function identity(): string {
  return codeIdentity(path.join(folder, 'worker'), (name) =>
    path.join(folder, name.replace('@woolgather/', ''), 'dist', 'index.js'),
  )
}

test.each([
  ['the package itself', 'worker/dist/index.js'],
  ['a package it uses', 'llama/dist/inner/deep.js'],
  ['a package that one uses', 'ggml/dist/index.js'],
  ['a module that is new', 'ggml/dist/inner/new.js'],
])('another build of %s is other code', async (_, file) => {
  const before = identity()
  expect(identity()).toBe(before)
  await write(file, 'export const repaired = true')
  expect(identity()).not.toBe(before)
})

test('another version of a dependency is other code; what computes nothing, types and sources are not', async () => {
  const before = identity()
  await write('protocol/dist/index.js', 'changed')
  await write('ggml/dist/index.d.ts', 'changed')
  await write('ggml/src/index.ts', 'changed')
  expect(identity()).toBe(before)
  await writePackage('worker', { '@woolgather/llama': '*', '@woolgather/protocol': '*', zod: '4.0.1' })
  expect(identity()).not.toBe(before)
})

test('the same build in another folder is the same code', async () => {
  const before = identity()
  const other = `${folder}-moved`
  await cp(folder, other, { recursive: true })
  await rm(folder, { recursive: true })
  folder = other
  expect(identity()).toBe(before)
})

test('a release, which has no sources, is its version', async () => {
  await rm(path.join(folder, 'worker', 'src'), { recursive: true })
  expect(identity()).toBe('release 1.0.0')
})

test('a bundle says of itself what would be found out of what it was built from', async () => {
  const app = new URL('..', import.meta.url)
  const found = execFileSync(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { codeIdentity } from '${new URL('dist/code-identity.js', app).href}'; process.stdout.write(codeIdentity())`,
  ])
  expect(await readFile(new URL('bundle/code-identity.txt', app), 'utf8')).toBe(found.toString())
})
