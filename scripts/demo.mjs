// One command from a fresh clone to text: installs and builds what is missing, runs the demo workflow.
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { prepare } from './prepare.mjs'
import { root, runUntilExit } from './run.mjs'

prepare('cli', 'worker')

const workflow = 'workflows/first-story.json'
const result = 'output/first-story.json'
mkdirSync(path.join(root, path.dirname(result)), { recursive: true })
console.log(`\nRunning ${workflow} on the model that comes with Woolgather:\n`)
const code = await runUntilExit(process.execPath, [
  'apps/cli/bin/woolgather.js',
  'run',
  workflow,
  '--out',
  result,
])
if (code === 0) {
  const { outputs } = JSON.parse(readFileSync(path.join(root, result), 'utf8'))
  console.log('\nThe story:\n')
  console.log(outputs.show.value)
  console.log(`\nSaved as output/${outputs.save.file}; every output of the run is in ${result}.`)
  console.log('Next: `npm start` opens the same workflow as a graph.')
}
process.exitCode = code
