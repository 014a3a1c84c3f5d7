// Writes docs/nodes.md from the node definitions.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { prepare } from './prepare.mjs'
import { root } from './run.mjs'

prepare('cli')
// Not before: it needs what is built.
const { describeNodes } = await import('./describe-nodes.mjs')
const printed = execFileSync(process.execPath, ['apps/cli/dist/main.js', 'nodes', '--json'], {
  cwd: root,
  maxBuffer: 1e8,
})
writeFileSync(path.join(root, 'docs/nodes.md'), describeNodes(JSON.parse(printed.toString())))
