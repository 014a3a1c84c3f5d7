import type { LoraFile, LoraMatrix } from '@woolgather/gguf'
import { loraScale, type Adapter, type LoraFactors } from '@woolgather/merge'

/** A LoRA file as the arithmetic takes it. */
export function adapterOf(name: string, { alpha, matrices }: LoraFile, weight = 1): Adapter {
  return {
    name,
    weight,
    matrices: new Map(
      matrices.map(({ tensor, expert, ...factors }) => [
        matrixName(tensor, expert),
        { factors, scale: loraScale(alpha, factors.rank) },
      ]),
    ),
  }
}

/**
 * Factors that count once as a LoRA file. Its α is the largest rank, and what a matrix of lower rank would count too
 * much is taken from its factor B, so that any program that knows α and rank applies it right. Matrices without
 * change are left out.
 */
export function loraFileOf(architecture: string, factors: ReadonlyMap<string, LoraFactors>): LoraFile {
  const changed = [...factors].filter(([, { rank }]) => rank > 0)
  const alpha = changed.reduce((largest, [, { rank }]) => Math.max(largest, rank), 0)
  const matrices = changed.map(([name, own]): LoraMatrix => {
    const share = own.rank / alpha
    return { ...placeOfMatrix(name), ...own, ...(share !== 1 && { b: own.b.map((value) => value * share) }) }
  })
  return { architecture, alpha, matrices: evenOut(matrices, factors) }
}

/** The experts of one tensor lie in one tensor of the file: all there, and of one rank. */
function evenOut(matrices: readonly LoraMatrix[], all: ReadonlyMap<string, LoraFactors>): LoraMatrix[] {
  const ranks = new Map<string, number>()
  for (const { tensor, rank } of matrices) ranks.set(tensor, Math.max(rank, ranks.get(tensor) ?? 0))
  const found = new Map(matrices.map((matrix) => [matrixName(matrix.tensor, matrix.expert), matrix]))
  return [...all].flatMap(([name, { rows, columns }]) => {
    const place = placeOfMatrix(name)
    const rank = ranks.get(place.tensor)
    if (rank === undefined) return []
    const empty = { ...place, rows, columns, rank: 0, a: new Float32Array(0), b: new Float32Array(0) }
    return [widen(found.get(name) ?? empty, rank)]
  })
}

/** The same change with zeros in as many more ranks; its scale follows. */
function widen(matrix: LoraMatrix, rank: number): LoraMatrix {
  if (matrix.rank === rank) return matrix
  const a = new Float32Array(rank * matrix.columns)
  a.set(matrix.a)
  const b = new Float32Array(matrix.rows * rank)
  const share = matrix.rank === 0 ? 0 : rank / matrix.rank
  for (let row = 0; row < matrix.rows; row++) {
    for (let r = 0; r < matrix.rank; r++) b[row * rank + r] = share * matrix.b[row * matrix.rank + r]!
  }
  return { ...matrix, rank, a, b }
}

/** `blk.0.ffn_up_exps.weight[3]` for the fourth expert; the first, and of most tensors the only, goes by the tensor's. */
export function matrixName(tensor: string, expert: number): string {
  return expert === 0 ? tensor : `${tensor}[${expert}]`
}

export function placeOfMatrix(name: string): { tensor: string; expert: number } {
  const [, tensor = name, expert = '0'] = /^(.+?)(?:\[(\d+)\])?$/.exec(name) ?? []
  return { tensor, expert: Number(expert) }
}
