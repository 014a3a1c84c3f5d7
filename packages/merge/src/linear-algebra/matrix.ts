/** A matrix of 32-bit floats, row by row. */
export interface DenseMatrix {
  rows: number
  columns: number
  values: Float32Array
}

/** Column vectors of one length. */
export type Vectors = readonly Float64Array[]

/** Matrix times each vector. */
export function multiply({ rows, columns, values }: DenseMatrix, vectors: Vectors): Float64Array[] {
  const results = vectors.map(() => new Float64Array(rows))
  inFours(vectors, results, (x, y) => {
    for (let row = 0; row < rows; row++) dotFour(values, row * columns, columns, x, y, row)
  })
  return results
}

/** Transposed matrix times each vector. */
export function multiplyTransposed({ rows, columns, values }: DenseMatrix, vectors: Vectors): Float64Array[] {
  const results = vectors.map(() => new Float64Array(columns))
  inFours(vectors, results, (y, x) => {
    for (let row = 0; row < rows; row++) addFour(values, row * columns, columns, y, row, x)
  })
  return results
}

type Four = readonly [Float64Array, Float64Array, Float64Array, Float64Array]

/** Four vectors share one reading of the matrix, which is what takes the time. */
function inFours(
  inputs: Vectors,
  outputs: readonly Float64Array[],
  work: (inputs: Four, outputs: Four) => void,
): void {
  for (let start = 0; start < inputs.length; start += 4) {
    const four = (vectors: Vectors): Four => {
      const spare = new Float64Array(vectors[0]!.length)
      const at = (index: number): Float64Array => vectors[start + index] ?? spare
      return [at(0), at(1), at(2), at(3)]
    }
    work(four(inputs), four(outputs))
  }
}

function dotFour(
  values: Float32Array,
  start: number,
  columns: number,
  [x0, x1, x2, x3]: Four,
  [y0, y1, y2, y3]: Four,
  row: number,
): void {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < columns; i++) {
    const value = values[start + i]!
    s0 += value * x0[i]!
    s1 += value * x1[i]!
    s2 += value * x2[i]!
    s3 += value * x3[i]!
  }
  y0[row] = s0
  y1[row] = s1
  y2[row] = s2
  y3[row] = s3
}

function addFour(
  values: Float32Array,
  start: number,
  columns: number,
  [y0, y1, y2, y3]: Four,
  row: number,
  [x0, x1, x2, x3]: Four,
): void {
  const c0 = y0[row]!
  const c1 = y1[row]!
  const c2 = y2[row]!
  const c3 = y3[row]!
  for (let i = 0; i < columns; i++) {
    const value = values[start + i]!
    x0[i]! += c0 * value
    x1[i]! += c1 * value
    x2[i]! += c2 * value
    x3[i]! += c3 * value
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** target += factor · source */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!
}

/** Σ coefficients[i] · vectors[i] */
export function combineVectors(vectors: Vectors, coefficients: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const [i, vector] of vectors.entries()) addScaled(sum, coefficients[i]!, vector)
  return sum
}
