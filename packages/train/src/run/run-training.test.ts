import { loadNative } from '@woolgather/ggml'
import { writeRandomModel } from '@woolgather/ggml/testing'
import { readLoraFile } from '@woolgather/gguf'
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomExamples, usual } from '../testing/open-trainer.ts'
import { writeRandomArchitecture } from '../testing/random-architecture.ts'
import type { TrainingJob, TrainingOutcome, TrainingUpdate, Wish } from './job.ts'
import { runTraining } from './run-training.ts'

let folder = ''
const at = (name: string): string => path.join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-training-'))
  await writeRandomArchitecture(at('model.gguf'), { architecture: 'llama' })
})
afterAll(() => rm(folder, { recursive: true }))

const all = randomExamples([9, 14, 6, 11, 8, 12])
const targets = ['attn_q', 'attn_v', 'ffn_down']

function jobOf(
  name: string,
  changes: Omit<Partial<TrainingJob>, 'settings'> & { settings?: Partial<TrainingJob['settings']> } = {},
): TrainingJob {
  const { checkpoints: _, ...settings } = usual
  return {
    ...{ model: at('model.gguf'), stack: [], examples: all.slice(0, 4), held: all.slice(4) },
    ...{ evaluateEvery: 2, sampleEvery: 0, keep: 'last', threads: 1, memory: 1e9, metadata: {} },
    ...{ checkpoint: at(`${name}.checkpoint`), target: at(`${name}.lora.gguf`) },
    ...changes,
    settings: { ...settings, targets, layers: [0, 1], ...changes.settings },
  }
}

/** @param wish what is asked after so many steps */
async function train(
  job: TrainingJob,
  wish: (steps: number) => Wish = () => 'go',
): Promise<{ outcome: TrainingOutcome; updates: TrainingUpdate[] }> {
  const updates: TrainingUpdate[] = []
  const steps = (): number => updates.filter(({ type }) => type === 'step').length
  const outcome = await runTraining(await loadNative({ gpu: 'cpu' }), job, {
    onUpdate: (update) => void updates.push(update),
    wish: () => wish(steps()),
  })
  return { outcome, updates }
}

const hashOf = async (name: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(at(name)))
    .digest('hex')

test('a training that was cancelled goes on where it was, to the same LoRA bit for bit [R76]', async () => {
  const settings = { schedule: 'cosine', warmup: 2 } as const
  const { outcome } = await train(jobOf('whole', { settings }))
  const job = jobOf('broken', { settings })
  for (const steps of [3, 2]) {
    await expect(train(job, (done) => (done === steps ? 'cancel' : 'go'))).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(await readdir(folder)).not.toContain('broken.lora.gguf')
  }
  const { outcome: last, updates } = await train(job)
  expect(updates[0]).toMatchObject({ type: 'started', history: { length: 5 } })
  const numbers = (history: TrainingOutcome['history']): unknown[] =>
    history.map((row) => ({ ...row, tokensPerSecond: 0 }))
  expect(numbers(last.history)).toEqual(numbers(outcome.history))
  expect(await hashOf('broken.lora.gguf')).toBe(await hashOf('whole.lora.gguf'))
})

test('what is kept is the LoRA that did best on what was held back, also where it is stopped early', async () => {
  // A rate at which it soon learns by heart, and gets worse on the rest.
  const settings = { learningRate: 0.05, steps: 10 }
  const { outcome } = await train(jobOf('best', { keep: 'best', evaluateEvery: 1, settings }))
  const losses = outcome.history.map(({ evaluationLoss }) => evaluationLoss!)
  expect(outcome.evaluationLoss).toBe(Math.min(...losses))
  expect(outcome.step).toBeLessThan(10)
  const until = outcome.step
  await train(jobOf('last', { settings: { ...settings, steps: until } }))
  expect(await hashOf('last.lora.gguf')).toBe(await hashOf('best.lora.gguf'))
  const stopped = await train(jobOf('stopped', { keep: 'best', evaluateEvery: 1, settings }), (done) =>
    done === until + 1 ? 'stop' : 'go',
  )
  expect(stopped.outcome).toMatchObject({ stopped: true, history: { length: until + 1 } })
  expect(await hashOf('stopped.lora.gguf')).toBe(await hashOf('best.lora.gguf'))
})

