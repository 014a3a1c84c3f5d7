// Opens the editor: installs and builds what is missing, then serves until Ctrl-C.
import { prepare } from './prepare.mjs'
import { runUntilExit } from './run.mjs'

prepare('cli', 'worker', 'server', 'editor')
process.exitCode = await runUntilExit(process.execPath, [
  'apps/cli/bin/woolgather.js',
  'serve',
  '--open',
  ...process.argv.slice(2),
])
