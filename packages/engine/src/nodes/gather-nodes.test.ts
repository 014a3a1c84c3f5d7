import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatherNodes } from './gather-nodes.ts'
import { createRegistry } from './registry.ts'
import { tryModule } from './try-module.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'woolgather-gather-'))
})
afterAll(() => rm(root, { recursive: true }))

async function packageOf(name: string, code: string): Promise<string> {
  const folder = join(root, name)
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await writeFile(join(folder, 'index.js'), code)
  return folder
}

const nodeOf = (type: string): string => `export const nodes = [{
  type: '${type}', version: 1, title: 'A', description: 'A node.', inputs: {}, outputs: {}, run: () => ({}),
}]`

test('packages that do not load are left out, each with its reason, and the others are there', async () => {
  const broken: Record<string, [code: string, reason: string]> = {
    syntax: ['export const nodes = [', 'could not be loaded: '],
    throws: ['throw new Error("oops")', 'could not be loaded: oops.'],
    'throws-nothing': ['throw undefined', 'could not be loaded: undefined.'],
    'says-much': ['throw new Error("oops ".repeat(1e6))', 'could not be loaded: oops oops'],
    missing: ["import 'not-installed-package'", "Cannot find package 'not-installed-package'"],
    exports: ['export const other = 1', 'exports no list `nodes`.'],
    factory: ['export const nodes = () => { throw new Error("oops") }', '`nodes` failed: oops.'],
    twice: [nodeOf('mine/first'), 'Node `mine/first` is defined twice'],
    leaves: ['process.exit(3)', 'ends the process while it is loaded, with exit code 3.'],
    'leaves-in-factory': ['export const nodes = () => process.exit(0)', 'with exit code 0.'],
    aborts: ['process.abort()', 'with exit code 134.'],
    strays: [
      `${nodeOf('mine/strays')}\nPromise.reject(new Error("oops"))`,
      'fails by itself after it was loaded: oops.',
    ],
  }
  const first = await packageOf('first', nodeOf('mine/first'))
  const folders = await Promise.all(Object.entries(broken).map(([name, [code]]) => packageOf(name, code)))
  const last = await packageOf('last', nodeOf('mine/last'))
  const gathered = await gatherNodes(createRegistry([]), [first, ...folders, join(root, 'nowhere'), last])
  expect([...gathered.registry.definitions.keys()]).toEqual(['mine/first', 'mine/last'])
  expect(gathered.broken.map(({ folder, message }) => [folder, message])).toEqual([
    ...Object.entries(broken).map(([name, [, reason]]) => [
      join(root, name),
      expect.stringContaining(reason) as string,
    ]),
    [join(root, 'nowhere'), expect.stringContaining('does not exist') as string],
  ])
  expect(Math.max(...gathered.broken.map(({ message }) => message.length))).toBeLessThan(2_000)
})

test.each([
  ['waits for ever', 'await new Promise(() => setInterval(() => {}, 1000))'],
  ['computes for ever', 'for (;;);'],
])('a module that %s is given up', async (name, code) => {
  const folder = await packageOf(name.replaceAll(' ', '-'), code)
  const entry = pathToFileURL(join(folder, 'index.js')).href
  expect(await tryModule(entry, { time: 500 })).toBe('did not load within 0.5 seconds')
})

test('a module that waits for what never comes is given up at once', async () => {
  const folder = await packageOf('nothing-comes', 'await new Promise(() => {})')
  const entry = pathToFileURL(join(folder, 'index.js')).href
  expect(await tryModule(entry)).toBe('waits, while it is loaded, for something that never comes')
})
