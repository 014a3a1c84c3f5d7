import { loadKeyOf, mostPlaces, WoolgatherError, type CanvasPart } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { canvasOf } from './canvas/open-canvas.ts'
import { diffuserInput } from './settings.ts'

/** `[[12]]`, `[[3 [0-9]+]]`: so many tokens, which match a pattern. */
const gap = /\[\[(\d+)(?: ([^]*?))?\]\](?!\])/g

/** What may stand between quotes in JSON, and where a value stands without. */
const insideString = String.raw`[^"\\\x00-\x1f]*`
const bareValue = '-?(0|[1-9][0-9]{0,15})(\\.[0-9]{1,15})?|true|false|null'

export const canvasTemplate: WoolgatherNode = defineNode({
  type: 'diffusion/template',
  version: 1,
  title: 'Canvas template',
  description: 'A text with gaps to fill in, as a canvas: what stands between them stays.',
  resource: 'model',
  inputs: {
    model: { ...diffuserInput, description: 'Who will fill the gaps: the canvas is made of its tokens.' },
    text: {
      type: 'text',
      description:
        '[[12]] is a gap of 12 tokens; [[3 [0-9]+]] one of 3 that match a regular expression, filled from the left.',
      schema: z.string().min(1),
      widget: 'textarea',
      main: true,
    },
    json: {
      type: 'boolean',
      title: 'JSON',
      description:
        'The text is JSON with gaps in place of values or inside strings: what is filled in always parses. { "name": "[[4]]", "age": [[2]] }',
      schema: z.boolean().default(false),
    },
  },
  outputs: {
    canvas: { type: 'canvas', description: 'The text with its gaps.' },
    holes: { type: 'integer', description: 'How many tokens are to be filled in.' },
  },
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: ({ model: recipe, text, json }, { signal, services, progress }) =>
    services.models.use(recipe, { signal, onProgress: progress }, async ({ model }) => {
      const pieces = readGaps(text)
      if (json) checkJson(pieces)
      const parts = pieces.map((piece): CanvasPart => {
        if ('text' in piece)
          return { text: piece.text, tokens: model.tokenize(piece.text, { addBos: false }) }
        const pattern = piece.pattern ?? (json ? (piece.quoted ? insideString : bareValue) : undefined)
        return { hole: piece.size, ...(pattern !== undefined && { pattern }) }
      })
      const holes = parts.reduce((sum, part) => sum + ('hole' in part ? part.hole : 0), 0)
      return { canvas: await canvasOf(model, parts), holes }
    }),
})

type Piece = { text: string } | { size: number; pattern: string | undefined; quoted: boolean }

/** @throws WoolgatherError invalid-input */
function readGaps(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let quotes = 0
  for (const { 0: written, 1: size, 2: pattern, index } of text.matchAll(gap)) {
    const before = text.slice(at, index)
    quotes += countQuotes(before)
    if (before !== '') pieces.push({ text: before })
    if (Number(size) < 1 || Number(size) > mostPlaces) throw wrongSize(written)
    pieces.push({ size: Number(size), pattern, quoted: quotes % 2 === 1 })
    at = index + written.length
  }
  if (at < text.length) pieces.push({ text: text.slice(at) })
  return pieces
}

function countQuotes(text: string): number {
  return text.replaceAll(/\\[^]/g, '').split('"').length - 1
}

function wrongSize(written: string): WoolgatherError {
  return new WoolgatherError(
    'invalid-input',
    `“${written}” is no gap: a gap has from 1 to ${mostPlaces} tokens.`,
    {
      input: 'text',
      hint: 'Write how many tokens may stand there, such as [[12]].',
    },
  )
}

/** With something in each gap it has to be JSON. @throws WoolgatherError invalid-input */
function checkJson(pieces: readonly Piece[]): void {
  const filled = pieces.map((piece) => ('text' in piece ? piece.text : piece.quoted ? 'x' : '0')).join('')
  try {
    JSON.parse(filled)
  } catch (cause) {
    throw new WoolgatherError('invalid-input', 'The text is no JSON with its gaps filled in.', {
      input: 'text',
      hint: 'Write gaps inside strings ("[[4]]") or in place of values ([[2]]), or turn “JSON” off.',
      cause,
    })
  }
}
