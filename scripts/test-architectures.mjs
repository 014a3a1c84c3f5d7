// Puts tiny models of every architecture through everything: `npm run test:architectures`. See docs/models.md.
import { prepare } from './prepare.mjs'
import { runUntilExit } from './run.mjs'

prepare('cli', 'worker', 'server')
process.exitCode = await runUntilExit(process.execPath, [
  'tools/test-architectures/main.mjs',
  ...process.argv.slice(2),
])
