import {
  byteVocabulary,
  randomValues,
  sentencePieceVocabulary,
  wordPieceVocabulary,
  writeGguf,
} from '@woolgather/ggml/testing'
import { diffusers } from './catalog.mjs'

/** Tokens of every vocabulary here. */
export const vocabularySize = 384

/** The token that stands for a hole, of models that fill them. */
export const maskToken = 300

/** Words that are a token each, where a vocabulary has words. */
const words = ['the', 'old', 'house', 'river', 'happy', 'sad', 'yes', 'no']

/** llama.cpp counts on it where the architecture is Phi-3's. */
const endOfText = '<|endoftext|>'

const vocabularies = {
  bytes: () => byteVocabulary(vocabularySize),
  sentencePiece: () => sentencePieceVocabulary(vocabularySize, ['▁the', '▁old', endOfText], true),
  wordPiece: () => wordPieceVocabulary(vocabularySize, words),
}

/**
 * Writes a model that computes like a real one.
 * @param shapes metadata, and tensors as name and sizes, the row length first
 * @param vocabulary bytes, sentencePiece or wordPiece
 * @param values of a tensor's name and sizes: its numbers
 */
export function writeModel(file, shapes, vocabulary, values = randomOf(1)) {
  const metadata = {
    ...shapes.metadata,
    ...vocabularies[vocabulary](),
    ...(diffusers.has(shapes.metadata['general.architecture'].text) && {
      'tokenizer.ggml.mask_token_id': { u32: maskToken },
    }),
    'general.name': { text: `tiny ${shapes.metadata['general.architecture'].text}` },
  }
  writeTensors(file, metadata, shapes.tensors, values)
}

export function writeTensors(file, metadata, tensors, values) {
  writeGguf(
    file,
    metadata,
    tensors.map(([name, ...shape]) => ({
      name,
      type: 'F32',
      shape,
      bytes: countOf(shape) * 4,
      data: () => new Uint8Array(values(name, shape).buffer),
    })),
  )
}

const countOf = (shape) => shape.reduce((product, size) => product * size, 1)

/** Random numbers that keep what flows through a model about as large as it is. */
export const randomOf = (seed) => (name, shape) => {
  const count = countOf(shape)
  const random = (deviation) => randomValues(seed * 1_000_003 + hash(name), count, deviation)
  if (name.includes('ssm_a')) return random(0.3).map((value) => -0.2 - Math.abs(value))
  if (/rope_freqs|rope_factors/.test(name)) return new Float32Array(count).fill(1)
  if (name.endsWith('norm.weight') && shape.length === 1) return random(0.1).map((value) => 1 + value)
  if (shape.length === 1) return random(0.05)
  if (/token_embd|token_types|position_embd/.test(name)) return random(0.1)
  return random(1.3 / Math.sqrt(shape[0]))
}

function hash(text) {
  let state = 7
  for (const character of text) state = (Math.imul(state, 31) + character.codePointAt(0)) | 0
  return Math.abs(state)
}
