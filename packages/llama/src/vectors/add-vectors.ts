import { createHash } from 'node:crypto'
import { LlamaError } from '../contract/error.ts'
import type { ModelInfo, VectorUse } from '../contract/interface.ts'
import { writersBefore } from '../memory/index.ts'

/** Directions of blocks 1 to layers − 1 one after another, as llama.cpp wants them, with a key that tells them apart. */
export interface SteeringVector {
  key: string
  vector: Float32Array
}

/**
 * Several vectors make Σ strength · direction; nothing where that is nothing. The buffer is always whole: llama.cpp
 * keeps old directions for what a short one leaves out.
 * @throws LlamaError vector-mismatch, invalid-layer, invalid-sampling
 */
export function addVectors(uses: readonly VectorUse[], model: ModelInfo): SteeringVector | undefined {
  const { layers, embeddingSize } = model
  const sum = new Float32Array(new ArrayBuffer(4 * Math.max(0, layers - 1) * embeddingSize))
  for (const use of uses) {
    checkUse(use, model)
    for (const [layer, direction] of use.vector.directions) {
      const start = (layer - 1) * embeddingSize
      for (let index = 0; index < embeddingSize; index++)
        sum[start + index]! += use.strength * direction[index]!
    }
  }
  if (!sum.some((value) => value !== 0)) return undefined
  return { key: createHash('sha256').update(sum).digest('base64'), vector: sum }
}

function checkUse({ vector, strength }: VectorUse, model: ModelInfo): void {
  if (!Number.isFinite(strength)) {
    throw new LlamaError(
      'invalid-sampling',
      `The strength of a control vector is ${strength}; it must be a number.`,
    )
  }
  const { architecture, directions } = vector
  // A diffusion model is steered by vectors of the model that it came from: on its own none is trained.
  const fitting = [undefined, model.architecture, writersBefore.get(model.architecture)]
  if (!fitting.includes(architecture)) {
    throw mismatch(`The control vector is for ${architecture} models; ${model.name} is ${model.architecture}`)
  }
  for (const [layer, direction] of directions) {
    if (direction.length !== model.embeddingSize) {
      const sizes = `${direction.length} numbers a layer; ${model.name} has ${model.embeddingSize}`
      throw mismatch(`The control vector has ${sizes}`)
    }
    if (Number.isInteger(layer) && layer >= 1 && layer < model.layers) continue
    if (layer === 0) throw new LlamaError('invalid-layer', 'Block 0 cannot be steered: begin with block 1.')
    throw mismatch(
      `The control vector steers block ${layer}; ${model.name} has blocks 0 to ${model.layers - 1}`,
    )
  }
}

function mismatch(message: string): LlamaError {
  return new LlamaError('vector-mismatch', `${message}.`, {
    hint: 'Use a vector that was trained on this model, or train one.',
  })
}
