import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { executeWorkflow } from './execute-workflow.ts'
import { loadNodePackages } from './load-node-packages.ts'
import { createRegistry } from './registry.ts'
import { graph } from './testing/graph.ts'

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

test('two nodes of one type are refused', async () => {
  const folder = await packageOf('again', shout)
  const nodes = await loadNodePackages([folder])
  expect(() => createRegistry([...nodes, ...nodes])).toThrow('Node `mine/shout` is defined twice.')
})
