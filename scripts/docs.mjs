// Writes what of the documentation follows from the code: what tests/docs.test.ts compares.
import path from 'node:path'
import { prepare } from './prepare.mjs'
import { root, run } from './run.mjs'

prepare('cli')
run(process.execPath, [
  path.join(root, 'node_modules/vitest/vitest.mjs'),
  'run',
  'tests/docs.test.ts',
  '--update',
])
