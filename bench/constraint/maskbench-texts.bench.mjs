/**
 * The schemas of MaskBench and their instances as texts, without a vocabulary: which are accepted and which are refused.
 *
 *     npm run bench -- constraint/maskbench-texts FOLDER
 *
 * FOLDER holds the files of guidance-ai/jsonschemabench, maskbench/data. Properties come in any order, with
 * MASKBENCH_ORDER=schema in the schema's. MASKBENCH_EVERY=10 takes every tenth. Times are of the processor. The last line is
 * the figures as JSON.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { compileLanguage, ConstraintError } from '../../packages/constraint/dist/index.js'
import { openClock } from './maskbench/clock.mjs'
import { readJson, valueAt, writeJson } from './maskbench/python-json.mjs'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.log('skipped: say where the schemas are, npm run bench -- constraint/maskbench-texts FOLDER')
  process.exit(0)
}
const propertyOrder = process.env.MASKBENCH_ORDER ?? 'any'
const every = Number(process.env.MASKBENCH_EVERY ?? 1)
const clock = openClock()
const figures = { schemas: 0, passing: 0, refused: 0, validRefused: 0, invalidAccepted: 0, slowestMs: 0 }

/** @returns what became of a schema, and where that is no pass, why */
function judge(schema, instances) {
  let language
  try {
    language = compileLanguage({ kind: 'json-schema', schema, whitespace: 'flexible', propertyOrder })
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    return { verdict: 'refused', why: error.message }
  }
  for (const instance of instances) {
    const isValid = valueAt(instance, 'valid') === 'true'
    if (language.matches(writeJson(valueAt(instance, 'data'))) === isValid) continue
    return { verdict: isValid ? 'validRefused' : 'invalidAccepted', why: 'an instance' }
  }
  return { verdict: 'passing' }
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .filter((_, index) => index % every === 0)
for (const name of files) {
  const file = readJson(readFileSync(path.join(folder, name), 'utf8'))
  const began = clock()
  const { verdict, why } = judge(writeJson(valueAt(file, 'schema')), valueAt(file, 'tests'))
  figures.slowestMs = Math.max(figures.slowestMs, (clock() - began) / 1000)
  figures.schemas++
  figures[verdict]++
  if (why !== undefined) console.log(`${verdict}  ${name}: ${why}`)
}
console.log(JSON.stringify(figures))
