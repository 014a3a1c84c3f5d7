import { identifyModel, openGguf } from '@woolgather/gguf'
import {
  filesOfModel,
  nameOfModel,
  provenanceKeys,
  weightsOf,
  type LoraSource,
  type ModelRecipe,
  type ModelSource,
  type Warning,
} from '@woolgather/workflow'
import { z } from 'zod'
import { createMemory } from '../made/remember.ts'
import { untilAborted } from '../made/until-aborted.ts'
import { namesOf } from '../sources/contents.ts'
import type { SourceFiles } from '../sources/source-files.ts'
import { nameOf } from './make-lora.ts'
import type { TrainedLoras } from './trained-loras.ts'

/** Knows of LoRAs that were trained here on what, and whether that is still what is there. */
export interface BaseCheck {
  /**
   * Of the LoRAs of a model, those whose base is another than when they were trained: the same file by name, or the same
   * merge, with something else in it. What cannot be read is told by who loads it.
   */
  warningsOf(recipe: ModelRecipe, signal: AbortSignal): Promise<Warning[]>
}

export interface BaseCheckOptions {
  files: SourceFiles
  trained: Pick<TrainedLoras, 'pathOf'>
}

/** What a training notes of its base, as far as it is read here. */
const trainingSchema = z.object({
  base: z.looseObject({
    kind: z.string(),
    content: z.object({ contents: z.array(z.string()).min(1) }),
  }),
})
type Training = z.infer<typeof trainingSchema>

/** Files of which it is remembered how they were trained. */
const mostRemembered = 500

export function createBaseCheck({ files, trained }: BaseCheckOptions): BaseCheck {
  const remember = createMemory<Training | undefined>(mostRemembered)

  const trainingOf = async (source: FileLora): Promise<Training | undefined> => {
    const place = 'file' in source ? await files.find(source.file) : await trained.pathOf(source.trained)
    return remember(`${place} ${await identifyModel(place)}`, () => readTraining(place))
  }

  const isChanged = async (base: ModelSource, source: FileLora, signal: AbortSignal): Promise<boolean> => {
    const training = await trainingOf(source)
    if (training === undefined) return false
    const { content, ...recipe } = training.base
    // Another model by name was chosen, not changed; of one that was not hashed yet it is not known.
    if (JSON.stringify(recipe) !== JSON.stringify(base) || !content.contents.every(isHash)) return false
    const now = await settledNames(files, filesOfModel({ ...base, adapters: [] }), signal)
    return now.every(isHash) && now.join() !== content.contents.join()
  }

  return {
    async warningsOf(recipe, signal) {
      const uses = usesIn(recipe)
      const changed = await Promise.all(
        uses.map(({ base, source }) =>
          isChanged(base, source, signal).catch(() => {
            signal.throwIfAborted()
            return false
          }),
        ),
      )
      const warnings = uses.flatMap((use, index) => (changed[index] === true ? [warningOf(use)] : []))
      return [...new Map(warnings.map((warning) => [warning.message, warning])).values()]
    },
  }
}

/** Names of what is in files, once they are hashed where they can be. */
export async function settledNames(
  files: SourceFiles,
  named: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const contents = [...(await files.look(named)).values()]
  await untilAborted(Promise.all(contents.map(({ settled }) => settled)), signal)
  return namesOf(contents, 'best')
}

type FileLora = Extract<LoraSource, { file: string } | { trained: string }>

interface Use {
  base: ModelSource
  source: FileLora
}

/** Every LoRA of a model, and of models that it is merged from, with what it changes. */
function usesIn(recipe: ModelRecipe): Use[] {
  const base = weightsOf(recipe)
  const own = recipe.adapters.flatMap(filesIn).map((source) => ({ base, source }))
  if (recipe.kind !== 'merge') return own
  const within = [...recipe.models.map(({ model }) => model), ...(recipe.base ? [recipe.base] : [])]
  return [...own, ...within.flatMap(usesIn)]
}

function filesIn(source: LoraSource): FileLora[] {
  if ('combine' in source) return source.combine.loras.flatMap(filesIn)
  if ('file' in source) return [{ file: source.file }]
  return 'trained' in source ? [{ trained: source.trained }] : []
}

async function readTraining(path: string): Promise<Training | undefined> {
  await using file = await openGguf(path)
  const text = file.header.metadata.get(provenanceKeys.training)
  if (typeof text !== 'string') return undefined
  try {
    return trainingSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function isHash(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

function warningOf({ base, source }: Use): Warning {
  const lora = 'file' in source ? `“${source.file}”` : nameOf(source)
  return {
    code: 'base-changed',
    message: `“${nameOfModel(base)}” has changed since ${lora} was trained on it.`,
    hint: 'What was learnt may not fit any more: train it again, or use the model that it was trained on.',
  }
}
