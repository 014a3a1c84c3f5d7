import { writeWhole } from '@woolgather/disk'
import { availableMemory } from '@woolgather/llama'
import type { TrainedLora, Training, TrainRequest } from '@woolgather/nodes'
import { startTrainer, tellDisk, type TrainingJob, type TrainingOutcome } from '@woolgather/train'
import {
  settledNames,
  type BaseCheck,
  type LoraMaker,
  type ModelMaker,
  type SourceFiles,
  type TrainedLoras,
  type WorkOptions,
} from '@woolgather/weights'
import {
  filesOfModel,
  loraOn,
  nameOfModel,
  provenanceKeys,
  weightsOf,
  type Json,
  type ModelRecipe,
  type Warning,
} from '@woolgather/workflow'
import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ModelHost } from './models.ts'

export interface TrainingOptions {
  /** Where it is kept how far trainings have come, and what they gave. */
  folder: string
  models: Pick<ModelHost, 'fingerprint'>
  files: SourceFiles
  weights: Pick<ModelMaker, 'hold'>
  loras: Pick<LoraMaker, 'pathOf'>
  trained: TrainedLoras
  bases: BaseCheck
  threads: number
}

/** Raised whenever the same request may give another LoRA. */
const version = 2

/** Trains LoRAs, each distinct one once: one that was interrupted goes on where it was. */
export function createTraining({
  folder,
  models,
  files,
  weights,
  loras,
  trained,
  bases,
  threads,
}: TrainingOptions): Training {
  /** What is in files, by its final name, by which it is known elsewhere and later. */
  const contentsOf = (recipe: ModelRecipe, signal: AbortSignal): Promise<string[]> =>
    settledNames(files, filesOfModel(recipe), signal)

  /** What is asked, by content: the same, the same LoRA. */
  const keyOf = async (request: TrainRequest, signal: AbortSignal): Promise<string> => {
    const { model, from, examples: _, held: __, ...rest } = request
    await contentsOf(model, signal)
    const base: Json = await models.fingerprint({ ...model, vectors: [] })
    return hashOf([version, base, weightsOf(model), model.adapters, from ?? null, rest])
  }

  /** The same by name: whatever is in the model's files. */
  const askedIn = ({ model, from, ...request }: TrainRequest): string => {
    const { dataset, settings, evaluateEvery, keep } = request
    return hashOf([
      version,
      weightsOf(model),
      model.adapters,
      from ?? null,
      dataset,
      settings,
      evaluateEvery,
      keep,
    ])
  }

  return {
    async train(request, { signal, enough, onUpdate }) {
      const own = path.join(folder, await keyOf(request, signal))
      const before = await readResult(own)
      const { model, from, dataset: _, metadata, ...rest } = request
      const used = { ...model, adapters: [...model.adapters, ...(from ? [from] : [])] }
      const warnings = await bases.warningsOf(used, signal)
      if (before !== undefined && (await trained.has(before.sha256))) return { ...before, warnings }
      const contents = await contentsOf({ ...weightsOf(model), adapters: [] }, signal)
      const asked = { byName: askedIn(request), base: hashOf(contents) }
      if (await isLeftFromOther(own, asked)) warnings.push(beganAnew(request))
      await mkdir(own, { recursive: true })
      await writeWhole(path.join(own, askedFile), `${asked.byName} ${asked.base}`)
      const work: WorkOptions = { signal, onProgress: () => {} }
      const held = await weights.hold(weightsOf(model), work)
      try {
        const pathOf = (use: TrainRequest['from'] & object): Promise<string> =>
          loras.pathOf(loraOn(use, model), work)
        const job: TrainingJob = {
          ...rest,
          metadata: { ...metadata, [provenanceKeys.training]: describe(request, contents) },
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
        return { ...(await keep(own, job.target, outcome)), warnings }
      } catch (error) {
        throw tellDisk(error, own)
      } finally {
        held.release()
      }
    },
  }

  /** Whether the same was begun with something else in the base's files, and has not ended. */
  async function isLeftFromOther(own: string, asked: Asked): Promise<boolean> {
    if (await isThere(path.join(own, 'checkpoint'))) return false
    const others = (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name))
    for (const other of others) {
      if (other === own || !(await isThere(path.join(other, 'checkpoint')))) continue
      const known = await readFile(path.join(other, askedFile), 'utf8').catch(() => '')
      const [byName, base] = known.split(' ')
      if (byName === asked.byName && base !== asked.base) return true
    }
    return false
  }

  async function keep(own: string, file: string, outcome: TrainingOutcome): Promise<Kept> {
    const result = { ...outcome, sha256: await trained.keep(file) }
    // Who asks again wants all of it, and goes on where it was stopped.
    if (outcome.stopped) return result
    await writeWhole(path.join(own, 'result.json'), JSON.stringify(result))
    await rm(path.join(own, 'checkpoint'), { force: true })
    return result
  }
}

/** What was asked by name, and what was in the base's files then, both as hashes: what the file `asked` of a folder tells. */
interface Asked {
  byName: string
  base: string
}

const askedFile = 'asked'

/** What a file tells of its training: contents and settings, no texts. */
function describe({ model, dataset, settings, keep }: TrainRequest, contents: readonly string[]): string {
  return JSON.stringify({ base: { ...weightsOf(model), content: { contents } }, dataset, settings, keep })
}

function beganAnew({ model }: TrainRequest): Warning {
  return {
    code: 'base-changed',
    message: `“${nameOfModel(model)}” has changed since this training was interrupted: it begins anew.`,
    hint: 'With the file that it was begun on it goes on where it was.',
  }
}

function hashOf(value: Json | object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** A sample's LoRA is of no use any more once its text is written. */
async function removeShown(file: string, shown: Promise<void> | void): Promise<void> {
  await shown
  await rm(file, { force: true })
}

type Kept = Omit<TrainedLora, 'warnings'>

async function readResult(own: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(path.join(own, 'result.json'), 'utf8')) as Kept
  } catch {
    return undefined
  }
}
