import type { Native } from '@woolgather/ggml'
import { openGguf, writeLoraFile, type GgufFile, type GgufValue } from '@woolgather/gguf'
import { WoolgatherError } from '@woolgather/workflow'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { Device, loadWeights, readFloats, writeFloats, type Tensors } from '../model/base-model.ts'
import { checkParity } from '../model/check-parity.ts'
import { adaptable, loadFixed, readLoraOf, turnedB } from '../model/fixed-adapters.ts'
import { readShape, type ModelShape } from '../graph/model-shape.ts'
import { loraOf } from '../training/adapter-state.ts'
import { weightOf } from '../training/examples.ts'
import { scaleOf, type TrainSettings } from '../training/settings.ts'
import { Trainer } from '../training/trainer.ts'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.ts'
import { checkFits, megabytes } from './check-memory.ts'
import { tellDisk } from './tell-disk.ts'
import type { HistoryRow, TrainingJob, TrainingOutcome, TrainingUpdate, Wish } from './job.ts'

export interface TrainingHooks {
  onUpdate(update: TrainingUpdate): void
  /** Asked before each step. */
  wish(): Wish
}

/** Seconds after which it is kept how far it has come. */
const keptEvery = 20
/** Nats a token at which the model holds what it should learn for impossible. */
const hopeless = 80
/** Steps whose mean is the loss that is told in the end: one batch is easier than another. */
const meanOf = 10
/** Examples that a training is evaluated on where none are held back. */
const mostEvaluated = 256

/**
 * Trains a LoRA and writes it to `job.target`. Belongs in a process of its own: a fault in native code ends it.
 * @throws WoolgatherError model-unsupported, model-too-large, adapter-mismatch, training-diverged, disk-full, cancelled
 */
export async function runTraining(
  native: Native,
  job: TrainingJob,
  hooks: TrainingHooks,
): Promise<TrainingOutcome> {
  await using file = await openGguf(job.model)
  const shape = readShape(file)
  const names = chooseTensors(file, job.settings)
  checkTokens(job, shape)
  checkWeights(file, job.memory)
  using device = new Device(native, job.threads)
  const { tensors, weights } = await loadWeights(device, file)
  using _weights: Tensors = tensors
  await checkParity(native, device, { path: job.model, threads: job.threads, shape, weights })
  const stack = await loadFixed(device, shape, weights, job.stack)
  using _stack: Tensors = stack.tensors
  const parts = { device, shape, weights, fixed: stack.fixed }
  const { settings, bytes } = checkFits(parts, names, job, tensors.bytes + stack.tensors.bytes)
  using trainer = new Trainer(parts, names, settings)
  if (job.from) beginWith(device, trainer, await readLoraOf(job.from.path, shape, weights), job)
  const run = new Run(device, shape, trainer, job)
  await run.resume()
  hooks.onUpdate({ type: 'started', history: [...run.history], bytes, checkpoints: settings.checkpoints })
  // What it computes with is freed behind this.
  return await run.finish(hooks).catch((error: unknown) => {
    throw tellDisk(error, path.dirname(job.target))
  })
}

/** One training, from wherever it stands to its end. */
class Run {
  readonly history: HistoryRow[] = []
  #best: Checkpoint['best']
  #bestValues: Float32Array[] = []
  #keptAt = performance.now()
  readonly #device: Device
  readonly #shape: ModelShape
  readonly #trainer: Trainer
  readonly #job: TrainingJob

  constructor(device: Device, shape: ModelShape, trainer: Trainer, job: TrainingJob) {
    this.#device = device
    this.#shape = shape
    this.#trainer = trainer
    this.#job = job
  }

