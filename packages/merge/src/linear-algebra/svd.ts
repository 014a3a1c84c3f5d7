import { Matrix, SingularValueDecomposition } from 'ml-matrix'
import { combineVectors, multiply, multiplyTransposed, type DenseMatrix, type Vectors } from './matrix.ts'
import { orthonormalize } from './orthonormalize.ts'

/** matrix ≈ Σ values[i] · left[i] · right[i]ᵀ, largest values first. */
export interface Svd {
  left: Float64Array[]
  values: number[]
  right: Float64Array[]
}

/** How much to keep: a rank, or the share of the squared singular values' sum that must remain (0 to 1). */
export type SvdTarget = { rank: number } | { energy: number }

/** Smaller sides up to which the whole decomposition is computed: half a second's work. */
const exactSide = 256
/** What is wanted of such a side at most where a sketch is so much faster that it is made nevertheless: 1 of 4. */
const worthSketching = 4
/** Vectors beyond the rank that a random sketch takes, and how often it is multiplied through. */
const oversampling = 16
const powerSteps = 4

/**
 * The leading singular triplets of a matrix, without those that are nothing but the rounding of 32-bit floats.
 *
 * ml-matrix (pure JavaScript, Golub–Kahan in 64 bits) decomposes what is small: residuals around 1e-14, 0.3 s for
 * 256 × 256, growing with the cube. Larger matrices are first projected on the range of a random sketch with power
 * steps (Halko, Martinsson and Tropp 2011, algorithm 4.4), so that only a matrix of some more than the wanted rank
 * is decomposed; a wanted rank near the matrix's own decomposes it all.
 */
export function truncatedSvd(matrix: DenseMatrix, target: SvdTarget, seed = 0): Svd {
  const whole = Math.min(matrix.rows, matrix.columns)
  if ('rank' in target)
    return dropNoise(leading(matrix, Math.min(target.rank, whole), seed), matrix, target.rank)
  const wanted = target.energy * squaredNorm(matrix.values)
  for (let rank = Math.min(whole, 32); ; rank = Math.min(whole, rank * 2)) {
    const svd = leading(matrix, rank, seed)
    const enough = countForEnergy(svd.values, wanted)
    if (enough !== undefined || rank === whole) return dropNoise(svd, matrix, enough ?? whole)
  }
}

function leading(matrix: DenseMatrix, rank: number, seed: number): Svd {
  const whole = Math.min(matrix.rows, matrix.columns)
  const width = rank + oversampling
  if (width >= whole || (whole <= exactSide && width * worthSketching > whole)) return decomposeAll(matrix)
  let range = orthonormalize(multiply(matrix, randomVectors(width, matrix.columns, seed))).basis
  for (let step = 0; step < powerSteps; step++) {
    const across = orthonormalize(multiplyTransposed(matrix, range)).basis
    range = orthonormalize(multiply(matrix, across)).basis
  }
  // matrix ≈ range · rangeᵀ · matrix, and the right factor is what is left to decompose.
  return turn(range, decomposeColumns(multiplyTransposed(matrix, range)))
}

/** SVD of X · Yᵀ for orthonormal X, by the SVD of Y. */
function turn(range: Vectors, svd: Svd): Svd {
  return {
    left: svd.right.map((mix) => combineVectors(range, mix)),
    values: svd.values,
    right: svd.left,
  }
}

function decomposeAll(matrix: DenseMatrix): Svd {
  if (matrix.rows >= matrix.columns) return decomposeColumns(columnsOf(matrix))
  const { left, values, right } = decomposeColumns(rowsOf(matrix))
  return { left: right, values, right: left }
}

/** SVD of the matrix with these columns, no more of them than they are long. */
export function decomposeColumns(columns: Vectors): Svd {
  const { basis, upper } = orthonormalize(columns)
  const svd = new SingularValueDecomposition(new Matrix(upper.map((row) => [...row])))
  const indices = svd.diagonal.map((_, i) => i)
  return {
    left: indices.map((i) => combineVectors(basis, svd.leftSingularVectors.getColumn(i))),
    values: svd.diagonal,
    right: indices.map((i) => Float64Array.from(svd.rightSingularVectors.getColumn(i))),
  }
}

function columnsOf({ rows, columns, values }: DenseMatrix): Float64Array[] {
  return Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!),
  )
}

function rowsOf({ rows, columns, values }: DenseMatrix): Float64Array[] {
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from(values.subarray(row * columns, (row + 1) * columns)),
  )
}

/** Singular values below the rounding of 32-bit floats are noise. */
function dropNoise({ left, values, right }: Svd, { rows, columns }: DenseMatrix, rank: number): Svd {
  const noise = (values[0] ?? 0) * Math.max(rows, columns) * 2 ** -26
  const kept = values.slice(0, rank).filter((value) => value > noise).length
  return { left: left.slice(0, kept), values: values.slice(0, kept), right: right.slice(0, kept) }
}

function countForEnergy(values: readonly number[], wanted: number): number | undefined {
  let energy = 0
  for (const [index, value] of values.entries()) {
    // Nothing is kept of nothing.
    if (energy >= wanted * (1 - 1e-12)) return index
    energy += value * value
  }
  return energy >= wanted * (1 - 1e-12) ? values.length : undefined
}

function squaredNorm(values: Float32Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!
  return sum
}

/** Seeded, uniform around 0: as good a sketch as normal ones. */
function randomVectors(count: number, length: number, seed: number): Float64Array[] {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x6d2b79f5) | 0 || 1
  return Array.from({ length: count }, () =>
    Float64Array.from({ length }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state / 2 ** 31
    }),
  )
}
