import { LlamaError } from '@woolgather/llama'
import type { Example } from '@woolgather/train'
import { WoolgatherError, type Json, type LabelledValue } from '@woolgather/workflow'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { framingInputs } from '../generation/prompt-inputs.ts'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type Files, type WoolgatherNode } from '../services/services.ts'
import { datasetValue } from './dataset/dataset-value.ts'
import { datasetFormats, readExample, type DatasetRow } from './dataset/read-examples.ts'
import { rowsOfText, rowsOfValues } from './dataset/read-rows.ts'
import { previewLearnt, showLearnt } from './dataset/show-learnt.ts'
import { tokenizeExample } from './dataset/tokenize-example.ts'

/** Tokens of all examples together: what fits through a link. */
const mostTokens = 4_000_000
/** Of a message: what is wrong with more rows is told when these are mended. */
const mostNamed = 5

export const dataset: WoolgatherNode = defineNode({
  type: 'lora/dataset',
  version: 2,
  title: 'Dataset',
  description:
    'Examples for “Train LoRA”: texts typed in, a file, or what other nodes wrote. A line is an example; rows of JSONL or CSV have prompt and completion; instruction, input and output; messages; conversations; or text.',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'The model that is trained: its tokens and its chat template.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    text: {
      type: 'text',
      title: 'Text',
      description: 'The examples: lines, JSONL, a JSON list, or CSV with a header.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    file: {
      type: 'file',
      title: 'File',
      description: 'The examples in a file: .jsonl, .json, .csv, .tsv, or text with an example on each line.',
      schema: z.string().default(''),
      widget: 'file',
    },
    rows: {
      type: 'any',
      title: 'Rows',
      description: 'Examples that other nodes made: texts, conversations, objects, tables, over any axes.',
      collects: true,
      schema: z.json().optional(),
    },
    format: {
      type: 'text',
      title: 'Format',
      description:
        'How rows are read. auto: by their fields. chat and instruction: as turns, by the chat template. completion: as text that goes on from the prompt.',
      schema: z.enum(datasetFormats).default('auto'),
    },
    trainOn: {
      type: 'text',
      title: 'Learn',
      description: 'answers: what the model would have written. all: prompts, too.',
      schema: z.enum(['answers', 'all']).default('answers'),
    },
    cutoff: {
      type: 'integer',
      title: 'Cutoff',
      description: 'Tokens of the longest example allowed. Longer ones take more memory, with their square.',
      schema: z.int().min(8).max(32_768).default(512),
    },
    template: framingInputs.template,
    jinja: framingInputs.jinja,
  },
  outputs: {
    dataset: { type: 'dataset', description: 'For “Train LoRA”, with the same model.' },
    examples: { type: 'integer', description: 'How many there are.' },
    tokens: {
      type: 'integer',
      description: 'How many tokens they have; how long training takes goes by that.',
    },
    preview: {
      type: 'text',
      description: 'The very first examples as the model reads them; what is learnt stands in ⟦ ⟧.',
    },
    shading: {
      type: 'json',
      description:
        'The first examples in parts, each with what it counts as something to be learnt: what the node shows as shading.',
    },
  },
  fingerprint: async ({ model, file }, { models, files }) => [
    await models.fingerprint(model),
    file === ''
      ? null
      : createHash('sha256')
          .update(await files.readInputBytes(file))
          .digest('hex'),
  ],
  run: async (inputs, { services, signal, progress }) => {
    const rows = await readRows(inputs, services.files)
    return services.models.use(inputs.model, { signal, onProgress: progress }, async ({ model }) => {
      const { trainedContextSize, contextSize } = model.info
      const most = Math.min(inputs.cutoff, trainedContextSize, contextSize)
      const examples: (Example & { name: string })[] = []
      const tooLong: string[] = []
      let tokens = 0
      for (const [index, row] of rows.entries()) {
        signal.throwIfAborted()
        const written = readExample(row, inputs.format)
        const example = await tokenizeExample(model, row.name, written, inputs).catch((error: unknown) =>
          unlessTooLong(error, row.name),
        )
        if (example === undefined) {
          tooLong.push(row.name)
          continue
        }
        if (example.tokens.length > most) tooLong.push(`${row.name} (${example.tokens.length})`)
        if (example.weights.every((weight, at) => at === 0 || weight === 0)) {
          throw new WoolgatherError(
            'invalid-input',
            `${row.name} is too short: nothing of it can be learnt.`,
            {
              hint: 'Take the row out, or write more into it.',
            },
          )
        }
        tokens += example.tokens.length
        examples.push({ ...example, name: row.name })
        progress(index + 1, rows.length, 'examples')
      }
      checkSizes({ tooLong, most, tokens, cutoff: inputs.cutoff })
      return {
        dataset: datasetValue(examples, model.info.vocabSize),
        examples: examples.length,
        tokens,
        preview: previewLearnt(model, examples),
        shading: showLearnt(model, examples),
      }
    })
  },
})

/** What is longer than the model itself can read is one of the rows that are too long; whatever else names its row. */
function unlessTooLong(error: unknown, row: string): undefined {
  if (!(error instanceof LlamaError)) throw error
  if (error.code === 'context-too-long') return undefined
  if (error.code !== 'invalid-chat-template') throw error
  throw new WoolgatherError('invalid-chat-template', `${row}: ${error.message}`, {
    input: 'template',
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  })
}

/** @throws WoolgatherError missing-input, invalid-input */
async function readRows(
  { text, file, rows: values }: { text: string; file: string; rows?: Json | LabelledValue | undefined },
  files: Files,
): Promise<DatasetRow[]> {
  const typed = await rowsOfText(text, 'text')
  const found = file === '' ? [] : await rowsOfText(await files.readInput(file), 'file', file)
  const collected = values === undefined ? [] : rowsOfValues(values as LabelledValue)
  const rows = [...typed, ...found, ...collected]
  if (rows.length > 0) return rows
  throw new WoolgatherError('missing-input', 'There are no examples to learn from.', {
    input: file === '' ? 'text' : 'file',
    hint: 'Type some lines, choose a file, or link rows.',
  })
}

/** @throws WoolgatherError invalid-input */
function checkSizes({
  tooLong,
  most,
  tokens,
  cutoff,
}: {
  tooLong: readonly string[]
  most: number
  tokens: number
  cutoff: number
}): void {
  if (tooLong.length > 0) {
    const more = tooLong.length > mostNamed ? `, and ${tooLong.length - mostNamed} more` : ''
    throw new WoolgatherError(
      'invalid-input',
      `Examples are longer than ${most} tokens: ${tooLong.slice(0, mostNamed).join(', ')}${more}.`,
      {
        input: 'cutoff',
        hint: most < cutoff ? 'The model reads no more. Shorten them.' : 'Shorten them, or raise the cutoff.',
      },
    )
  }
  if (tokens <= mostTokens) return
  throw new WoolgatherError(
    'invalid-input',
    `The examples have ${tokens} tokens; at most ${mostTokens} are taken.`,
    {
      hint: 'Take a part of them.',
    },
  )
}
