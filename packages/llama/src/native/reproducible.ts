import { ggmlTypes, readHeader } from '@woolgather/gguf'
import type { Native } from '@woolgather/ggml'
import type { Reproducibility } from '../contract/interface.ts'
import { unevenArchitectures } from '../memory/index.ts'

/**
 * Types of weights with which a token alone and one among 64 give the same logits to the last bit
 * (`reproducible.test.ts`): their kernels sum up whole numbers within blocks. Not so F32, F16, BF16 and IQ4.
 */
const alikeTypes: ReadonlySet<string> = new Set([
  'Q8_0',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q2_K',
  'Q3_K',
  'Q4_K',
  'Q5_K',
  'Q6_K',
])

/** Types of a model's matrices; vectors such as norms are computed alike in any batch. */
export async function readWeightTypes(parts: readonly string[]): Promise<ReadonlySet<string>> {
  const headers = await Promise.all(parts.map((part) => readHeader(part)))
  const matrices = headers.flatMap(({ tensors }) => tensors.filter(({ shape }) => shape.length > 1))
  return new Set(matrices.map(({ type }) => ggmlTypes.get(type)?.name ?? String(type)))
}

/** Whether several sequences may share a decode call without rounding differently than alone. */
export function roundsAlike(types: ReadonlySet<string>): boolean {
  return [...types].every((type) => alikeTypes.has(type))
}

/** It was shown on processors only, and not of every architecture. */
export function reproducibility({ backend }: Native, architecture: string): Reproducibility {
  return backend === 'cpu' && !unevenArchitectures.has(architecture) ? 'guaranteed' : 'not-guaranteed'
}
