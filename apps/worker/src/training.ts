import { writeWhole } from '@woolgather/disk'
import { availableMemory } from '@woolgather/llama'
import type { TrainedLora, Training, TrainRequest } from '@woolgather/nodes'
import { startTrainer, tellDisk, type TrainingJob, type TrainingOutcome } from '@woolgather/train'
import type { LoraMaker, ModelMaker, TrainedLoras, WorkOptions } from '@woolgather/weights'
import { loraOn, provenanceKeys, weightsOf, type Json } from '@woolgather/workflow'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ModelHost } from './models.ts'

export interface TrainingOptions {
  /** Where it is kept how far trainings have come, and what they gave. */
  folder: string
  models: Pick<ModelHost, 'fingerprint'>
  weights: Pick<ModelMaker, 'hold'>
  loras: Pick<LoraMaker, 'pathOf'>
  trained: TrainedLoras
  threads: number
}

/** Raised whenever the same request may give another LoRA. */
const version = 2

/** Trains LoRAs, each distinct one once: one that was interrupted goes on where it was. */
export function createTraining({
  folder,
  models,
  weights,
  loras,
  trained,
  threads,
}: TrainingOptions): Training {
  /** What is asked, by content: the same, the same LoRA. */
  const keyOf = async (request: TrainRequest): Promise<string> => {
    const { model, from, examples: _, held: __, ...rest } = request
    const base: Json = await models.fingerprint({ ...model, vectors: [] })
    const key = [version, base, weightsOf(model), model.adapters, from ?? null, rest]
    return createHash('sha256').update(JSON.stringify(key)).digest('hex')
  }

  return {
    async train(request, { signal, enough, onUpdate }) {
      const own = path.join(folder, await keyOf(request))
      const before = await readResult(own)
      if (before !== undefined && (await trained.has(before.sha256))) return before
      await mkdir(own, { recursive: true })
      const { model, from, dataset: _, metadata, ...rest } = request
      const work: WorkOptions = { signal, onProgress: () => {} }
      const held = await weights.hold(weightsOf(model), work)
      try {
        const pathOf = (use: TrainRequest['from'] & object): Promise<string> =>
          loras.pathOf(loraOn(use, model), work)
        const job: TrainingJob = {
          ...rest,
          metadata: { ...metadata, [provenanceKeys.training]: await describe(request) },
          model: held.path,
          stack: await Promise.all(
            model.adapters.map(async (use) => ({ path: await pathOf(use), strength: use.strength })),
          ),
          ...(from && { from: { path: await pathOf(from), strength: from.strength } }),
          ...{ threads, memory: availableMemory() },
          checkpoint: path.join(own, 'checkpoint'),
          target: path.join(own, 'lora.gguf'),
        }
        const samples: { path: string; shown: Promise<void> | void }[] = []
        const outcome = await startTrainer(job, {
          signal,
          stop: enough,
          onUpdate(update) {
            const shown = onUpdate(update)
            if (update.type === 'sample') samples.push({ path: update.path, shown })
          },
        })
        await Promise.all(samples.map(({ path: file, shown }) => removeShown(file, shown)))
        return await keep(own, job.target, outcome)
      } catch (error) {
        throw tellDisk(error, own)
      } finally {
        held.release()
      }
    },
  }

  /** What a file tells of its training: contents and settings, no texts. */
  async function describe({ model, dataset, settings, keep }: TrainRequest): Promise<string> {
    const base = await models.fingerprint({ ...weightsOf(model), adapters: [] })
    return JSON.stringify({ base: { ...weightsOf(model), content: base }, dataset, settings, keep })
  }

  async function keep(own: string, file: string, outcome: TrainingOutcome): Promise<TrainedLora> {
    const result = { ...outcome, sha256: await trained.keep(file) }
    // Who asks again wants all of it, and goes on where it was stopped.
    if (outcome.stopped) return result
    await writeWhole(path.join(own, 'result.json'), JSON.stringify(result))
    await rm(path.join(own, 'checkpoint'), { force: true })
    return result
  }
}

/** A sample's LoRA is of no use any more once its text is written. */
async function removeShown(file: string, shown: Promise<void> | void): Promise<void> {
  await shown
  await rm(file, { force: true })
}

async function readResult(own: string): Promise<TrainedLora | undefined> {
  try {
    return JSON.parse(await readFile(path.join(own, 'result.json'), 'utf8')) as TrainedLora
  } catch {
    return undefined
  }
}
