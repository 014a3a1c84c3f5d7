/**
 * How many tokens a second of one processor a LoRA learns from, and the memory that it takes; where `PYTHON` names a Python
 * that has PyTorch, the same of that on the same shapes, in turns. The largest model takes minutes; with 0 steps it is only
 * measured what it would take.
 *
 *     PYTHON=python3 node bench/train/speed.bench.mjs [steps of the shipped model] [of 3 layers] [of 24 layers]
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeStack } from './write-stack.mjs'

const [small, few, many] = [10, 3, 1].map((usual, at) => Number(process.argv[2 + at] ?? usual))
const rounds = 3
const root = path.join(import.meta.dirname, '../..')
const python = process.env.PYTHON

const ask = (program, script, settings) =>
  JSON.parse(
    execFileSync(program, [path.join(import.meta.dirname, script), JSON.stringify(settings)], {
      encoding: 'utf8',
    }),
  )
const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const whole = (value) => (value === undefined ? '–' : Math.round(value))

/** A model's row of the table; of PyTorch it is asked where its sizes are given. */
function row(settings, sizes) {
  const runs = Array.from({ length: settings.steps > 1 && sizes ? rounds : 1 }, () => ({
    own: ask(process.execPath, 'learn.mjs', settings),
    ...(python &&
      sizes &&
      settings.steps > 0 && {
        floats: ask(python, 'pytorch.py', { ...sizes, ...settings }),
        halves: ask(python, 'pytorch.py', { ...sizes, ...settings, type: 'bfloat16' }),
      }),
  }))
  const of = (who, what) => {
    const values = runs.flatMap((run) => run[who]?.[what] ?? [])
    return values.length > 0 ? middle(values) : undefined
  }
  return {
    'tokens / s': whole(of('own', 'speed')),
    'PyTorch, floats': whole(of('floats', 'speed')),
    'PyTorch, bfloat16': whole(of('halves', 'speed')),
    'weights, MB': whole(of('own', 'weights')),
    'LoRA, MB': whole(of('own', 'lora')),
    'computing, MB': whole(of('own', 'compute')),
    'process, MB': whole(of('own', 'megabytes')),
    'PyTorch, MB': whole(of('floats', 'megabytes')),
    'bfloat16, MB': whole(of('halves', 'megabytes')),
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-bench-train-'))
try {
  const layer = { width: 896, feedForward: 4_864, heads: 14, groups: 2 }
  const three = { ...layer, blocks: 3, vocabulary: 4_096 }
  const half = { ...layer, blocks: 24, vocabulary: 151_936 }
  const file = (name) => path.join(folder, name)
  await writeStack(file('three-q8.gguf'), { ...three, type: 'Q8_0' })
  await writeStack(file('half-q8.gguf'), { ...half, type: 'Q8_0' })
  await writeStack(file('half-q4.gguf'), { ...half, type: 'Q4_0' })
  const demo = path.join(root, 'models/demo/storyteller.gguf')
  const q4 = { file: file('half-q4.gguf'), steps: 0, length: 512, batch: 1, learnt: 512 }
  const answer = { length: 512, batch: 1, learnt: 64 }
  console.table({
    'shipped model F16, 4 × 256': row({ file: demo, steps: small, length: 256, batch: 4, learnt: 256 }),
    '3 layers of 0.5B Q8_0, 64 of 512 learnt': row(
      { file: file('three-q8.gguf'), steps: few, ...answer },
      three,
    ),
    '0.5B Q8_0, 64 of 512 learnt': row({ file: file('half-q8.gguf'), steps: many, ...answer }, half),
    '0.5B Q4_0, 512 learnt': row(q4),
    '0.5B Q4_0, 512 learnt, blocks computed twice': row({ ...q4, checkpoints: true }),
  })
} finally {
  await rm(folder, { recursive: true })
}
