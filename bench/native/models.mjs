import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { model43M, writeRandomModel } from '@woolgather/ggml/testing'

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '.cache')

const diffuser = {
  architecture: 'llada',
  metadata: { 'tokenizer.ggml.mask_token_id': { u32: 300 }, 'diffusion.shift_logits': { bool: false } },
}
const largeVocabulary = {
  ...model43M,
  type: 'Q8_0',
  vocabSize: 128_256,
  layers: 8,
  embeddingSize: 256,
  feedForwardSize: 704,
  heads: 4,
  kvHeads: 4,
}

/** The models benchmarks run on: seeded random weights, the same on every machine. */
export const models = {
  '43M F16': { ...model43M, type: 'F16' },
  '43M llada F16': { ...model43M, type: 'F16', ...diffuser },
  '128k vocabulary Q8_0': largeVocabulary,
  '128k vocabulary llada Q8_0': { ...largeVocabulary, ...diffuser },
}

/** Path of a benchmark's model, written on first use. */
export async function modelFile(name) {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${name.replaceAll(' ', '-')}.gguf`)
  if (!existsSync(file)) await writeRandomModel(file, models[name])
  return file
}
