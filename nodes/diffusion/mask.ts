import { loadKeyOf, type ModelRecipe } from '@woolgather/workflow'
import { z } from 'zod'
import { useModels } from '../generation/use-models.ts'
import { writeTerm } from '../generation/write-prompt.ts'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type ReadyModel, type WoolgatherNode } from '../services/services.ts'
import { Regex } from '../text/regex.ts'
import {
  rangesOfCharacters,
  rangesOfPattern,
  rangesOfSentences,
  rangesOfWords,
} from './canvas/choose-ranges.ts'
import { cutHoles, type TextRange } from './canvas/cut-holes.ts'
import { canvasOf } from './canvas/open-canvas.ts'
import { countOf, drawSome, leastLikely } from './canvas/rank-tokens.ts'
import { readSpans } from './canvas/token-texts.ts'
import { diffuserInput, seedInput } from './settings.ts'

const framing = {
  system: '',
  template: 'auto',
  jinja: '',
  special: { prompt: false, messages: false, system: false },
} as const

export const mask: WoolgatherNode = defineNode({
  type: 'diffusion/mask',
  version: 1,
  title: 'Mask',
  description:
    'Makes a canvas of a text: holes where a pattern matches, at sentences or words, at random, or where a model finds it least likely. What is named in several ways is masked by each.',
  resource: 'model',
  inputs: {
    model: { ...diffuserInput, description: 'Who will fill the holes: the canvas is made of its tokens.' },
    text: {
      type: 'text',
      description: 'What to make holes in.',
      schema: z.string(),
      widget: 'textarea',
      main: true,
    },
    pattern: {
      type: 'text',
      description: 'A regular expression: every match becomes a hole.',
      schema: z.string().default(''),
      widget: 'code',
      language: 'regex',
    },
    sentences: {
      type: 'text',
      description:
        'Sentences by their numbers, from 1: 2-4 are the second to the fourth; 1, 3 the first and the third.',
      schema: z.string().default(''),
    },
    words: {
      type: 'list',
      description: 'Whole words that become holes, in any case.',
      schema: z.array(z.string().min(1)).max(10_000).default([]),
    },
    span: {
      type: 'text',
      description: 'Characters by their numbers, from 1: 10-40.',
      schema: z.string().default(''),
      advanced: true,
    },
    share: {
      type: 'number',
      title: 'Random share',
      description: 'This share of the tokens, drawn by the seed.',
      schema: z.number().min(0).max(1).default(0),
      widget: 'slider',
    },
    least: {
      type: 'number',
      title: 'Least likely share',
      description: 'This share of the tokens: those that the judge finds least likely.',
      schema: z.number().min(0).max(1).default(0),
      widget: 'slider',
    },
    judge: {
      type: 'model',
      description: 'Who finds tokens unlikely: a model of any kind. Absent: the one that fills the holes.',
      schema: modelRecipeSchema.optional(),
      widget: 'none',
    },
    prompt: {
      type: 'text',
      title: 'Prompt',
      description: 'What the text answers, for the judge.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    grow: {
      type: 'integer',
      description: 'Makes each hole this many tokens longer than what stood there, or shorter where below 0.',
      schema: z.int().min(-1000).max(1000).default(0),
    },
    seed: { ...seedInput, description: 'Which tokens are drawn. Empty: drawn anew for each run.' },
  },
  outputs: {
    canvas: { type: 'canvas', description: 'The text with its holes.' },
    holes: { type: 'integer', description: 'How many tokens are to be filled in.' },
    warnings: { type: 'list', description: 'What was not found.', warns: true },
  },
  holds: ({ model, judge }) => [model, ...(judge ? [judge] : [])].map(loadKeyOf),
  fingerprint: ({ model, judge }, { models }) =>
    Promise.all([model, ...(judge ? [judge] : [])].map((recipe) => models.fingerprint(recipe))),
  run: (inputs, { signal, services, progress, seed: drawn }) => {
    const { model: recipe, judge = recipe, text, seed = drawn } = inputs
    const recipes = [recipe, judge] satisfies ModelRecipe[]
    return useModels(services.models, recipes, { signal, onProgress: progress }, async (readyFor) => {
      const { model } = readyFor(recipe)
      const ranges = [
        ...(await rangesIn(model, inputs, seed)),
        ...(await judged(readyFor(judge), inputs, signal)),
      ]
      const parts = await cutHoles(model, text, ranges, inputs.grow)
      const holes = parts.reduce((sum, part) => sum + ('hole' in part ? part.hole : 0), 0)
      const warnings =
        holes === 0 && text !== '' ? ['Nothing was masked: the text has nothing of what is named.'] : []
      return { canvas: await canvasOf(model, parts), holes, warnings }
    })
  },
})

interface Choices {
  text: string
  pattern: string
  sentences: string
  words: readonly string[]
  span: string
  share: number
}

async function rangesIn(model: ReadyModel['model'], choices: Choices, seed: number): Promise<TextRange[]> {
  const { text, pattern, sentences, words, span, share } = choices
  return [
    ...(pattern === '' ? [] : rangesOfPattern(text, new Regex(pattern, {}, 'pattern'))),
    ...(sentences.trim() === '' ? [] : rangesOfSentences(text, sentences)),
    ...rangesOfWords(text, words),
    ...(span.trim() === '' ? [] : rangesOfCharacters(text, span)),
    ...(share === 0 ? [] : await drawnTokens(model, text, share, seed)),
  ]
}

async function drawnTokens(
  model: ReadyModel['model'],
  text: string,
  share: number,
  seed: number,
): Promise<TextRange[]> {
  const spans = await readSpans(model, text)
  return drawSome(spans, countOf(share, spans.length), seed)
}

async function judged(
  { model, adapters, vectors }: ReadyModel,
  { text, least, prompt }: { text: string; least: number; prompt: string },
  signal: AbortSignal,
): Promise<TextRange[]> {
  if (least === 0 || text === '') return []
  const asked = prompt === '' ? { text: '' } : (await writeTerm(model, prompt, framing)).prompt
  const [score] = await model.score({ prompt: asked, continuations: [{ text }], adapters, vectors, signal })
  return leastLikely(await readSpans(model, text), score, least)
}
