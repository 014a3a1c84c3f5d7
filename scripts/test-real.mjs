// Puts a real model through everything: `npm run test:real -- --model FILE`. See docs/models.md.
import { prepare } from './prepare.mjs'
import { runUntilExit } from './run.mjs'

prepare('cli', 'worker', 'server')
process.exitCode = await runUntilExit(process.execPath, [
  'tools/test-real/main.mjs',
  ...process.argv.slice(2),
])