  async resume(): Promise<void> {
    const kept = await readCheckpoint(this.#job.checkpoint)
    const tensors = this.#kept()
    const fits = kept?.values.every((values, at) => values.length === sizeOf(tensors[at]?.shape))
    if (kept === undefined || kept.values.length !== tensors.length || fits !== true) return
    for (const [index, values] of kept.values.entries()) writeFloats(this.#device, tensors[index]!, values)
    this.history.push(...kept.history)
    this.#best = kept.best
    this.#bestValues = [...kept.bestValues]
  }

  async finish(hooks: TrainingHooks): Promise<TrainingOutcome> {
    const { settings, sampleEvery } = this.#job
    while (this.history.length < settings.steps) {
      // Messages are heard between steps.
      await turn()
      const wish = hooks.wish()
      if (wish === 'cancel') {
        await this.#keep()
        throw new WoolgatherError('cancelled', 'The training was cancelled.')
      }
      if (wish === 'stop' && this.history.length > 0) {
        await this.#keep()
        break
      }
      const row = this.#step(this.history.length + 1)
      hooks.onUpdate({ type: 'step', row })
      if (performance.now() - this.#keptAt > keptEvery * 1_000) await this.#keep()
      if (sampleEvery > 0 && row.step % sampleEvery === 0) {
        const path = `${this.#job.target}.${row.step}.gguf`
        await this.#write(path)
        hooks.onUpdate({ type: 'sample', step: row.step, path })
      }
    }
    return this.#end()
  }

  #step(step: number): HistoryRow {
    const { examples, held, evaluateEvery, settings } = this.#job
    const began = performance.now()
    const { loss, gradient, learningRate, tokens } = this.#trainer.step(step, examples)
    const seconds = (performance.now() - began) / 1_000
    // What has grown beyond what floats hold has no gradient, either.
    if (!(loss < hopeless && gradient > 0 && gradient < Infinity)) throw diverged(step)
    const isDue = held.length > 0 && (step % evaluateEvery === 0 || step === settings.steps)
    const evaluationLoss = isDue ? this.#trainer.evaluate(held) : null
    if (evaluationLoss !== null && !Number.isFinite(evaluationLoss)) throw diverged(step)
    const row = { step, loss, evaluationLoss, learningRate, tokensPerSecond: tokens / seconds }
    this.history.push(row)
    if (evaluationLoss !== null && evaluationLoss < (this.#best?.evaluationLoss ?? Infinity)) {
      this.#best = { step, loss, evaluationLoss }
      if (this.#job.keep === 'best') this.#bestValues = this.#values()
    }
    return row
  }

  async #end(): Promise<TrainingOutcome> {
    const { keep, target } = this.#job
    const last = this.history.at(-1)!
    const best = keep === 'best' ? this.#best : undefined
    if (best && this.#bestValues.length > 0) {
      for (const [index, { value }] of this.#trainer.state.parameters.entries())
        writeFloats(this.#device, value, this.#bestValues[index]!)
    }
    await this.#write(target)
    const { step, evaluationLoss } = best ?? last
    const recent = this.history.slice(Math.max(0, step - meanOf), step)
    return {
      history: this.history,
      stopped: this.history.length < this.#job.settings.steps,
      step,
      loss: recent.reduce((sum, { loss }) => sum + loss, 0) / recent.length,
      evaluationLoss: evaluationLoss ?? this.#trainer.evaluate(this.#job.examples.slice(0, mostEvaluated)),
    }
  }

  async #write(path: string): Promise<void> {
    const lora = loraOf(this.#device, this.#trainer.state, this.#shape.architecture, this.#job.settings)
    const texts = Object.entries(this.#job.metadata).map(([key, value]): [string, GgufValue] => [
      key,
      { type: 'text', value },
    ])
    await writeLoraFile(path, lora, new Map(texts))
  }

  async #keep(): Promise<void> {
    if (this.history.length === 0) return
    const values = this.#kept().map((tensor) => readFloats(this.#device, tensor))
    const { history } = this
    await writeCheckpoint(this.#job.checkpoint, {
      history,
      best: this.#best,
      values,
      bestValues: this.#bestValues,
    })
    this.#keptAt = performance.now()
  }

  #kept(): Parameters<typeof readFloats>[1][] {
    return this.#trainer.state.parameters.flatMap(({ value, mean, square }) => [value, mean, square])
  }

  #values(): Float32Array[] {
    return this.#trainer.state.parameters.map(({ value }) => readFloats(this.#device, value))
  }
}