test('only what was chosen is changed, and a LoRA goes on from another as if both were one training of constant rate', async () => {
  await train(jobOf('first', { settings: { layers: [1], steps: 2 } }))
  const first = await readLoraFile(at('first.lora.gguf'))
  expect(first.matrices.map(({ tensor }) => tensor).toSorted()).toEqual(
    targets.map((name) => `blk.1.${name}.weight`),
  )
  const from = { path: at('first.lora.gguf'), strength: 1 }
  const { outcome } = await train(jobOf('second', { from, settings: { layers: [1], steps: 2 } }))
  const { outcome: fresh } = await train(jobOf('fresh', { settings: { layers: [1], steps: 2 } }))
  expect(outcome.history[0]!.loss).toBeLessThan(fresh.history[0]!.loss)
})

test('a stack belongs to the base: what is trained on it begins where the stack is', async () => {
  await train(jobOf('under', { settings: { steps: 6 } }))
  const under = { path: at('under.lora.gguf'), strength: 1 }
  const { outcome } = await train(jobOf('over', { stack: [under], settings: { steps: 1 } }))
  const { outcome: goneOn } = await train(jobOf('on', { from: under, settings: { steps: 1 } }))
  expect(outcome.history[0]!.loss).toBeCloseTo(goneOn.history[0]!.loss, 4)
})

test.each<[string, Parameters<typeof jobOf>[1], object]>([
  ['no examples', { examples: [] }, { code: 'invalid-input', input: 'dataset' }],
  [
    'tokens of another model',
    { examples: [{ tokens: Int32Array.of(1, 900), weights: Float32Array.of(0, 1) }] },
    { code: 'vocabulary-mismatch' },
  ],
  [
    'nothing that is learnt',
    { examples: [{ tokens: Int32Array.of(1, 2), weights: Float32Array.of(0, 0) }] },
    { code: 'invalid-input', input: 'dataset' },
  ],
  ['no layers', { settings: { layers: [7] } }, { code: 'invalid-input', input: 'targets' }],
  [
    'too little memory',
    { memory: 700_000 },
    {
      code: 'model-too-large',
      message: expect.stringMatching(/\d MB for the model, .* for the LoRA .* 1 MB are free/) as string,
    },
  ],
  [
    'a rate at which nothing is left',
    { settings: { learningRate: 1e30, steps: 20 } },
    { code: 'training-diverged', input: 'learningRate' },
  ],
])('%s: it is refused with what to do, and nothing is written', async (name, changes, error) => {
  await expect(train(jobOf(name, changes))).rejects.toMatchObject({
    ...error,
    hint: expect.any(String) as string,
  })
  expect((await readdir(folder)).filter((file) => file.startsWith(name))).toEqual([])
})

test.each<[string, string, RegExp]>([
  ['an architecture', 'mamba', /mamba models cannot be trained/],
  ['a context that is stretched', 'llama', /“spiral”/],
])('%s that is not known is refused by name', async (_, architecture, message) => {
  await writeRandomModel(at('other.gguf'), {
    metadata: {
      'general.architecture': { text: architecture },
      'llama.rope.scaling.type': { text: 'spiral' },
    },
  })
  await expect(train(jobOf('other', { model: at('other.gguf') }))).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringMatching(message) as string,
  })
})

test('what llama.cpp computes otherwise is refused, whatever it is', async () => {
  // llama.cpp lets tokens look ahead with this; training does not know it.
  await writeRandomModel(at('odd.gguf'), { metadata: { 'llama.attention.causal': { bool: false } } })
  await expect(train(jobOf('odd', { model: at('odd.gguf') }))).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('differs from what llama.cpp computes') as string,
  })
})

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

test.skipIf(!isRoot)('where the disk is full it says so, and leaves nothing half-written', async () => {
  const full = at('full')
  await mkdir(full)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', full])
  try {
    const job = jobOf('any', { target: path.join(full, 'a.gguf'), checkpoint: path.join(full, 'checkpoint') })
    for (const wish of ['go', 'cancel'] as const) {
      await expect(train(job, (done) => (done > 0 ? wish : 'go'))).rejects.toMatchObject({
        code: 'disk-full',
      })
      expect(await readdir(full)).toEqual([])
    }
  } finally {
    execFileSync('umount', ['-l', full])
  }
})
