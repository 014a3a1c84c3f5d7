import type { ControlVector, VectorUse } from '@woolgather/llama'
import { WoolgatherError, type ModelRecipe, type VectorValue } from '@woolgather/workflow'

/** A control vector as it travels on a link. */
export function vectorValue({ architecture, directions, measured }: ControlVector): VectorValue {
  return {
    kind: 'vector',
    ...(architecture !== undefined && { architecture }),
    directions: Object.fromEntries(
      [...directions].map(([layer, direction]) => [String(layer), encode(direction)]),
    ),
    ...(measured !== undefined && { measured: Object.fromEntries(measured) }),
  }
}

/** @throws WoolgatherError invalid-input where a direction is no row of floats */
export function readVectorValue({ architecture, directions, measured }: VectorValue): ControlVector {
  return {
    architecture,
    directions: new Map(
      Object.entries(directions).map(([layer, text]) => [Number(layer), decode(layer, text)]),
    ),
    ...(measured !== undefined && {
      measured: new Map(Object.entries(measured).map(([layer, block]) => [Number(layer), block])),
    }),
  }
}

/** The control vectors of a recipe as the runtime takes them. */
export function vectorUses({ vectors = [] }: ModelRecipe): VectorUse[] {
  return vectors.map(({ vector, strength }) => ({ vector: readVectorValue(vector), strength }))
}

function encode(direction: Float32Array): string {
  return Buffer.from(direction.buffer, direction.byteOffset, direction.byteLength).toString('base64')
}

function decode(layer: string, text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.length % 4 !== 0) {
    throw new WoolgatherError(
      'invalid-input',
      `The direction of block ${layer} is no row of 32-bit floats.`,
      {
        input: 'vector',
      },
    )
  }
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index))
}