function sizeOf(shape: readonly number[] | undefined): number {
  return shape?.reduce((a, b) => a * b, 1) ?? -1
}

/** @throws WoolgatherError invalid-input where nothing is chosen */
function chooseTensors(
  file: GgufFile,
  { targets, layers }: Pick<TrainSettings, 'targets' | 'layers'>,
): string[] {
  const chosen = file.tensors
    .map(({ name }) => name)
    .filter((name) => {
      const [, block, part] = adaptable.exec(name) ?? []
      return part !== undefined && targets.includes(part) && layers.includes(Number(block))
    })
  if (chosen.length > 0) return chosen
  throw new WoolgatherError('invalid-input', 'The model has none of these layers or targets.', {
    input: 'targets',
    hint: 'Write “all” to train all of them.',
  })
}

function checkTokens({ examples, held }: TrainingJob, { vocabulary }: ModelShape): void {
  if (examples.length === 0) {
    throw new WoolgatherError('invalid-input', 'There is nothing to learn from.', {
      input: 'dataset',
      hint: 'Give examples, and hold back fewer.',
    })
  }
  const isSilent = [...examples, ...held].some(
    (example) => example.tokens.length < 2 || weightOf(example) <= 0,
  )
  if (isSilent) {
    throw new WoolgatherError('invalid-input', 'An example has nothing that is learnt.', {
      input: 'dataset',
      hint: 'Make the dataset anew: “Dataset” names such rows.',
    })
  }
  for (const { tokens } of [...examples, ...held]) {
    if (tokens.every((token) => token >= 0 && token < vocabulary)) continue
    throw new WoolgatherError('vocabulary-mismatch', 'The dataset is of tokens of another model.', {
      input: 'dataset',
      hint: 'Link the same model to “Dataset” and to “Train LoRA”.',
    })
  }
}

function checkWeights(file: GgufFile, memory: number): void {
  const bytes = file.tensors.reduce((sum, { rows, rowBytes }) => sum + rows * rowBytes, 0)
  if (bytes <= memory) return
  throw new WoolgatherError(
    'model-too-large',
    `The model’s weights take ${megabytes(bytes)}, and ${megabytes(memory)} are free.`,
    { input: 'model', hint: 'Choose a smaller model, or one in fewer bits.' },
  )
}

/** Goes on from a LoRA that was trained before. @throws WoolgatherError adapter-mismatch */
function beginWith(
  device: Device,
  { state, settings }: Trainer,
  lora: Awaited<ReturnType<typeof readLoraOf>>,
  { from }: TrainingJob,
): void {
  for (const matrix of lora.matrices) {
    const own = state.adapters.get(matrix.tensor)
    if (own === undefined || matrix.rank !== settings.rank) {
      const problem = own === undefined ? `changes ${matrix.tensor}, too` : `has rank ${matrix.rank}`
      throw new WoolgatherError('adapter-mismatch', `The LoRA to go on from ${problem}.`, {
        input: 'from',
        hint: 'Choose the rank, targets and layers that it was trained with.',
      })
    }
    const scale = ((from?.strength ?? 1) * (lora.alpha || matrix.rank)) / matrix.rank
    writeFloats(device, own.a, matrix.a)
    const b = turnedB(matrix)
    writeFloats(
      device,
      own.b,
      b.map((value) => (value * scale) / scaleOf(settings)),
    )
  }
}

function diverged(step: number): WoolgatherError {
  return new WoolgatherError(
    'training-diverged',
    `At step ${step} the loss is beyond all bounds: nothing is left of what the model knew.`,
    {
      input: 'learningRate',
      hint: 'Make the learning rate smaller, or the warm-up longer.',
    },
  )
}
