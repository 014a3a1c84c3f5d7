import { loadKeyOf, type Canvas } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import type { LanguageModel } from '@woolgather/llama'
import { sentenceRanges } from './canvas/choose-ranges.ts'
import { cutHoles, joined } from './canvas/cut-holes.ts'
import { hidePlaces } from './canvas/hide-places.ts'
import { canvasOf, placesOf } from './canvas/open-canvas.ts'
import { drawSome } from './canvas/rank-tokens.ts'
import { diffuserInput, seedInput } from './settings.ts'

export const renoise: WoolgatherNode = defineNode({
  type: 'diffusion/renoise',
  version: 1,
  title: 'Renoise',
  description:
    'Text-to-text: masks a share of a text again, so that “Diffuse” writes it anew from what is left, as image-to-image does.',
  resource: 'model',
  inputs: {
    model: { ...diffuserInput, description: 'Who will fill the holes: the canvas is made of its tokens.' },
    text: {
      type: 'text',
      description: 'What to begin with.',
      schema: z.string(),
      widget: 'textarea',
      main: true,
    },
    strength: {
      type: 'number',
      description:
        'How much is masked, of image models the denoising strength: 0 nothing, 1 all of it. Below about 0.6 by words, neighbours bring the same words back.',
      schema: z.number().min(0).max(1).default(0.8),
      widget: 'slider',
    },
    by: {
      type: 'text',
      description:
        'words: tokens anywhere, and what the text is filled up with; sentences: whole sentences, which are written anew.',
      schema: z.enum(['words', 'sentences']).default('words'),
    },
    seed: {
      ...seedInput,
      description: 'Which are drawn: more strength masks more of the same. Empty: drawn anew for each run.',
    },
  },
  outputs: {
    canvas: { type: 'canvas', description: 'The text with its holes.' },
    holes: { type: 'integer', description: 'How many tokens are to be filled in.' },
  },
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: ({ model: recipe, text, strength, by, seed: given }, { signal, services, progress, seed: drawn }) =>
    services.models.use(recipe, { signal, onProgress: progress }, async ({ model }) => {
      const work = { text, strength, seed: given ?? drawn }
      const canvas = by === 'words' ? await maskTokens(model, work) : await maskSentences(model, work)
      return { canvas, holes: placesOf(canvas).filter((token) => token === null).length }
    }),
})

interface Renoising {
  text: string
  strength: number
  seed: number
}

/** Of the whole canvas: what the text is filled up with may become text, too. */
async function maskTokens(model: LanguageModel, { text, strength, seed }: Renoising): Promise<Canvas> {
  const whole = await canvasOf(model, await cutHoles(model, text, []))
  const places = [...placesOf(whole).keys()]
  return await hidePlaces(model, text, whole, drawSome(places, Math.round(strength * places.length), seed))
}

async function maskSentences(model: LanguageModel, { text, strength, seed }: Renoising): Promise<Canvas> {
  const sentences = sentenceRanges(text)
  const chosen = drawSome(sentences, Math.round(strength * sentences.length), seed)
  const all = chosen.length > 0 && chosen.length === sentences.length
  return await canvasOf(
    model,
    await cutHoles(model, text, all ? [{ from: 0, to: text.length }] : joined(chosen)),
  )
}
