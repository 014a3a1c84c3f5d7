import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CellCache } from '../cache/cell-cache.ts'
import { createMemoryCache } from '../cache/memory-cache.ts'
import { executeWorkflow } from '../run/execute-workflow.ts'
import { loadNodePackages } from './load-node-packages.ts'
import { createRegistry } from './registry.ts'
import { graph } from '../testing/graph.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'woolgather-nodes-'))
})
afterAll(() => rm(root, { recursive: true }))

async function packageOf(name: string, code: string, manifest = '{"type": "module"}'): Promise<string> {
  const folder = join(root, name)
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), manifest)
  await writeFile(join(folder, 'index.js'), code)
  return folder
}

const shout = `export const nodes = [{
  type: 'mine/shout', version: 1, title: 'Shout', description: 'Makes a text loud.',
  inputs: { text: { type: 'text', description: 'What to shout.' } },
  outputs: { text: { type: 'text', description: 'The same, louder.' } },
  run: ({ text }) => ({ text: text.toUpperCase() + '!' }),
}]`

test('a package of nodes is loaded from its folder and its nodes run like any other', async () => {
  const folder = await packageOf('shout', shout)
  const registry = createRegistry(await loadNodePackages([folder]))
  const { outputs } = await executeWorkflow({
    workflow: graph({ s: { type: 'mine/shout', inputs: { text: 'hello' } } }),
    registry,
    services: {},
  })
  expect(outputs).toEqual({ s: { text: 'HELLO!' } })
})

test.each<[string, string, string]>([
  ['exports-nothing', 'export const other = 1', 'exports no list `nodes`.'],
  ['returns-nothing', 'export const nodes = () => undefined', '`nodes` returns no list.'],
  ['factory-throws', 'export const nodes = () => { throw new Error("oops") }', '`nodes` failed: oops.'],
  ['throws', 'throw new Error("oops")', 'could not be loaded: oops.'],
  ['no-run', shout.replace('run:', 'walk:'), 'Node `mine/shout` must have a `run` function.'],
  [
    'bad-type',
    shout.replace('mine/shout', 'Shout'),
    'Node `Shout` must have a type like `family/name`, in lower case.',
  ],
  [
    'bad-port',
    shout.replace("type: 'text'", "type: 'string'"),
    'Node `mine/shout` declares `text` of unknown type `string`.',
  ],
  [
    'no-description',
    shout.replace("description: 'What to shout.'", ''),
    'Node `mine/shout` must describe `text`.',
  ],
  ['no-version', shout.replace('version: 1,', ''), 'Node `mine/shout` must have a version, 1 or higher.'],
])('a package that %s is refused with the reason', async (name, code, reason) => {
  const folder = await packageOf(name, code)
  await expect(loadNodePackages([folder])).rejects.toMatchObject({
    code: 'invalid-node',
    message: `Node package ${folder}: ${reason}`,
  })
})

test('a folder that does not exist is refused by name', async () => {
  const folder = join(root, 'nowhere')
  await expect(loadNodePackages([folder])).rejects.toMatchObject({
    message: `Node package ${folder}: does not exist.`,
  })
})

test('a folder that holds no package says what is missing', async () => {
  const empty = join(root, 'empty')
  await mkdir(empty)
  await expect(loadNodePackages([empty])).rejects.toMatchObject({
    message: `Node package ${empty}: has neither a package.json nor an index.js.`,
  })
  await writeFile(join(empty, 'package.json'), '{}')
  await expect(loadNodePackages([empty])).rejects.toMatchObject({
    message: `Node package ${empty}: has no index.js, and its package.json names no other file.`,
  })
  await writeFile(join(empty, 'package.json'), '{"main": "lib.js"}')
  await expect(loadNodePackages([empty])).rejects.toMatchObject({
    message: `Node package ${empty}: has no lib.js, which its package.json names.`,
  })
})

test('two nodes of one type are refused with the folders they came from', async () => {
  const [one, two] = [await packageOf('one', shout), await packageOf('two', shout)]
  const nodes = await loadNodePackages([one, two])
  expect(() => createRegistry(nodes)).toThrow(
    `Node \`mine/shout\` is defined twice, in ${one} and in ${two}.`,
  )
  const [first] = nodes
  const { origin: _, ...own } = first as (typeof nodes)[number]
  expect(() => createRegistry([own, ...nodes.slice(0, 1)])).toThrow(
    `Node \`mine/shout\` is defined twice, in the library and in ${one}.`,
  )
})

/** Runs `mine/shout` of a folder and says whether and why it ran. */
async function shoutFrom(folder: string, cache: CellCache): Promise<unknown[]> {
  const seen: unknown[] = []
  const { outputs } = await executeWorkflow({
    workflow: graph({ s: { type: 'mine/shout', inputs: { text: 'hello' } } }),
    registry: createRegistry(await loadNodePackages([folder])),
    services: {},
    cache,
    emit: (event) => {
      if (event.type === 'cell.started' || event.type === 'cell.cached') seen.push(event.reason)
    },
  })
  return [outputs['s']?.['text'], ...seen]
}

test('a node whose package was edited runs again and says so; node_modules do not count', async () => {
  const cache = createMemoryCache()
  const helped = `import { mark } from './lib/mark.js'\n${shout.replace("'!'", 'mark')}`
  const write = async (name: string, mark: string): Promise<string> => {
    const folder = await packageOf(name, helped)
    await mkdir(join(folder, 'lib'))
    await writeFile(join(folder, 'lib', 'mark.js'), `export const mark = '${mark}'`)
    return folder
  }
  // a module is loaded once per process: what an edit gives is a copy elsewhere
  const [before, after] = [await write('before', '!'), await write('after', '?')]
  expect(await shoutFrom(before, cache)).toEqual(['HELLO!', 'first run'])
  await mkdir(join(before, 'node_modules'))
  await writeFile(join(before, 'node_modules', 'other.js'), '')
  expect(await shoutFrom(before, cache)).toEqual(['HELLO!', 'same inputs as before'])
  expect(await shoutFrom(after, cache)).toEqual(['HELLO?', 'its code changed'])
})

test('the example of the documentation runs as it stands, in a folder of its own', async () => {
  const page = await readFile(new URL('../../../../docs/custom-nodes.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/```(?:js|json)\n([^]*?)```/g)].map(([, code]) => code as string)
  const [manifest, code] = blocks as [string, string]
  const folder = await packageOf('documented', code, manifest)
  const registry = createRegistry(await loadNodePackages([folder]))
  const workflow = graph({ s: { type: 'mine/shout', inputs: { text: 'hello', marks: 2 } } })
  const { outputs, errors } = await executeWorkflow({ workflow, registry, services: {} })
  expect({ errors, outputs }).toEqual({
    errors: [],
    outputs: { s: { text: 'HELLO!!' } },
  })
})

test('a package that is edited while it loads keeps its results apart from those before and after', async () => {
  const folder = await packageOf(
    'edited',
    `import { writeFileSync } from 'node:fs'
    writeFileSync(new URL('edited.txt', import.meta.url), 'now')
    ${shout}`,
  )
  const codeOf = async (): Promise<string | undefined> => (await loadNodePackages([folder]))[0]?.origin?.code
  const [during, after] = [await codeOf(), await codeOf()]
  expect(during).not.toBe(after)
  expect(during).toContain(after)
})
