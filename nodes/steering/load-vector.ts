import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { vectorValue } from './vectors/vector-value.ts'

export const loadVector: WoolgatherNode = defineNode({
  type: 'steering/load-vector',
  version: 1,
  title: 'Control vector',
  description: 'A control vector from a GGUF file, of “Save control vector” or of llama.cpp’s tools.',
  // reads a file: its answer may change while its inputs stay
  impure: true,
  inputs: {
    file: {
      type: 'file',
      title: 'File',
      description: 'Path below a models folder, or an address to download from.',
      schema: z.string().min(1, 'choose a control vector'),
      widget: 'vector',
    },
  },
  outputs: {
    vector: { type: 'vector', description: 'The vector.' },
    layers: { type: 'list', description: 'Blocks that it has a direction for.' },
  },
  async run({ file }, { services: { models }, signal, progress, written }) {
    const onProgress = (done: number, total: number): void => progress(done, total, 'bytes')
    const located = await models.locate(file, { written: written('file'), signal, onProgress })
    const vector = await models.readVector(located)
    return { vector: vectorValue(vector), layers: [...vector.directions.keys()] }
  },
})
