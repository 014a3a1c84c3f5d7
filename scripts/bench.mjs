// Runs the benchmarks in bench/, one after the other; `npm run bench -- native` runs those whose path contains it,
// with what is said after that.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { prepare } from './prepare.mjs'
import { root, run } from './run.mjs'

prepare()

const [wanted = '', ...rest] = process.argv.slice(2)
const files = readdirSync(path.join(root, 'bench'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.bench.mjs') && file.includes(wanted))
  .toSorted((a, b) => a.localeCompare(b))
for (const file of files) {
  console.log(`\n── ${file}`)
  run(process.execPath, ['--expose-gc', path.join('bench', file), ...rest])
}
