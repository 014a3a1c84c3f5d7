// Writes docs/nodes.md from the node definitions, and the marked blocks of other pages from the tables they tell of.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { prepare } from './prepare.mjs'
import { root } from './run.mjs'

prepare('cli')
// Not before: it needs what is built.
const { describeNodes } = await import('./describe-nodes.mjs')
const { blocks, fillBlocks } = await import('./doc-blocks.mjs')
const printed = execFileSync(process.execPath, ['apps/cli/dist/main.js', 'nodes', '--json'], {
  cwd: root,
  maxBuffer: 1e8,
})
writeFileSync(path.join(root, 'docs/nodes.md'), describeNodes(JSON.parse(printed.toString())))

for (const page of Object.keys(blocks)) {
  const file = path.join(root, page)
  writeFileSync(file, await fillBlocks(page, readFileSync(file, 'utf8')))
}
