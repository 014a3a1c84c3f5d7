import { addScaled, dot, type Vectors } from './matrix.ts'

export interface Orthonormalized {
  /** Orthonormal vectors; zero where a vector depends on those before it. */
  basis: Float64Array[]
  /** `upper[i][j]`: share of basis vector i in vector j (the R of QR). */
  upper: Float64Array[]
}

/**
 * QR of column vectors by Gram–Schmidt, each vector gone over twice, which leaves them orthogonal to rounding
 * ("twice is enough", Giraud and Langou 2002).
 */
export function orthonormalize(vectors: Vectors): Orthonormalized {
  const basis: Float64Array[] = []
  const upper = vectors.map(() => new Float64Array(vectors.length))
  for (const [j, vector] of vectors.entries()) {
    const rest = vector.slice()
    const length = Math.sqrt(dot(rest, rest))
    for (let round = 0; round < 2; round++) {
      for (const [i, direction] of basis.entries()) {
        const share = dot(direction, rest)
        upper[i]![j]! += share
        addScaled(rest, -share, direction)
      }
    }
    const remaining = Math.sqrt(dot(rest, rest))
    if (remaining <= length * 1e-13) {
      basis.push(new Float64Array(vector.length))
      continue
    }
    upper[j]![j] = remaining
    basis.push(rest.map((value) => value / remaining))
  }
  return { basis, upper }
}
