import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { NodeDescription } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { describeNodes } from '../scripts/describe-nodes.mjs'
import { blocks, fillBlocks } from '../scripts/doc-blocks.mjs'
import { root, woolgather } from './cli.ts'

test('docs/nodes.md is what `npm run docs` writes', async () => {
  const { stdout } = await woolgather(['nodes', '--json'])
  const page = await readFile(path.join(root, 'docs/nodes.md'), 'utf8')
  expect(page).toBe(describeNodes(JSON.parse(stdout) as NodeDescription[]))
})

test.each(Object.keys(blocks))('%s has the marked blocks that `npm run docs` writes', async (name) => {
  const page = await readFile(path.join(root, name), 'utf8')
  expect(page).toBe(await fillBlocks(name, page))
})
