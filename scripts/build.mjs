// Builds everything, or what the arguments name as turbo takes them: npm run build -- --filter=@woolgather/cli...
import path from 'node:path'
import { root, run } from './run.mjs'

run(process.execPath, [
  path.join(root, 'node_modules/turbo/bin/turbo'),
  'run',
  'build',
  '--ui=stream',
  ...process.argv.slice(2),
])
