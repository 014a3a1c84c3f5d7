import { describe, expect, test } from 'vitest'
import { agreeOnSize, cropMatrix, type MatrixSize } from './planning/agree-size.ts'
import type { DrawMask } from './kernels/random.ts'
import { MergeError } from './errors/merge-error.ts'
import type { MethodName } from './methods/index.ts'
import type { ParameterValues } from './method/parameters.ts'
import { startMerge, type MergeSettings } from './start-merge.ts'
import type { Chunk, TensorInputs } from './tensor/tensor-merge.ts'
import { largestDifference, readFixture, type FixtureTensor } from './testing/fixtures.ts'

interface Case {
  id: string
  method: MethodName
  base_model: string | null
  parameters: ParameterValues
  tensor_parameters: Record<string, ParameterValues>
  is_embed: boolean
  dtype: 'float32' | 'float16' | 'bfloat16'
  inputs: Record<string, FixtureTensor>
  output?: FixtureTensor
  error?: string
  bernoulli?: { model: string; keep_prob: FixtureTensor; mask: FixtureTensor }[]
}

const { cases } = readFixture<{ cases: Case[] }>('mergekit_tensors')

/**
 * Magnitudes are below 4, where units in the last place are 2⁻⁹ and 2⁻⁶. mergekit computes halves in halves and
 * rounds at each step: two units. It computes bfloat16 in 32 bits and rounds once: half a unit.
 */
const tolerances = { float32: 1e-6, float16: 2 ** -8, bfloat16: 2 ** -7 }

describe('mergekit’s results on single tensors', () => {
  test.each(cases.filter(({ output }) => output !== undefined))('$id', (reference) => {
    const whole = merge(reference, Infinity)
    expect(largestDifference(whole, reference.output!.data)).toBeLessThanOrEqual(tolerances[reference.dtype])
    // The same, bit for bit, however the tensor is cut.
    expect(merge(reference, 1)).toEqual(whole)
    expect(merge(reference, 4)).toEqual(whole)
  })

  test.each(cases.filter(({ error }) => error !== undefined))(
    '$id is refused, as by mergekit',
    (reference) => {
      expect(() => merge(reference, Infinity)).toThrow(MergeError)
    },
  )

  test('all methods of mergekit in the reference are covered', () => {
    expect(new Set(cases.map(({ method }) => method)).size).toBe(20)
  })
})

function merge(reference: Case, rowsAtOnce: number): Float32Array {
  const sizes = new Map(Object.entries(reference.inputs).map(([name, { shape }]) => [name, sizeOf(shape)]))
  const size = agreeOnSize('tensor', sizes, { common: reference.is_embed })
  const arrays = new Map(
    Object.entries(reference.inputs).map(([name, { data }]) => [
      name,
      cropMatrix(Float32Array.from(data), sizes.get(name)!, size),
    ]),
  )
  const base =
    reference.base_model !== null && arrays.has(reference.base_model) ? reference.base_model : undefined
  const models = [...arrays.keys()].filter((name) => name !== base)
  const absent = reference.base_model !== null && base === undefined ? 1 : 0
  const inputs: TensorInputs = { name: 'tensor', ...size, models, ...(base && { base }), absent }
  const settings: MergeSettings = {
    method: reference.method,
    shared: reference.parameters,
    models: models.map((name) => reference.tensor_parameters[name] ?? {}),
    ...(reference.bernoulli && { draw: injectMasks(reference, models) }),
  }
  return mergeInChunks(settings, inputs, arrays, rowsAtOnce)
}

function mergeInChunks(
  settings: MergeSettings,
  inputs: TensorInputs,
  arrays: ReadonlyMap<string, Float32Array>,
  rowsAtOnce: number,
): Float32Array {
  const merge = startMerge(settings, inputs)
  const chunks: Chunk[] = []
  const { rows, columns } = inputs
  for (let firstRow = 0; firstRow < rows; firstRow += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - firstRow)
    const cut = (name: string): Float32Array =>
      arrays.get(name)!.slice(firstRow * columns, (firstRow + count) * columns)
    chunks.push({
      firstRow,
      rows: count,
      models: inputs.models.map(cut),
      ...(inputs.base && { base: cut(inputs.base) }),
    })
  }
  while (merge.scanning) {
    for (const chunk of chunks) merge.scan(chunk)
    merge.endScan()
  }
  const output = new Float32Array(rows * columns)
  for (const chunk of chunks) {
    const start = chunk.firstRow * columns
    merge.write(chunk, output.subarray(start, start + chunk.rows * columns))
  }
  return output
}

/** mergekit's own draws; the probabilities asked for must be those it drew with. */
function injectMasks({ bernoulli = [] }: Case, models: readonly string[]): DrawMask {
  return (model, offset, count, keep, mask) => {
    const drawn = bernoulli.find((draw) => draw.model === models[model])!
    for (let i = 0; i < count; i++) {
      expect(typeof keep === 'number' ? keep : keep[i]).toBeCloseTo(drawn.keep_prob.data[offset + i]!, 6)
      mask[i] = drawn.mask.data[offset + i]!
    }
  }
}

function sizeOf(shape: readonly number[]): MatrixSize {
  return { rows: shape[0]!, columns: shape[1]! }
}
