import { MergeError } from '../errors/merge-error.ts'

/** The low-rank change of one tensor: B · A. */
export interface LoraFactors {
  /** Size of the tensor that is changed. */
  rows: number
  columns: number
  rank: number
  /** `rank` × `columns`, row by row. */
  a: Float32Array
  /** `rows` × `rank`, row by row. */
  b: Float32Array
}

/** Factors with what their product is multiplied by. */
export interface ScaledLora {
  factors: LoraFactors
  scale: number
}

/** What llama.cpp multiplies B · A by: strength · α / rank, or the strength alone where α is 0. */
export function loraScale(alpha: number, rank: number, strength = 1): number {
  return alpha === 0 ? strength : (strength * alpha) / rank
}

/** scale · B · A. */
export function deltaOf({ factors, scale }: ScaledLora): Float32Array {
  const delta = new Float32Array(factors.rows * factors.columns)
  addLora(delta, 0, [{ factors, scale }])
  return delta
}

/**
 * Bakes adapters into whole rows of a tensor from `firstRow` on, in place: W + Σ scale · B · A, summed in 64 bits.
 * @throws MergeError lora-mismatch
 */
export function addLora(weights: Float32Array, firstRow: number, adapters: readonly ScaledLora[]): void {
  const columns = adapters[0]?.factors.columns ?? 0
  for (const { factors } of adapters) checkFactors(factors, columns, firstRow + weights.length / columns)
  const sums = new Float64Array(columns)
  for (let start = 0; start < weights.length; start += columns) {
    const row = firstRow + start / columns
    for (let i = 0; i < columns; i++) sums[i] = weights[start + i]!
    for (const { factors, scale } of adapters) addRow(sums, factors, scale, row)
    for (let i = 0; i < columns; i++) weights[start + i] = sums[i]!
  }
}

function checkFactors({ rows, columns, rank, a, b }: LoraFactors, wanted: number, lastRow: number): void {
  const whole = a.length === rank * columns && b.length === rows * rank
  if (whole && columns === wanted && lastRow <= rows) return
  throw new MergeError(
    'lora-mismatch',
    `An adapter of rank ${rank} for ${rows} × ${columns} does not fit rows of ${wanted}, or is damaged`,
  )
}

/** Four ranks at a time share one reading and writing of the sums. */
function addRow(sums: Float64Array, { a, b, rank, columns }: LoraFactors, scale: number, row: number): void {
  const at = row * rank
  let r = 0
  for (; r + 4 <= rank; r += 4) {
    const start = r * columns
    const c0 = scale * b[at + r]!
    const c1 = scale * b[at + r + 1]!
    const c2 = scale * b[at + r + 2]!
    const c3 = scale * b[at + r + 3]!
    for (let i = 0; i < columns; i++) {
      const first = start + i
      sums[i]! +=
        c0 * a[first]! +
        c1 * a[first + columns]! +
        c2 * a[first + 2 * columns]! +
        c3 * a[first + 3 * columns]!
    }
  }
  for (; r < rank; r++) {
    const factor = scale * b[at + r]!
    for (let i = 0; i < columns; i++) sums[i]! += factor * a[r * columns + i]!
  }
}

/** @throws MergeError lora-mismatch where adapters are for tensors of different sizes */
export function checkSameTensor(adapters: readonly ScaledLora[]): { rows: number; columns: number } {
  const [first, ...others] = adapters.map(({ factors }) => factors)
  if (first === undefined) throw new MergeError('lora-mismatch', 'There is no adapter to combine')
  for (const { rows, columns } of others) {
    if (rows === first.rows && columns === first.columns) continue
    throw new MergeError(
      'lora-mismatch',
      `Adapters for ${first.rows} × ${first.columns} and ${rows} × ${columns} cannot be combined`,
      { hint: 'They are for different models.' },
    )
  }
  return { rows: first.rows, columns: first.columns }
}
