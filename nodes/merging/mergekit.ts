import { outputTypes, WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { toRecipe } from './mergekit/to-recipe.ts'
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
    'A merge as a mergekit configuration describes it, of GGUF files: paste the YAML of any model card. All methods, slices, gradients, filters, LoRAs and tokenizers; several documents as mergekit-mega takes them.',
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
        'Which file a name stands for, one a line: mistralai/Mistral-7B-v0.1 = mistral/base.Q8_0.gguf. Not needed where a file below the models folder is called as the model is.',
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
  async run({ config, names, file, seed }, { services }) {
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
    const recipe = toRecipe(configs, { files: await services.models.list(), given: readNames(names), seed })
    if (recipe === undefined || remarks.errors.length > 0) throw refusal()
    return { model: recipe, notes: inOrder(remarks.notes).map(describe) }
  },
})

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
