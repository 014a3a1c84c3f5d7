// Types, lint, boundaries, unused code, format: all at once, for most use one processor. Says how each went.
import { execFile } from 'node:child_process'
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

const results = await Promise.all(Object.entries(checks).map(([name, command]) => check(name, command)))
process.exitCode = results.every((isFine) => isFine) ? 0 : 1

function check(name, [command, ...args]) {
  const options = { cwd: root, maxBuffer: 64 * 2 ** 20, shell: process.platform === 'win32' }
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      console.log(`${error ? 'FAIL' : 'ok  '} ${name}`)
      if (error) console.log(`${stdout}${stderr || (stdout ? '' : error.message)}`)
      resolve(!error)
    })
  })
}
