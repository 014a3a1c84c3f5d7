// Types, lint, boundaries, unused code, format. Runs all of them, then says which failed.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { prepare } from './prepare.mjs'
import { root } from './run.mjs'

if (!process.argv.includes('--built')) prepare()

const bin = (name) => path.join(root, 'node_modules/.bin', name)
const checks = {
  // Everything as it is built, the editor too, and then the tests.
  types: [bin('tsc'), '-b'],
  lint: [bin('oxlint'), '--type-aware', '--deny-warnings'],
  boundaries: [bin('turbo'), 'boundaries', '--no-color'],
  'unused code': [bin('knip')],
  format: [bin('prettier'), '--check', '--log-level=warn', '.'],
}

const failed = Object.entries(checks).filter(([name, [command, ...args]]) => {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`)
  if (status !== 0) console.log(`${stdout}${stderr}`)
  return status !== 0
})
process.exitCode = failed.length === 0 ? 0 : 1
