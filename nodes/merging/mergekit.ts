import { outputTypes, WoolgatherError, type CheckpointSource, type PeftSource } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type LocateOptions, type Models, type WoolgatherNode } from '../services/services.ts'
import { namesOfFolders, toRecipe, type Folders } from './mergekit/to-recipe.ts'
import type { Remark } from './mergekit/yaml-place.ts'

const example = `merge_method: linear
models:
  - model: demo/storyteller-animals
    parameters:
      weight: 0.5
  - model: demo/storyteller-space
    parameters:
      weight: 0.5
`

export const mergekit: WoolgatherNode = defineNode({
  type: 'merging/mergekit',
  version: 1,
  title: 'mergekit',
  description:
    'A merge as a mergekit configuration describes it, of GGUF files and checkpoints: paste the YAML of any model card. All methods, slices, gradients, filters, LoRAs and tokenizers; several documents as mergekit-mega takes them.',
  // looks for files: its answer may change while its inputs stay
  impure: true,
  inputs: {
    config: {
      type: 'text',
      title: 'Configuration',
      description: 'The YAML itself.',
      schema: z.string().default(example),
      widget: 'code',
      language: 'yaml',
    },
    names: {
      type: 'text',
      title: 'Files',
      description:
        'Which file a name stands for, one a line: mistralai/Mistral-7B-v0.1 = mistral/base.Q8_0.gguf. Not needed where a file or a checkpoint’s folder below the models folder is called as the model is. hf:owner/repo downloads a checkpoint.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    file: {
      type: 'file',
      title: 'File',
      description: 'A YAML file below the input or output folder, in place of the configuration above.',
      schema: z.string().default(''),
      widget: 'file',
      advanced: true,
    },
    seed: {
      type: 'integer',
      title: 'Seed',
      description: 'Of methods that drop at random (dare, della).',
      schema: z.int().min(0).max(4_294_967_295).default(0),
      widget: 'seed',
      advanced: true,
    },
  },
  outputs: {
    model: { type: 'model', description: 'The merge, made when something needs it.' },
    notes: { type: 'list', description: 'What of the configuration has no effect here, by line.' },
  },
  async run({ config, names, file, seed }, { services, signal, progress, written }) {
    const text = file === '' ? config : await services.files.readInput(file)
    const input = file === '' ? 'config' : 'file'
    // With a reader of YAML, which nothing else needs.
    const { readMergekit } = await import('./mergekit/read-mergekit.ts')
    const { configs, remarks } = readMergekit(text, outputTypes)
    const refusal = (): WoolgatherError =>
      new WoolgatherError('invalid-input', tell(remarks.errors), {
        input,
        where: { line: inOrder(remarks.errors)[0]!.line },
        hint: 'Every line that is wrong is named; nothing was merged.',
      })
    if (remarks.errors.length > 0) throw refusal()
    const known = { files: await services.models.list(), given: readNames(names) }
    // An address in a configuration that was put together while it runs, or read, is not written in the workflow.
    const options = (name: string): LocateOptions => ({
      written: known.given.has(name) ? written('names') : file === '' && written('config'),
      signal,
      onProgress: (done, total) => progress(done, total, 'bytes'),
    })
    const folders = await findFolders(namesOfFolders(configs, known), known.given, services.models, options)
    const recipe = toRecipe(configs, { ...known, folders, seed })
    if (recipe === undefined || remarks.errors.length > 0) throw refusal()
    return { model: recipe, notes: inOrder(remarks.notes).map(describe) }
  },
})

/** Checkpoints and adapters that are there by these names, or by what a person said they are. */
async function findFolders(
  names: { models: ReadonlySet<string>; loras: ReadonlySet<string> },
  given: ReadonlyMap<string, string>,
  located: Models,
  options: (name: string) => LocateOptions,
): Promise<Folders> {
  const models = new Map<string, CheckpointSource>()
  const loras = new Map<string, PeftSource>()
  for (const name of names.models) {
    const found = await ifThere(
      given.has(name),
      located.locateCheckpoint(given.get(name) ?? name, options(name)),
    )
    if (found) models.set(name, { kind: 'checkpoint', ...found, outputType: 'auto' })
  }
  for (const name of names.loras) {
    const found = await ifThere(given.has(name), located.locateLora(given.get(name) ?? name, options(name)))
    if (found && 'peft' in found) loras.set(name, found)
  }
  return { models, loras }
}

/** What was said is told where it is wrong; what was only tried may not be there. */
async function ifThere<Found>(isSaid: boolean, looked: Promise<Found>): Promise<Found | undefined> {
  try {
    return await looked
  } catch (error) {
    if (isSaid && !(error instanceof WoolgatherError && error.code === 'model-not-found')) throw error
    if (error instanceof WoolgatherError) return undefined
    throw error
  }
}

/** @throws WoolgatherError invalid-input */
function readNames(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return new Map(
    lines.map((line) => {
      const [, name = '', file = ''] = /^(.*?)=(.*)$/.exec(line) ?? []
      if (name.trim() !== '' && file.trim() !== '') return [name.trim(), file.trim()]
      throw new WoolgatherError(
        'invalid-input',
        `“${line.trim()}” does not say which file a name stands for.`,
        {
          input: 'names',
          hint: 'Write name = path below the models folder, one a line.',
        },
      )
    }),
  )
}

function tell(errors: readonly Remark[]): string {
  const told = [...new Set(inOrder(errors).map(describe))]
  const all = told.length === 1 ? told.join('') : `${told.length} things are wrong: ${told.join('; ')}`
  return all.endsWith('?') ? all : `${all}.`
}

function inOrder(remarks: readonly Remark[]): Remark[] {
  return remarks.toSorted((a, b) => a.line - b.line)
}

function describe({ path, line, message }: Remark): string {
  return `line ${line}${path === '' ? '' : `, ${path}`}: ${message}`
}
