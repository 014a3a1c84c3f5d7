/**
 * Constrained generation, masks computed on the way, against the same model unconstrained: a vocabulary of 128,000
 * byte-pair tokens, 2 to 3 ms a token.
 *
 *     node bench/llama/constrained.bench.mjs [rounds]
 */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { controlTokens, writeRandomModel } from '@woolgather/ggml/testing'
import { createLlama } from '@woolgather/llama'
import { compile, createVocabularyInThread } from '../../packages/constraint/dist/index.js'
import { jobs } from '../constraint/jobs.mjs'
import { loadVocabulary } from '../constraint/train-vocabulary.mjs'
import { models } from '../native/models.mjs'
import { median, printTable, randomTokens } from '../native/sides.mjs'
import { endless, measure } from './side-llama.mjs'

const rounds = Number(process.argv[2] ?? 3)
const tokens = 96
/** Constraints under which a text can go on for that long. */
const chosen = [
  'bounded',
  'dialogue',
  'words',
  'recursive tree',
  'any JSON',
  'C',
  'list',
  'arithmetic',
  'SQL',
]
const file = path.join(import.meta.dirname, '.cache/128k-byte-pairs.gguf')

/** Random weights under the trained vocabulary, so that masks are those of real tokens. */
async function writeModel() {
  mkdirSync(path.dirname(file), { recursive: true })
  const names = [...loadVocabulary().slice(0, -1).map(nameOf), ...controlTokens]
  const control = names.length - controlTokens.length
  await writeRandomModel(file, {
    ...models['128k vocabulary Q8_0'],
    vocabSize: names.length,
    metadata: {
      'tokenizer.ggml.tokens': { texts: names },
      'tokenizer.ggml.token_type': { i32s: names.map((_, index) => (index < control ? 1 : 3)) },
    },
  })
}

/** As GPT-2's vocabularies write bytes: printable ones as themselves, the others from U+0100 on. */
function nameOf(bytes) {
  return [...bytes].map((byte) => symbols[byte]).join('')
}
let next = 256
const symbols = Array.from({ length: 256 }, (_, byte) => {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
  return String.fromCodePoint(printable ? byte : next++)
})

if (!existsSync(file)) await writeModel()
const llama = await createLlama({ gpu: 'cpu', threads: 1 })
const model = await llama.loadModel({ path: file, contextSize: 2048 })
const vocabulary = await createVocabularyInThread(await model.tokenBytes(), { endTokens: model.endTokens() })
const sampling = { temperature: 1, logitBias: endless(model) }
const write = (seed, constraint, finish = false) =>
  model.generate({
    prompt: { tokens: randomTokens(16, seed) },
    seed,
    maxTokens: tokens,
    sampling,
    ...(constraint && { constraint: constraint.start(), finish }),
  })
/** A text may end before `tokens`. */
const perToken = ({ result, cpuMs }) => ({
  ms: result.generateMs / (result.tokens.length - 1),
  cpuMs: cpuMs / result.tokens.length,
})

const rows = {}
const all = { wall: [], cpu: [], finishing: [] }
let plainMs = Infinity
for (const { name, source } of jobs.filter((job) => chosen.includes(job.name))) {
  const ratios = { wall: [], cpu: [], finishing: [] }
  const constraint = compile(source, vocabulary)
  for (let round = 0; round <= rounds; round++) {
    const plain = perToken(await measure(() => write(round)))
    const constrained = perToken(await measure(() => write(round, constraint)))
    const finished = perToken(await measure(() => write(round, constraint, true)))
    if (round === 0) continue
    ratios.wall.push(plain.ms / constrained.ms)
    ratios.cpu.push(plain.cpuMs / constrained.cpuMs)
    ratios.finishing.push(finished.cpuMs / constrained.cpuMs)
    plainMs = Math.min(plainMs, plain.ms)
  }
  all.wall.push(...ratios.wall)
  all.cpu.push(...ratios.cpu)
  all.finishing.push(...ratios.finishing)
  rows[name] = shares(ratios)
}
rows['all'] = shares(all)

function shares({ wall, cpu, finishing }) {
  const round3 = (value) => Number(value.toFixed(3))
  return {
    'of the unconstrained speed': round3(median(wall)),
    'by processor time': round3(median(cpu)),
    'a token with finish, of one without, by processor time': round3(median(finishing)),
    'of the aim of 0.94': round3(median(wall) / 0.94),
  }
}
printTable(`Constrained, ${plainMs.toFixed(1)} ms a token unconstrained, 128k byte-pair vocabulary`, rows)
await llama[Symbol.asyncDispose]()
