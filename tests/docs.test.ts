import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { NodeDescription } from '@woolgather/workflow'
import { format, resolveConfig } from 'prettier'
import { expect, test } from 'vitest'
import { woolgather } from './cli.ts'
import { root } from './scratch.ts'
import { blocks } from './docs/blocks.ts'
import { describeNodes } from './docs/describe-nodes.ts'
import { fillBlocks } from './docs/marked-blocks.ts'

// With `--update`, which is what `npm run docs` does, they are written instead of compared.

test('docs/nodes.md is what `npm run docs` writes', async () => {
  const { stdout } = await woolgather(['nodes', '--json'])
  const page = describeNodes(JSON.parse(stdout) as NodeDescription[])
  await expect(page).toMatchFileSnapshot(path.join(root, 'docs/nodes.md'))
})

test.for(Object.entries(blocks))('%s holds what `npm run docs` writes', async ([page, written]) => {
  const file = path.join(root, page)
  const filled = await fillBlocks(await readFile(file, 'utf8'), written)
  const options = await resolveConfig(file)
  await expect(await format(filled, { ...options, filepath: file })).toMatchFileSnapshot(file)
})

test('no page has marks of a block that nothing writes', async () => {
  const pages = (await readdir(path.join(root, 'docs'), { recursive: true })).filter((name) =>
    name.endsWith('.md'),
  )
  const rest = pages.map((name) => `docs/${name}`).filter((page) => !(page in blocks))
  for (const page of rest) await fillBlocks(await readFile(path.join(root, page), 'utf8'), {})
})

const page = ['# Page', '<!-- begin one -->', 'old', '<!-- end one -->', 'stays'].join('\n')

test('a block is written anew, and nothing else', async () => {
  expect(await fillBlocks(page, { one: () => 'new' })).toBe(
    ['# Page', '<!-- begin one -->', '', 'new', '', '<!-- end one -->', 'stays'].join('\n'),
  )
})

test('a block without marks, and marks without a block, are told', async () => {
  await expect(fillBlocks(page, { one: () => '', two: () => '' })).rejects.toThrow('begin two')
  await expect(fillBlocks(page, {})).rejects.toThrow('begin one')
  await expect(fillBlocks(`${page}\n${page}`, { one: () => '' })).rejects.toThrow('begin one')
})
